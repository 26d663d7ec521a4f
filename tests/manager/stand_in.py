"""What k0rdent's manager leans on, played: Flux's controllers, Cluster API's operator, Cluster API itself.

Level-triggered, like what it stands in for: a few times a second it looks at what is there and moves it on. Nothing of
this is k0rdent's: whatever stands in a Region, a Credential or a ClusterDeployment was written by the manager.
"""

import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.manager.charts import ChartServer
from tests.rig.apiserver import ApiServer
from tests.rig.http import Answered

Manifest = dict[str, Any]
PAUSE = 0.4  # seconds between two looks
SOURCES = "/apis/source.toolkit.fluxcd.io/v1"
HELM = "/apis/helm.toolkit.fluxcd.io/v2"
CAPI = "/apis/cluster.x-k8s.io/v1beta2"
DIGEST = "sha256:" + "0" * 64


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(type: str, status: bool | None, reason: str, message: str, generation: int = 1) -> Manifest:
    said = "Unknown" if status is None else str(status)
    found = {"type": type, "status": said, "reason": reason, "message": message, "lastTransitionTime": now()}
    return found | {"observedGeneration": generation}


class StandIn:
    """`held` says for which HelmReleases nothing is installed yet, with the words of their Ready condition."""

    def __init__(self, management: ApiServer, regions: dict[str, ApiServer], charts: ChartServer) -> None:
        self.held: dict[str, str] = {}
        self.clusters: dict[str, Manifest] = {}
        """By `namespace/name` of a deployment: the status that its Cluster shall have; else it comes up well."""
        self.trouble = ""
        self._management, self._regions, self._charts = management, regions, charts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        parts: tuple[Callable[[], None], ...] = (self._repositories, self._fetch, self._release, self._clusters)
        while not self._stop.wait(PAUSE):
            for part in parts:
                try:
                    part()
                except (Answered, OSError) as error:  # something moved on meanwhile: look again
                    self.trouble = str(error)
                except Exception:
                    self.trouble = traceback.format_exc()

    # -- source-controller ---------------------------------------------------------------------------------------

    def _repositories(self) -> None:
        for found in self._list(self._management, f"{SOURCES}/helmrepositories"):
            self._observe(found, f"{SOURCES}/namespaces/{{}}/helmrepositories/{{}}", "Succeeded", "stored artifact")

    def _fetch(self) -> None:
        for found in self._list(self._management, f"{SOURCES}/helmcharts"):
            archive = self._charts.archive(found["spec"]["chart"], found["spec"].get("version", "0.1.0"))
            artifact = {
                "url": self._charts.address(archive),
                "path": f"helmchart/{archive.name}-{archive.version}.tgz",
                "revision": archive.version,
                "digest": archive.digest,
                "lastUpdateTime": now(),
                "size": len(archive.content),
            }
            said = f"pulled '{archive.name}' chart with version '{archive.version}'"
            more = {"artifact": artifact, "url": artifact["url"], "observedChartName": archive.name}
            path = f"{SOURCES}/namespaces/{{}}/helmcharts/{{}}"
            self._observe(found, path, "ChartPullSucceeded", said, **more)

    # -- helm-controller -----------------------------------------------------------------------------------------

    def _release(self) -> None:
        for found in self._list(self._management, f"{HELM}/helmreleases"):
            name, generation = found["metadata"]["name"], found["metadata"]["generation"]
            path = f"{HELM}/namespaces/{{}}/helmreleases/{{}}"
            if words := self.held.get(name):
                failing = [condition("Ready", False, "Progressing", words, generation)]
                if _said(found) != words:
                    self._patch(found, path, {"conditions": failing, "observedGeneration": generation})
                continue
            before = ((found.get("status") or {}).get("history") or [{}])[0].get("version", 0)
            chart = found["spec"]["chartRef"]["name"]
            release = found["spec"].get("releaseName", name)
            snapshot = {
                "name": release,
                "namespace": found["spec"].get("targetNamespace") or found["metadata"]["namespace"],
                "version": before + 1,
                "status": "deployed",
                "chartName": chart,
                "chartVersion": "0.1.0",
                "configDigest": DIGEST,
                "digest": DIGEST,
                "firstDeployed": now(),
                "lastDeployed": now(),
                "appVersion": "",
            }
            verb = "install" if not before else "upgrade"
            said = (
                f"Helm {verb} succeeded for release {snapshot['namespace']}/{release}.v{before + 1} with chart {chart}"
            )
            more = {"history": [snapshot], "lastAttemptedConfigDigest": DIGEST, "lastAttemptedRevision": "0.1.0"}
            if interface := self._charts.interface(release):
                self._server(found).apply(interface)
            self._observe(found, path, f"{verb.capitalize()}Succeeded", said, **more)

    # -- Cluster API ---------------------------------------------------------------------------------------------

    def _clusters(self) -> None:
        """A Cluster for each deployment whose chart is installed, where its kubeconfig leads; none for others."""
        wanted: dict[str, dict[str, Manifest]] = {}
        for found in self._list(self._management, f"{HELM}/helmreleases"):
            owner = next(
                (one for one in found["metadata"].get("ownerReferences", []) if one["kind"] == "ClusterDeployment"),
                None,
            )
            if owner and _said(found).startswith("Helm ") and not found["metadata"].get("deletionTimestamp"):
                place = self._place(found)
                wanted.setdefault(place, {})[f"{found['metadata']['namespace']}/{owner['name']}"] = found
        for place, server in {"": self._management, **self._regions}.items():
            here = {
                f"{one['metadata']['namespace']}/{one['metadata']['name']}": one
                for one in self._list(server, f"{CAPI}/clusters")
            }
            for key in wanted.get(place, {}).keys() - here.keys():
                self._create(server, key)
            for key, one in here.items():
                if key not in wanted.get(place, {}):
                    server.request("DELETE", _named(f"{CAPI}/namespaces/{{}}/clusters/{{}}", one))
                elif not (one.get("status") or {}).get("conditions"):
                    status = self.clusters.get(key) or _well()
                    server.request(
                        "PATCH",
                        _named(f"{CAPI}/namespaces/{{}}/clusters/{{}}/status", one),
                        {"status": status},
                        "application/merge-patch+json",
                    )

    def _server(self, release: Manifest) -> ApiServer:
        place = self._place(release)
        return self._regions[place] if place else self._management

    def _place(self, release: Manifest) -> str:
        """The region that a HelmRelease's kubeconfig is of; empty for the management cluster."""
        secret = ((release["spec"].get("kubeConfig") or {}).get("secretRef") or {}).get("name", "")
        return next((name for name in self._regions if secret.startswith(name)), "")

    def _create(self, server: ApiServer, key: str) -> None:
        namespace, name = key.split("/")
        server.create_namespace(namespace)
        labels = {"helm.toolkit.fluxcd.io/name": name, "helm.toolkit.fluxcd.io/namespace": namespace}
        made = {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Cluster",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"controlPlaneEndpoint": {"host": "10.0.0.1", "port": 6443}},
        }
        server.request("POST", f"{CAPI}/namespaces/{namespace}/clusters", made)

    # -- inside --------------------------------------------------------------------------------------------------

    def _list(self, server: ApiServer, path: str) -> list[Manifest]:
        found: list[Manifest] = server.request("GET", path)["items"]
        return found

    def _observe(self, found: Manifest, path: str, reason: str, message: str, **more: Any) -> None:
        """Ready, unless it says so of this generation already."""
        generation = found["metadata"]["generation"]
        ready = next((one for one in (found.get("status") or {}).get("conditions", []) if one["type"] == "Ready"), None)
        if ready and ready["status"] == "True" and ready.get("observedGeneration") == generation:
            return
        conditions = [condition("Ready", True, reason, message, generation)]
        self._patch(found, path, {"conditions": conditions, "observedGeneration": generation, **more})

    def _patch(self, found: Manifest, path: str, status: Manifest) -> None:
        body = {"status": status}
        self._management.request("PATCH", _named(path, found) + "/status", body, "application/merge-patch+json")


def _named(path: str, found: Manifest) -> str:
    return path.format(found["metadata"]["namespace"], found["metadata"]["name"])


def _said(found: Manifest) -> str:
    conditions = (found.get("status") or {}).get("conditions") or []
    return next((one["message"] for one in conditions if one["type"] == "Ready"), "")


def _well() -> Manifest:
    types = (
        "InfrastructureReady",
        "ControlPlaneInitialized",
        "ControlPlaneAvailable",
        "ControlPlaneMachinesReady",
        "WorkersAvailable",
        "WorkerMachinesReady",
        "RemoteConnectionProbe",
        "Available",
    )
    return {
        "phase": "Provisioned",
        "initialization": {"infrastructureProvisioned": True, "controlPlaneInitialized": True},
        "conditions": [condition(one, True, one, "") for one in types],
    }
