"""Following one cluster: its link, and a stream for each kind."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from regions.clusters.options import Options
from regions.clusters.sources import EndpointSource
from regions.domain.kinds import KINDS, Where
from regions.domain.manifest import text
from regions.domain.notes import Heard, Replaced
from regions.domain.redact import without_credentials
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Client
from regions.kube.errors import KubeError, Refused, Unreachable, Unsupported
from regions.watcher import memory
from regions.watcher.recorder import Recorder, now
from regions.watcher.recovery import kept_up
from regions.watcher.streams import Streams

log = logging.getLogger(__name__)

PROBE = 10.0  # seconds between two probes, each on a fresh connection
DOUBT = 5.0  # after one that failed
STRIKES = 3  # failures in a row that make a cluster silent
REREAD = 60.0  # seconds between two looks at where the kubeconfig came from
RETRY = 15.0  # after a refusal


class Follower:
    """Follows one cluster until cancelled. Never raises for what the cluster does, nor for a fault of ours at it."""

    def __init__(
        self, name: str, source: EndpointSource, recorder: Recorder, options: Options, blind_since: datetime | None
    ) -> None:
        self.name = name
        self.source = source
        self.recorder = recorder
        self.options = options
        self.blind_since = blind_since
        self.on_region: Callable[[str, dict[str, Any] | None], Awaitable[None]] | None = None
        self.strikes = 0
        self.begun = False  # before: what went wrong since is not said anew as a beginning
        self.live_at: dict[str, datetime] = {}  # when each stream last told anything

    async def keep_up(self) -> None:
        """Follow it, whatever happens here: a fault costs this cluster a pause, and says so on its page."""
        await kept_up(f"Following {self.name}", self.run, self._fell)

    async def _fell(self, error: Exception) -> None:
        self.strikes = STRIKES
        await self.say(state="broken", message=f"{type(error).__name__}; it is tried again by itself")

    async def run(self) -> None:
        self.memory = await self.recorder.call(memory.remember, self.name)
        where = (Where.HOSTS, Where.MANAGEMENT) if self.name == MANAGEMENT else (Where.HOSTS,)
        self.kinds = [kind for kind in KINDS if kind.where in where]
        # Blind from the moment that somebody last recorded a word: this process, or the watcher before it. That it beat
        # later says nothing of what it had not recorded yet.
        resumed = [stream for stream, version in self.memory.reached.items() if version]
        for stream in resumed:
            if since := self.memory.told_at.get(stream, self.blind_since):
                self.live_at[stream] = since
        if not self.memory.known and not self.begun:
            await self.say(state="connecting", message="")
        self.begun = True
        while True:
            self.source.moved.clear()
            try:
                endpoint = await self.source.endpoint()
            except Unreachable as error:
                await self.missed(error.message)
            except (Refused, Unsupported) as error:
                await self.unsupported(error)
            except KubeError as error:
                await self.missed(f"Its kubeconfig cannot be read: {error.message}")
            else:
                place = {"server": f"{endpoint.host}:{endpoint.port}", "kubeconfig": self.source.described}
                await self.say(expires_at=endpoint.expires_at, **place)
                client = Client(endpoint, allow_loopback=self.options.allow_loopback)
                try:
                    await self.serve(client)
                finally:
                    self.source.offer(None)
                    await client.close()
            await self.pause(RETRY if self.strikes < STRIKES else PROBE)

    async def serve(self, client: Client) -> None:
        """Probe this endpoint and follow its kinds, until it refuses us or is no longer the one to use."""
        streams: Streams | None = None
        reread_at = asyncio.get_running_loop().time() + REREAD
        try:
            while True:
                try:
                    answer = await client.ready()
                    if streams is None:
                        await self.identify(client)
                        streams = Streams(self, client)
                        self.source.offer(client)
                        streams.start()
                except Unreachable as error:
                    await self.missed(error.message)
                    if self.strikes >= STRIKES and streams is not None:
                        await streams.stop()
                        streams = None
                except Refused as error:
                    await self.say(state="refused", message=error.message)
                    return
                except Unsupported as error:
                    await self.unsupported(error)
                    return
                except KubeError as error:
                    # It answers, so it lives; that it is not well it says itself.
                    await self.missed(error.message)
                else:
                    self.strikes = 0
                    message = "" if answer.ready else f"It answers, but is not ready: {answer.message}"
                    expires_at = client.endpoint.expires_at
                    await self.say(state="connected", message=message, heard_at=now(), expires_at=expires_at)
                if streams is not None and streams.refused:
                    await self.say(state="refused", message=streams.refused)
                    return
                loop = asyncio.get_running_loop()
                if loop.time() >= reread_at or self.strikes >= STRIKES:
                    if await self.source.rotated():
                        log.info("%s: its kubeconfig was replaced; connecting anew", self.name)
                        return
                    reread_at = loop.time() + REREAD
                if await self.pause(PROBE if self.strikes == 0 else DOUBT):
                    return
        finally:
            if streams is not None:
                await streams.stop()

    async def identify(self, client: Client) -> None:
        """Learn which cluster answers; another one than before is a change, not a merge of two inventories."""
        uid = ""
        with contextlib.suppress(Refused):
            uid = await client.cluster_uid()
        if uid and self.memory.uid and uid != self.memory.uid:
            await self.recorder.note(Replaced(self.name, self.memory.uid, uid, now()))
            self.memory = memory.Memory(known=True)
            self.live_at = {}
        if uid:
            self.memory.uid = uid
            await self.say(uid=uid)
        await self.say(version=await client.server_version())

    async def missed(self, message: str) -> None:
        self.strikes += 1
        if self.strikes >= STRIKES:
            await self.say(state="silent", message=message)
        else:
            await self.say(message=message)

    async def unsupported(self, error: KubeError) -> None:
        """It is not asked: there is no kubeconfig for it that we accept, or management does not let us read it."""
        message = self.source.refusal(error)
        await self.say(state="unsupported", message=message, kubeconfig=self.source.described)

    async def say(self, **fields: Any) -> None:
        """Note these columns of the link."""
        if "message" in fields:
            fields["message"] = without_credentials(text(fields["message"]))
        await self.recorder.note(Heard(self.name, now(), fields))

    async def pause(self, seconds: float) -> bool:
        """Wait; True when the endpoint may have moved meanwhile."""
        # Not wait_for: until Python 3.12 that loses a cancellation that comes together with what it waits for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.source.moved.wait()
            return True
        return False
