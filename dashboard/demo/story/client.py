"""A small client of one API server, from a kubeconfig with authority and token inside."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import yaml

Manifest = dict[str, Any]
MERGE = "application/merge-patch+json"
_PATIENCE = 10.0


class Failed(Exception):
    """The server answered with an error, or did not answer (`status` is 0 then)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Speaks of kinds by `apiVersion` and plural: `("k0rdent.mirantis.com/v1beta1", "regions")`."""

    def __init__(self, kubeconfig: str) -> None:
        document = yaml.safe_load(kubeconfig)
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        self.kubeconfig = kubeconfig
        self.url: str = cluster["server"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._headers = {"Authorization": f"Bearer {user['token']}"}
        self._tls = ssl.create_default_context(cadata=authority)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def get(self, api: str, plural: str, namespace: str, name: str) -> Manifest | None:
        """None when there is none."""
        try:
            return await self._call("GET", path(api, plural, namespace, name))
        except Failed as failed:
            if failed.status == 404:
                return None
            raise

    async def list(self, api: str, plural: str, namespace: str = "", labels: str = "") -> list[Manifest]:
        query = {"labelSelector": labels} if labels else {}
        found: Manifest = await self._call("GET", path(api, plural, namespace), query=query)
        return list(found["items"])

    async def create(self, api: str, plural: str, manifest: Manifest) -> Manifest:
        namespace = manifest["metadata"].get("namespace", "")
        metadata = {k: v for k, v in manifest["metadata"].items() if k not in _SERVER_OWNED}
        body = {k: v for k, v in manifest.items() if k != "status"} | {"metadata": metadata}
        return await self._call("POST", path(api, plural, namespace), body)

    async def patch(self, api: str, plural: str, namespace: str, name: str, body: Manifest, part: str = "") -> Manifest:
        where = path(api, plural, namespace, name) + (f"/{part}" if part else "")
        return await self._call("PATCH", where, body, MERGE)

    async def status(self, api: str, plural: str, namespace: str, name: str, status: Manifest) -> Manifest:
        return await self.patch(api, plural, namespace, name, {"status": status}, "status")

    async def delete(self, api: str, plural: str, namespace: str, name: str) -> None:
        """Fine when it is gone already."""
        try:
            await self._call("DELETE", path(api, plural, namespace, name))
        except Failed as failed:
            if failed.status != 404:
                raise

    async def put(self, plural: str, manifest: Manifest) -> Manifest:
        """Make it so: created, or merged into what is there; its status as well."""
        api, metadata = manifest["apiVersion"], manifest["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        try:
            made = await self.create(api, plural, manifest)
        except Failed as failed:
            if failed.status != 409:
                raise
            spec = {key: manifest[key] for key in ("spec", "data", "type") if key in manifest}
            labels = {"metadata": {"labels": metadata["labels"]}} if metadata.get("labels") else {}
            made = await self.patch(api, plural, namespace, name, spec | labels)
        if "status" in manifest:
            made = await self.status(api, plural, namespace, name, manifest["status"])
        return made

    async def watch(self, api: str, plural: str, namespace: str = "") -> AsyncIterator[tuple[str, Manifest]]:
        """Everything there is as ADDED, then what happens, for ever; starts again whenever it is cut."""
        pause = 0.2
        while True:
            try:
                found = await self._call("GET", path(api, plural, namespace))
                for item in found["items"]:
                    yield "ADDED", {"apiVersion": api} | item
                version = found["metadata"]["resourceVersion"]
                pause = 0.2
                async for event in self._watch_from(path(api, plural, namespace), version):
                    yield event
            except (Failed, aiohttp.ClientError, TimeoutError, OSError, ValueError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    async def _watch_from(self, where: str, version: str) -> AsyncIterator[tuple[str, Manifest]]:
        query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": "300"}
        timeout = aiohttp.ClientTimeout(total=330, sock_connect=_PATIENCE)
        async with self._open().get(self.url + where, params=query, timeout=timeout) as answer:
            async for line in answer.content:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise Failed(int(event["object"].get("code", 500)), event["object"].get("message", ""))
                yield event["type"], event["object"]

    async def _call(
        self,
        method: str,
        where: str,
        body: Any = None,
        kind: str = "application/json",
        query: dict[str, str] | None = None,
    ) -> Manifest:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": kind} if data else {}
        try:
            async with self._open().request(
                method,
                self.url + where,
                data=data,
                headers=headers,
                params=query or {},
                timeout=aiohttp.ClientTimeout(total=_PATIENCE),
            ) as answer:
                text = await answer.read()
                found: Manifest = json.loads(text) if text else {}
                if answer.status >= 400:
                    raise Failed(answer.status, found.get("message", ""))
                return found
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Failed(0, str(error) or type(error).__name__) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._tls, limit=0)
            self._session = aiohttp.ClientSession(connector=connector, headers=self._headers, trust_env=False)
        return self._session


_SERVER_OWNED = (
    "uid",
    "creationTimestamp",
    "generation",
    "resourceVersion",
    "deletionTimestamp",
    "managedFields",
    "deletionGracePeriodSeconds",
)


def path(api: str, plural: str, namespace: str = "", name: str = "") -> str:
    root = f"/apis/{api}" if "/" in api else f"/api/{api}"
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{inside}/{plural}" + (f"/{name}" if name else "")
