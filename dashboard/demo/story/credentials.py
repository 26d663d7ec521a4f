"""k0rdent's Credential controller: identities are copied to where they are used, and looked for there."""

import asyncio
from typing import Any

from dashboard.demo.crds import manifests
from dashboard.demo.fleet.make import condition
from dashboard.demo.fleet.model import K0RDENT, SYSTEM
from dashboard.demo.story.client import Client, Failed
from dashboard.demo.story.stage import release
from dashboard.demo.story.world import World, plural_of

Manifest = dict[str, Any]
FINALIZER = "k0rdent.mirantis.com/credential"
RENEWED = 900.0
"""So often k0rdent looks at every Credential."""
CREDENTIALS = (K0RDENT, "credentials")
_SCOPES = {crd["spec"]["names"]["kind"]: crd["spec"]["scope"] for crd in manifests()}


class Credentials:
    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[str, Manifest] = {}

    async def run(self) -> None:
        self._world.begin(self._again())
        async for kind, found in self._world.management.watch(*CREDENTIALS):
            metadata = found["metadata"]
            key = f"{metadata['namespace']}/{metadata['name']}"
            before = self._seen.get(key)
            if kind == "DELETED":
                self._seen.pop(key, None)
                continue
            self._seen[key] = found
            changed = before is None or before["metadata"].get("generation") != metadata.get("generation")
            if metadata.get("deletionTimestamp") or not found.get("status") or (changed and before is not None):
                self._world.begin(self._reconcile(found))

    async def _again(self) -> None:
        """Every quarter of an hour copies are written anew: what was rotated arrives, what was deleted comes back."""
        world = self._world
        while True:
            await world.pass_time(RENEWED)
            for found in list(self._seen.values()):
                spec = found["spec"]
                if found["metadata"].get("deletionTimestamp") or not spec.get("region"):
                    continue
                try:
                    region = await world.management.get(K0RDENT, "regions", "", spec["region"])
                    if region is not None:
                        await self._copy(found, spec["identityRef"], await world.region_client(region))
                except Failed:
                    continue  # away, or its original is: the next time, then

    async def _reconcile(self, found: Manifest) -> None:
        world, metadata = self._world, found["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        try:
            if metadata.get("deletionTimestamp"):
                await self._delete(found)
                return
            if FINALIZER not in (metadata.get("finalizers") or []):
                labels = {"k0rdent.mirantis.com/component": "kcm"}
                body = {"metadata": {"finalizers": [FINALIZER], "labels": labels}}
                await world.management.patch(*CREDENTIALS, namespace, name, body)
            await world.pass_time(2)
            message = await self._verify(found)
            now = world.now()
            ready = condition(
                "CredentialReady",
                not message,
                "Failed" if message else "Succeeded",
                message or "Credential is ready",
                now,
                metadata.get("generation", 1),
            )
            status = {"ready": not message, "conditions": [ready]}
            await world.management.status(*CREDENTIALS, namespace, name, status)
        except Failed as failed:
            # As k0rdent has it: what it cannot reach leaves the old condition as it was; it tries again.
            if failed.status != 404:
                await world.pass_time(10)
                key = f"{namespace}/{name}"
                if self._seen.get(key) is found:
                    world.begin(self._reconcile(found))

    async def _verify(self, found: Manifest) -> str:
        """Copy what is to be copied; what is wrong, in k0rdent's words."""
        world, spec = self._world, found["spec"]
        identity, region_name = spec["identityRef"], spec.get("region")
        host = world.management
        if region_name:
            region = await world.management.get(K0RDENT, "regions", "", region_name)
            if region is None:
                text = f'Region.k0rdent.mirantis.com "{region_name}" not found'
                await world.tell(world.management, found, "InvalidRegion", text, warning=True)
                return text
            if region["metadata"].get("deletionTimestamp"):
                return f"region {region_name} is deleted"
            host = await world.region_client(region)
            await self._copy(found, identity, host)
        kind, namespace = identity.get("kind", ""), identity.get("namespace", "")
        where = f"{namespace}/{identity.get('name', '')}" if namespace else f"/{identity.get('name', '')}"
        try:
            api, name = identity.get("apiVersion", "v1"), identity.get("name", "")
            there = await host.get(api, plural_of(kind), namespace, name)
        except (Failed, KeyError) as error:
            if isinstance(error, Failed) and error.status != 404:
                raise
            there = None
        if there is None:
            text = f"ClusterIdentity object of Kind={kind} {where} not found"
            await world.tell(world.management, found, "MissingClusterIdentity", text, warning=True)
            return text
        return ""

    async def _copy(self, found: Manifest, identity: Manifest, host: Client) -> None:
        """To the region, when a provider there takes such an identity; originals lie in the system namespace."""
        kind, metadata = identity.get("kind", ""), found["metadata"]
        interfaces = await host.list(K0RDENT, "providerinterfaces")
        offered = [each for one in interfaces for each in one["spec"].get("clusterIdentities") or []]
        entry = next((each for each in offered if each["kind"] == kind), None)
        if entry is None:
            return
        label = f"k0rdent.mirantis.com/credential.{metadata['namespace']}.{metadata['name']}"
        labels = {"k0rdent.mirantis.com/managed": "true", "k0rdent.mirantis.com/component": "kcm", label: "true"}
        cluster_scoped = _SCOPES.get(kind) == "Cluster"
        target = "" if cluster_scoped else metadata["namespace"]
        if target:
            await self._world.ensure_namespace(host, target)
        source = "" if cluster_scoped else SYSTEM
        original = await self._original(identity["apiVersion"], kind, source, identity["name"])
        if original is None:
            raise Failed(409, f"{kind} {identity['name']} is missing in {SYSTEM}")
        for reference in entry.get("references") or []:
            name = _at(original, reference["nameFieldPath"])
            if not name:
                continue
            namespaced = reference.get("namespaceFieldPath")
            api = f"{reference['group']}/{reference['version']}" if reference["group"] else reference["version"]
            home = SYSTEM if _SCOPES.get(reference["kind"]) != "Cluster" else ""
            part = await self._original(api, reference["kind"], home, name)
            if part is None:
                raise Failed(409, f"{reference['kind']} {name} is missing in {SYSTEM}")
            await self._place(host, part, (target if namespaced else home), labels)
            if namespaced:
                _set(original, namespaced, target)
        await self._place(host, original, target, labels)

    async def _original(self, api: str, kind: str, namespace: str, name: str) -> Manifest | None:
        found = await self._world.management.get(api, plural_of(kind), namespace, name)
        return {"apiVersion": api, "kind": kind} | found if found else None

    async def _place(self, host: Client, original: Manifest, namespace: str, labels: dict[str, str]) -> None:
        """A copy; what lies there without the mark of k0rdent is left alone."""
        api, kind, name = original["apiVersion"], original["kind"], original["metadata"]["name"]
        there = await host.get(api, plural_of(kind), namespace, name)
        if there and (there["metadata"].get("labels") or {}).get("k0rdent.mirantis.com/managed") != "true":
            return
        copied = {key: value for key, value in original.items() if key not in ("metadata", "status")}
        copied["metadata"] = {"name": name, "labels": labels} | ({"namespace": namespace} if namespace else {})
        if there and all(there.get(key) == value for key, value in copied.items() if key in ("data", "spec", "type")):
            kept = there["metadata"].get("labels") or {}
            if all(kept.get(key) == value for key, value in labels.items()):
                return
        await self._world.put(host, copied)

    async def _delete(self, found: Manifest) -> None:
        world, metadata, identity = self._world, found["metadata"], found["spec"]["identityRef"]
        region_name = found["spec"].get("region")
        region = await world.management.get(K0RDENT, "regions", "", region_name) if region_name else None
        if region:
            host = await world.region_client(region)
            key = f"k0rdent.mirantis.com/credential.{metadata['namespace']}.{metadata['name']}"
            for api, kind in ((identity.get("apiVersion", "v1"), identity.get("kind", "Secret")), ("v1", "Secret")):
                for each in await host.list(api, plural_of(kind), labels=key):
                    await self._let_go(host, {"apiVersion": api, "kind": kind} | each, key)
        await world.tell(world.management, found, "RemovedCredential", "Credential has been removed")
        await release(world.management, *CREDENTIALS, metadata["namespace"], metadata["name"])

    async def _let_go(self, host: Client, each: Manifest, key: str) -> None:
        metadata = each["metadata"]
        others = [label for label in metadata["labels"] if "mirantis.com/credential." in label and label != key]
        where = (each["apiVersion"], plural_of(each["kind"]), metadata.get("namespace", ""), metadata["name"])
        if others:
            await host.patch(*where, {"metadata": {"labels": {key: None}}})
        else:
            await host.delete(*where)
        await asyncio.sleep(0)


def _at(manifest: Manifest, path: str) -> str:
    here: Any = manifest
    for step in path.split("."):
        here = here.get(step) if isinstance(here, dict) else None
    return here or ""


def _set(manifest: Manifest, path: str, value: str) -> None:
    *steps, last = path.split(".")
    here = manifest
    for step in steps:
        here = here.setdefault(step, {})
    here[last] = value
