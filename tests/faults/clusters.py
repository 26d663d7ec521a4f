"""Clusters with something to change in each, the demo's API servers or real ones, and who changes it and keeps book."""

import http.client
import json
import random
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from dashboard.demo import crds
from dashboard.demo.apiserver.server import Server
from dashboard.demo.apiserver.tls import Authority
from tests.conformance.threads import Loop
from tests.faults.history import History
from tests.rig.fleet import MANAGEMENT, SYSTEM_NAMESPACE, Rig
from tests.rig.http import Http
from tests.rig.objects import Objects

REGION = "fra1"
OBJECTS = 20  # a cluster
K0RDENT, CAPI = "k0rdent.mirantis.com/v1beta1", "cluster.x-k8s.io/v1beta2"
PATIENCE = 120.0


class Api(Protocol):
    """What is needed of a cluster, real or not."""

    name: str
    url: str

    def apply(self, text: str) -> list[dict[str, Any]]: ...


class DemoApi(Objects):
    """A demo API server in a thread of ours."""

    def __init__(self, name: str, server: Server, loop: Loop) -> None:
        self.server, self.loop, self.url = server, loop, server.url
        self.ca, self.admin = server.authority.certificate, server.admin_token
        super().__init__(name, Http(server.url, self.ca, self.admin))

    def token(self) -> str:
        return self.admin

    def kubeconfig(self) -> str:
        return self.server.kubeconfig()

    def switch(self, name: str, value: float = 1) -> None:
        self.loop.call(self.server.faults.set, name, value)


@contextmanager
def demo_clusters(*more: str) -> Iterator[dict[str, DemoApi]]:
    """Management and one region or more, which management knows, with nothing else in them."""
    authority = Authority("faults")
    with Loop() as loop:
        servers = {
            name: Server(name, crds.region({"aws"}), authority=authority, seed=2 + number)
            for number, name in enumerate((REGION, *more))
        }
        servers[MANAGEMENT] = Server(MANAGEMENT, crds.management(), authority=authority, seed=1)
        for server in servers.values():
            loop.run(server.start())
        clusters = {name: DemoApi(name, server, loop) for name, server in servers.items()}
        clusters[MANAGEMENT].create_namespace(SYSTEM_NAMESPACE)
        for name in (REGION, *more):
            _register(clusters[MANAGEMENT], name, servers[name].kubeconfig())
        for cluster in clusters.values():
            fill(cluster)
        try:
            yield clusters
        finally:
            for server in servers.values():
                loop.run(server.stop())


def _register(management: DemoApi, name: str, kubeconfig: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"{name}-kubeconfig", "namespace": SYSTEM_NAMESPACE},
        "stringData": {"value": kubeconfig},
    }
    spec = {"kubeConfig": {"name": f"{name}-kubeconfig", "key": "value"}}
    management.apply(json.dumps(secret))
    management.apply(json.dumps({"apiVersion": K0RDENT, "kind": "Region", "metadata": {"name": name}, "spec": spec}))


def real_clusters(rig: Rig) -> dict[str, Any]:
    """The same of real API servers, which hold nothing yet."""
    rig.register(REGION)
    clusters = {MANAGEMENT: rig.management, REGION: rig.regions[REGION]}
    for cluster in clusters.values():
        fill(cluster)
    return clusters


def fill(cluster: Api) -> None:
    for number in range(OBJECTS):
        cluster.apply(json.dumps(_manifest(cluster.name, number)))


def _manifest(cluster: str, number: int) -> dict[str, Any]:
    if cluster == MANAGEMENT:
        named = {"name": f"shop-{number}", "namespace": SYSTEM_NAMESPACE}
        spec: dict[str, Any] = {"template": "aws-1-0-0", "credential": "aws", "config": {"workersNumber": 2}}
        return {"apiVersion": K0RDENT, "kind": "ClusterDeployment", "metadata": named, "spec": spec}
    named = {"name": f"shop-{number}", "namespace": "default"}
    made_of = {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "AWSMachine", "name": f"shop-{number}"}
    spec = {"clusterName": "shop", "bootstrap": {"dataSecretName": "shop"}, "infrastructureRef": made_of}
    return {"apiVersion": CAPI, "kind": "Machine", "metadata": named, "spec": spec}


def _path(cluster: str, number: int) -> str:
    if cluster == MANAGEMENT:
        return f"/apis/{K0RDENT}/namespaces/{SYSTEM_NAMESPACE}/clusterdeployments/shop-{number}"
    return f"/apis/{CAPI}/namespaces/default/machines/shop-{number}"


class Stepper:
    """Changes one cluster step by step in a thread, at most `rate` times a second, whatever is done to the cluster."""

    def __init__(self, cluster: Any, history: History, rate: float, seed: int) -> None:
        self.cluster, self.history, self.pause = cluster, history, 1 / rate
        self.random = random.Random(seed)
        self.step = 0
        self._trust = ssl.create_default_context(cadata=cluster.ca)
        self._place = urlsplit(cluster.url)
        self._connection: http.client.HTTPSConnection | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"steps of {cluster.name}", daemon=True)
        self.failed: BaseException | None = None

    def __enter__(self) -> "Stepper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No step after this returns."""
        self._over.set()
        self._thread.join(PATIENCE)
        if self.failed:
            raise self.failed

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                began = time.monotonic()
                self.one()
                self._over.wait(max(0.0, self.pause - (time.monotonic() - began)))
        except BaseException as error:
            self.failed = error

    def one(self) -> None:
        """The next step, written exactly once: an answer that was lost is asked for."""
        at, number, step = datetime.now(UTC), self.random.randrange(OBJECTS), self.step + 1
        end = time.monotonic() + PATIENCE
        while not self._written(number, step):
            if time.monotonic() > end:
                raise AssertionError(f"{self.cluster.name} took no step for {PATIENCE:.0f} s")
            if self._over.wait(0.05):
                return  # nothing was written, as far as anybody can know: see `_written`
        self.step = step
        self.history.wrote(self.cluster.name, at, datetime.now(UTC))

    def _written(self, number: int, step: int) -> bool:
        failed = {
            "type": "Ready",
            "status": "False",
            "reason": "Failed",
            "message": f"step {step}",
            "lastTransitionTime": "2026-08-20T10:00:00Z",
        }
        path = _path(self.cluster.name, number)
        with suppress(OSError, http.client.HTTPException, ValueError):
            status, _ = self._ask("PATCH", f"{path}/status", {"status": {"conditions": [failed]}})
            if status == 200:
                return True
        # Perhaps it was done and only the answer was lost.
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException, ValueError):
                status, found = self._ask("GET", path)
                if status == 200:
                    conditions = (found.get("status") or {}).get("conditions") or [{}]
                    return bool(conditions[0].get("message") == f"step {step}")
            time.sleep(0.05)
        raise AssertionError(f"{self.cluster.name} answers nothing for {PATIENCE:.0f} s")

    def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        if self._connection is None:
            host, port = self._place.hostname or "", self._place.port
            self._connection = http.client.HTTPSConnection(host, port, timeout=5, context=self._trust)
        headers = {"Authorization": f"Bearer {self.cluster.token()}", "Content-Type": "application/merge-patch+json"}
        try:
            self._connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())
        except BaseException:
            self._connection.close()
            self._connection = None
            raise
