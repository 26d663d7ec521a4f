"""Objects that are read one by one, because another object names them: Secrets are never listed or watched."""

import asyncio
import contextlib
from typing import Any

from regions.domain.kinds import NAMED_KINDS
from regions.domain.notes import Gone, Put
from regions.domain.references import Named
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound
from regions.watcher import memory
from regions.watcher.recorder import Recorder, now

AGAIN = 300.0  # seconds
PATIENCE = 1.0  # a name is often told many times in a row


class NamedReader:
    """Reads what is wanted, soon; and everything that the copy's objects name, every few minutes."""

    def __init__(self, cluster: str, client: Client, recorder: Recorder, system_namespace: str) -> None:
        self.cluster = cluster
        self.client = client
        self.recorder = recorder
        self.system_namespace = system_namespace
        self.wanted: set[Named] = set()
        self.asked = asyncio.Event()

    def want(self, names: set[Named]) -> None:
        if names:
            self.wanted |= names
            self.asked.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            wanted, have = await self.recorder.call(memory.named, self.cluster, self.system_namespace)
            for name in have - wanted:
                await self._gone(name)
            self.want(wanted)
            again_at = loop.time() + AGAIN
            while (left := again_at - loop.time()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.asked.wait(), left)
                    await asyncio.sleep(PATIENCE)
                    self.asked.clear()
                    names, self.wanted = self.wanted, set()
                    for name in sorted(names):
                        await self._read(name)

    async def _read(self, named: Named) -> None:
        kind, namespace, name = named
        plural = NAMED_KINDS[kind].plural
        try:
            found = await self.client.get(f"/api/v1/namespaces/{namespace}/{plural}/{name}")
        except NotFound:
            await self._gone(named)
        except KubeError:
            pass  # not permitted, or away: the link and the streams say so
        else:
            manifest = {"apiVersion": "v1", "kind": kind, **(without_values(found) if kind == "Secret" else found)}
            await self.recorder.note(Put(self.cluster, NAMED_KINDS[kind], manifest, now()))

    async def _gone(self, named: Named) -> None:
        kind, namespace, name = named
        manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"namespace": namespace, "name": name}}
        await self.recorder.note(Gone(self.cluster, NAMED_KINDS[kind], manifest, now()))


def without_values(secret: dict[str, Any]) -> dict[str, Any]:
    """Of a Secret what may be kept: its name, type, labels, resource version, and the names of its keys."""
    meta = secret.get("metadata", {})
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "labels")
    return {
        "metadata": {key: meta[key] for key in kept if key in meta},
        "type": secret.get("type", ""),
        "data": dict.fromkeys(secret.get("data") or {}, ""),
    }
