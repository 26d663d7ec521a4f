"""Real API servers, filled with as many objects as a part needs."""

import atexit
import base64
import contextlib
import functools
import importlib
import json
import os
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.bench.http import Caller
from dashboard.bench.manifests import GROUP, NAMESPACE, PROTO, Manifest, name_of, of_one_deployment, on_management
from dashboard.bench.report import Unavailable

PUTS = 100  # in one transaction of etcd; it takes 128
A_DEPLOYMENT = 10  # objects
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextlib.contextmanager
def started() -> Iterator["Clusters"]:
    """The rig of the tests, management and two regions, with nothing in them. Raises Unavailable."""
    rig = _rig()
    rig.refresh()
    for name in rig.regions:
        rig.register(name)
    yield Clusters(rig)


@functools.cache
def _rig() -> Any:
    """Started once for all parts of a run: API servers take half a minute of two processors to come up."""
    try:
        fleet = importlib.import_module("tests.rig.fleet")
        binaries = importlib.import_module("tests.rig.binaries")
    except ImportError as error:
        raise Unavailable("this part needs the folder tests/, which is not here") from error
    found = binaries.find()
    if found is None:
        raise Unavailable(binaries.HOW)
    rig = fleet.Rig(found)
    atexit.register(rig.stop)
    rig.start()
    return rig


class Clusters:
    """Management and its regions, by name, and what they hold."""

    def __init__(self, rig: Any) -> None:
        self.rig = rig
        self.by_name: dict[str, Any] = {cluster.name: cluster for cluster in rig.clusters}
        self.management = rig.management
        self.deployments = 0
        self.kubeconfig = Path(rig.folder) / "bench-kubeconfig"
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(self.management.kubeconfig())
        self._stored: list[tuple[str, str, bytes, str]] = []  # region, key in etcd, value, uid

    def caller(self, cluster: Any) -> Caller:
        return Caller(cluster.url, {"Authorization": f"Bearer {cluster.token()}"}, cluster.ca)

    def fill(self, deployments: int) -> None:
        """So many deployments in all, each with its ten objects; they run in the regions and on management in turn.

        The API servers make and check the first of each; its copies go into their etcd, as they would have stored
        them. That takes seconds where as many requests would take minutes.
        """
        if not self._stored:
            self._make_prototypes()
        places = list(self.by_name)
        puts = []
        for number in range(self.deployments, deployments):
            region = places[number % len(places)]
            for of, key, value, uid in self._stored:
                if of == region:
                    name = name_of(number)
                    copy = value.replace(PROTO.lower().encode(), name.encode()).replace(uid.encode(), _uid())
                    puts.append((key.replace(PROTO.lower(), name), copy))
        for start in range(0, len(puts), PUTS):
            self._put(puts[start : start + PUTS])
        self.deployments = max(self.deployments, deployments)

    def get_all(self, cluster: Any, *resources: str) -> int:
        """`kubectl get -A -o json` of these kinds on this cluster, into nowhere; how many bytes it printed."""
        command = cluster.kubectl_command("get", ",".join(resources), "-A", "-o", "json")
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, check=False, env={"PATH": os.environ["PATH"], "HOME": str(self.rig.folder)}
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()[-500:]}")
        return len(done.stdout)

    def _make_prototypes(self) -> None:
        """One deployment in each place, made by requests; what etcd then holds; and none of it any more."""
        for region, cluster in self.by_name.items():
            for manifest in of_one_deployment(region):
                home = self.management if on_management(manifest) else cluster
                made = _as_name(manifest)
                made = {**made, "spec": made["spec"]}
                served = home.apply(json.dumps(made))[0]
                group, plural = _place(home, manifest)
                name = served["metadata"]["name"]
                key = f"/{home.name.strip('~')}/{group}/{plural}/{NAMESPACE}/{name}"
                self._stored.append((region, key, self._get(key), served["metadata"]["uid"]))
            for of, key, _, _ in self._stored:
                if of == region:
                    self._etcd("deleterange", key=_b64(key.encode()))

    def _put(self, puts: list[tuple[str, bytes]]) -> None:
        self._etcd(
            "txn", success=[{"requestPut": {"key": _b64(key.encode()), "value": _b64(value)}} for key, value in puts]
        )

    def _get(self, key: str) -> bytes:
        return base64.b64decode(self._etcd("range", key=_b64(key.encode()))["kvs"][0]["value"])

    def _etcd(self, what: str, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.rig._etcd.url}/v3/kv/{what}", json.dumps(body).encode())  # noqa: S310
        with _direct.open(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def _place(cluster: Any, manifest: Manifest) -> tuple[str, str]:
    group = manifest["apiVersion"].partition("/")[0]
    for kind in cluster._kinds():
        if kind["group"] == group and kind["kind"] == manifest["kind"]:
            return group, str(kind["plural"])
    raise LookupError(f"{cluster.name} serves no {manifest['kind']}")


def _as_name(manifest: Manifest) -> Manifest:
    """Names are in lower case."""
    found: Manifest = json.loads(json.dumps(manifest).replace(PROTO, PROTO.lower()))
    return found


def _uid() -> bytes:
    return str(uuid.uuid4()).encode()


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


DEPLOYMENTS = f"clusterdeployments.{GROUP}"
