"""What is in an API server: objects, their status, and CRDs. Plain manifests in, what is served out."""

import time
from collections.abc import Iterator
from typing import Any

import yaml

from tests.rig.http import Answered, Http

SETTLE_SECONDS = 120
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
SERVER_OWNED = {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "deletionTimestamp"}


class Objects:
    """One cluster's objects, handled as an admin."""

    def __init__(self, name: str, http: Http) -> None:
        self.name = name
        self._http = http

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        """One call as admin; the decoded answer. Raises `Answered(status, body)` for what is not 2xx."""
        return self._http.request(method, path, body, content_type)

    def apply(self, text: str) -> list[dict[str, Any]]:
        """Create or merge every document, its status as well, its namespace before it; the objects as served."""
        return [self._apply(manifest) for manifest in yaml.safe_load_all(text) if manifest]

    def patch_status(self, resource: str, name: str, namespace: str, patch: dict[str, Any]) -> dict[str, Any]:
        """Merge into an object's status. `resource` is a plural, alone or with its group (`regions.example.org`)."""
        path = self.path_of(resource, namespace, name) + "/status"
        body = patch if "status" in patch else {"status": patch}
        return self.request("PATCH", path, body, "application/merge-patch+json")

    def path_of(self, resource: str, namespace: str = "", name: str = "") -> str:
        """The URL path of a resource (a plural, alone or with its group)."""
        plural, _, group = resource.partition(".")
        for kind in self._kinds():
            if kind["plural"] == plural and (not group or kind["group"] == group):
                return _path(kind, namespace, name)
        raise LookupError(f"{self.name} serves no {resource}")

    def create_namespace(self, name: str) -> None:
        self._create("/api/v1/namespaces", {"metadata": {"name": name}})

    def install_crds(self, crds: list[dict[str, Any]]) -> None:
        """Install what is not there yet; returns when all are Established and served."""
        wanted = {crd["metadata"]["name"] for crd in crds} - self.crd_names()
        if not wanted:
            return
        for crd in crds:
            if crd["metadata"]["name"] in wanted:
                self._create(CRDS, crd)
        end = time.monotonic() + SETTLE_SECONDS
        while missing := wanted - self._established():
            assert time.monotonic() < end, f"{self.name}: not Established: {sorted(missing)}"
            time.sleep(0.2)
        while missing := wanted - {f"{kind['plural']}.{kind['group']}" for kind in self._kinds()}:
            assert time.monotonic() < end, f"{self.name}: Established but not served: {sorted(missing)}"
            time.sleep(0.2)

    def crd_names(self) -> set[str]:
        """`<plural>.<group>` of every CRD that is installed."""
        listed = self._http.request("GET", CRDS, accept=METADATA)["items"]
        return {crd["metadata"]["name"] for crd in listed or []}

    def remove_crd(self, name: str) -> None:
        """Uninstall a CRD (`<plural>.<group>`) with all its objects; returns when it is gone."""
        path = f"{CRDS}/{name}"
        self.request("DELETE", path)
        end = time.monotonic() + 60
        while self._http.status(path) != 404:
            assert time.monotonic() < end, f"{self.name}: {name} does not go away"
            time.sleep(0.2)

    def _apply(self, manifest: dict[str, Any]) -> dict[str, Any]:
        kind = self._kind(manifest["apiVersion"], manifest["kind"])
        metadata = manifest["metadata"]
        namespace = metadata.get("namespace", "default") if kind["namespaced"] else ""
        if namespace:
            self.create_namespace(namespace)
        status = manifest.get("status")
        manifest = {**manifest, "metadata": {k: v for k, v in metadata.items() if k not in SERVER_OWNED}}
        path = _path(kind, namespace, metadata["name"])
        if self._create(_path(kind, namespace), manifest) is None:
            self.request("PATCH", path, manifest, "application/merge-patch+json")
        if status and kind["status"]:
            self.request("PATCH", path + "/status", {"status": status}, "application/merge-patch+json")
        return self.request("GET", path)

    def _create(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The object as made, or None when there is one already."""
        try:
            return self.request("POST", path, body)
        except Answered as answer:
            if answer.status == 409 and answer.reason == "AlreadyExists":
                return None
            raise

    def _kind(self, api_version: str, name: str) -> dict[str, Any]:
        group, _, version = api_version.rpartition("/")
        for kind in self._kinds():
            if (kind["group"], kind["version"], kind["kind"]) == (group, version, name):
                return kind
        raise LookupError(f"{self.name} serves no {name} in {api_version}")

    def _kinds(self) -> Iterator[dict[str, Any]]:
        for root in ("/api", "/apis"):
            yield from self._http.discover(root)

    def _established(self) -> set[str]:
        crds = self.request("GET", CRDS)["items"]
        return {
            crd["metadata"]["name"]
            for crd in crds
            if any(
                condition["type"] == "Established" and condition["status"] == "True"
                for condition in (crd.get("status") or {}).get("conditions") or []
            )
        }


def _path(kind: dict[str, Any], namespace: str, name: str = "") -> str:
    root = f"/apis/{kind['group']}/{kind['version']}" if kind["group"] else f"/api/{kind['version']}"
    inside = f"/namespaces/{namespace}" if kind["namespaced"] and namespace else ""
    return f"{root}{inside}/{kind['plural']}" + (f"/{name}" if name else "")
