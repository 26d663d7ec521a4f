"""Objects that are read one by one, because another object names them: Secrets are never listed or watched."""

import asyncio
import contextlib
from typing import Any

from regions.domain import manifest as m
from regions.domain.kinds import NAMED_KINDS
from regions.domain.notes import Gone, Put
from regions.domain.redact import whole_copies
from regions.domain.references import Named
from regions.kube import identity
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound
from regions.kube.identity import is_name, is_namespace
from regions.watcher import memory
from regions.watcher.recorder import Recorder, now

AGAIN = 300.0  # seconds
MOST = 5_000  # names that are read in one turn
AT_ONCE = 8  # requests at a time, to one cluster
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
                    async with asyncio.timeout(left):
                        await self.asked.wait()
                    await asyncio.sleep(PATIENCE)
                    self.asked.clear()
                    names, self.wanted = self.wanted, set()
                    await self._read_all(names)

    async def _read_all(self, names: set[Named]) -> None:
        """Side by side, a few at a time: one after another, a thousand names of a far region take minutes."""
        few = asyncio.Semaphore(AT_ONCE)

        async def read(name: Named) -> None:
            async with few:
                await self._read(name)

        async with asyncio.TaskGroup() as tasks:
            for name in sorted(names)[:MOST]:
                tasks.create_task(read(name))

    async def _read(self, named: Named) -> None:
        kind, namespace, name = named
        if not (is_namespace(namespace) and is_name(name)):
            return  # what nothing can be called is not there, and as part of a path it might lead elsewhere
        plural = NAMED_KINDS[kind].plural
        try:
            found = await self.client.get(f"/api/v1/namespaces/{namespace}/{plural}/{name}")
            manifest = as_named(found, named)
        except NotFound:
            await self._gone(named)
        except KubeError:
            pass  # not permitted, or away: the link and the streams say so
        else:
            await self.recorder.note(Put(self.cluster, NAMED_KINDS[kind], manifest, now()))

    async def _gone(self, named: Named) -> None:
        kind, namespace, name = named
        manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"namespace": namespace, "name": name}}
        await self.recorder.note(Gone(self.cluster, NAMED_KINDS[kind], manifest, now()))


def as_named(found: dict[str, Any], named: Named) -> dict[str, Any]:
    """What was read by this name, as it may be kept. Raises KubeError when it is something else."""
    kind, namespace, name = named
    if not isinstance(found.get("metadata"), dict):
        raise KubeError(f"{kind} {namespace}/{name} is answered by something without metadata.")
    manifest = {**(without_values(found) if kind == "Secret" else found), "apiVersion": "v1", "kind": kind}
    meta = manifest["metadata"]
    texts = all(isinstance(meta.get(field, ""), str) for field in ("name", "namespace", "uid", "resourceVersion"))
    if not texts or identity.problem(manifest) or (meta.get("namespace"), meta["name"]) != (namespace, name):
        raise KubeError(f"{kind} {namespace}/{name} is answered by something else.")
    return manifest


def without_values(secret: dict[str, Any]) -> dict[str, Any]:
    """Of a Secret what may be kept: its name, type, labels, resource version, the names of its keys, and which
    annotations hold a copy of all of it."""
    meta = m.mapping(secret.get("metadata"))
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "labels")
    copies = {"annotations": dict.fromkeys(found, "")} if (found := whole_copies(secret)) else {}
    return {
        "metadata": {key: meta[key] for key in kept if key in meta} | copies,
        "type": m.text(secret.get("type")),
        "data": dict.fromkeys(m.mapping(secret.get("data")), ""),
    }
