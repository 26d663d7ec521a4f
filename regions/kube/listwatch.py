"""One kind on one cluster, followed for ever: listed, watched, resumed, and honest about what it cannot see."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from regions.domain.kinds import Kind
from regions.kube.backoff import Backoff, Pace
from regions.kube.client import Client
from regions.kube.discovery import Served
from regions.kube.errors import Expired, Garbled, KubeError, NotFound, Refused, Unsupported
from regions.kube.lines import Frame, Lines, frame_of

PAGE = 500
_STEP = 50  # events handed on before the loop may turn
_LISTING, _WATCHING, _ABSENT, _REFUSED, _BROKEN = "listing", "watching", "absent", "refused", "broken"
_POLLING = "polling"


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of a list. After a restart of the list the same objects come again."""

    manifests: list[dict[str, Any]]
    served_version: str
    relist: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """The list is complete: what is not among `keys` (namespace, name) is not there.

    `relist`: this stream had a list, or a version to resume from, before. `lost_history`: because what happened since
    then was no longer to be had, so that something may have come and gone unseen.
    """

    resource_version: str
    served_version: str
    keys: frozenset[tuple[str, str]]
    relist: bool = False
    lost_history: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is ADDED, MODIFIED or DELETED. Resume from the manifest's resource version."""

    type: str
    manifest: dict[str, Any]

    @property
    def resource_version(self) -> str:
        """To resume from."""
        return str(self.manifest["metadata"]["resourceVersion"])


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing happened up to this version: resume from here."""

    resource_version: str


@dataclass(frozen=True, slots=True)
class StreamTrouble:
    """The state of the stream has changed; every state is one of `Stream.State`, and the good ones have no message.

    `absent`: the kind is not served (any more), so none of its objects is there. `polling`: it may be listed and not
    watched; every list that follows is told, and what came and went between two of them is not. Said once, until it
    changes.
    `status` is the server's, where it gave one: 401 means that it does not know us at all.
    """

    state: str
    message: str = ""
    status: int | None = None


News = ListPage | Synced | Event | Bookmark | StreamTrouble


async def follow(
    client: Client, kind: Kind, resource_version: str = "", *, served_version: str = "", pace: Pace | None = None
) -> AsyncGenerator[News, None]:
    """Everything there is and happens of this kind, until the iterator is closed; it never ends and never raises.

    With a `resource_version` it resumes there (`served_version`: the version it was read in); without one it lists
    first. Whatever fails is said as Trouble and tried again. Keeps no objects.
    """
    follower = _Follower(client, kind, resource_version, served_version, pace or Pace())
    while True:
        delay = 0.0
        try:
            async with aclosing(follower.once()) as news:
                async for item in news:
                    yield item
            delay = follower.rest()
        except KubeError as error:
            trouble, delay = follower.judge(error)
            if trouble:
                yield trouble
        if delay:
            await asyncio.sleep(delay)


def _key(manifest: dict[str, Any]) -> tuple[str, str]:
    return manifest["metadata"].get("namespace", ""), manifest["metadata"].get("name", "")


class _Follower:
    """Where a stream is, between attempts."""

    def __init__(self, client: Client, kind: Kind, resource_version: str, served_version: str, pace: Pace) -> None:
        self._client = client
        self._kind = kind
        self._pace = pace
        self._backoff = Backoff(pace)
        self._at = resource_version
        self._route = ("", served_version)  # group ("" also before we know) and version that `_at` was read in
        self._relist = bool(resource_version)
        self._lost = False
        self._doubt = bool(resource_version)  # whether `_at` may be of another history
        self._choked_at = ""  # where it sent something that cannot be read
        self._vanished = False  # a 404: what is served has to be asked anew
        self._said: StreamTrouble | None = None
        self._watching_since: float | None = None

    async def once(self) -> AsyncGenerator[News, None]:
        """One attempt: list if need be, then watch until the watch ends. Raises KubeError."""
        self._watching_since = None
        chosen = await self._choose()
        if chosen is None:
            self._forget()
            where = f"{self._kind.name} ({self._kind.group or 'core'})"
            for trouble in self._say(_ABSENT, f"{where} is not installed on {self._client.endpoint.description}."):
                yield trouble
            return
        served, version = chosen
        group, known = self._route
        if self._at and ((known and known != version) or (group and group != served.group)):
            self._forget()
        self._route = (served.group, version)
        path = served.path(version)
        if self._at and self._doubt:
            await self._check_history(path)
        listed = not self._at
        if listed:
            if self._said is None or self._said.state not in (_BROKEN, _REFUSED, _POLLING):
                for trouble in self._say(_LISTING):
                    yield trouble
            async with aclosing(self._list(path, version)) as pages:
                async for page in pages:
                    yield page
        try:
            async with aclosing(self._watch(path)) as events:
                async for event in events:
                    yield event
        except Refused as error:
            if error.status != 403:
                raise
            # It may be listed, as we have just seen, and not watched: so it is listed again and again.
            for trouble in self._say(_POLLING, self._client.endpoint.scrub(error.message), error.status):
                yield trouble
            if not listed:
                async with aclosing(self._list(path, version)) as pages:
                    async for page in pages:
                        yield page
            self._at = ""

    def rest(self) -> float:
        """Seconds to wait after an attempt that ended well."""
        if self._said and self._said.state == _ABSENT:
            return self._pace.look_again * random.uniform(0.8, 1.2)  # noqa: S311
        if self._said and self._said.state == _POLLING:
            return self._pace.poll * random.uniform(0.9, 1.1)  # noqa: S311
        if self._settled(1.0):
            return 0.0
        return self._backoff.next()  # it hung up at once: not to be asked in a tight circle

    def judge(self, error: KubeError) -> tuple[StreamTrouble | None, float]:
        """What a failure means for the stream, and for how long to wait."""
        self._settled(self._pace.healthy)
        delay = self._backoff.next(error.retry_after)
        self._doubt = True
        if isinstance(error, Expired) or error.reason == "ResourceVersionTooLarge":
            self._lost = self._lost or bool(self._at)
            self._at = ""
            return None, delay
        if isinstance(error, Garbled):
            # Where nothing of it can be read, the history is good again when it is.
            if self._watching_since is not None:
                if self._choked_at and self._choked_at == self._at:
                    # It would send the same again and again; how things are now may well be readable.
                    self._lost, self._at = True, ""
                self._choked_at = self._at
        elif error.status == 400 and self._at:
            self._lost, self._at = True, ""  # it does not take the version that it gave us
        state = _BROKEN
        if isinstance(error, NotFound):
            # Ordinary life: a CRD was taken away, or this version of it. What is served now is found out next.
            self._vanished = True
            where, version = self._client.endpoint.description, self._route[1]
            said = f"{where} no longer serves {self._kind.name} in {version}: looking for how it is served now."
            return next(iter(self._say(_LISTING, said)), None), delay
        if isinstance(error, Refused | Unsupported):
            state = _REFUSED
        message = self._client.endpoint.scrub(error.message)
        return next(iter(self._say(state, message, error.status)), None), delay

    async def _choose(self) -> tuple[Served, str] | None:
        """How the kind is served now; None when it is not. Raises when the server cannot tell."""
        # What we know may be older than the kind, or than its end: look anew before saying that it is absent.
        absent = self._said is not None and self._said.state == _ABSENT
        for age in (1.0,) if self._vanished else (self._pace.look_again,) if absent else (60.0, 1.0):
            found = await self._client.discover(age)
            if chosen := found.choose(self._kind):
                self._vanished = False
                return chosen
        if self._kind.group in found.stale:
            raise KubeError(f"{self._client.endpoint.description} cannot say now whether it serves {self._kind.group}.")
        self._vanished = False
        return None

    def _forget(self) -> None:
        self._at = ""
        self._doubt = False

    async def _check_history(self, path: str) -> None:
        """Notice a server that went back in time (restored from a backup): its watch would be silent, not an error."""
        async with aclosing(self._client.list_pages(path, self._kind.selector, limit=1)) as pages:
            now = (await anext(pages)).resource_version
        if now.isdigit() and self._at.isdigit() and int(now) < int(self._at):
            raise Expired(f"{self._client.endpoint.description} is at {now}, before {self._at}.")
        self._doubt = False

    async def _list(self, path: str, version: str) -> AsyncGenerator[News, None]:
        keys: set[tuple[str, str]] = set()
        listed = ""
        async with aclosing(self._client.list_pages(path, self._kind.selector, PAGE)) as pages:
            async for page in pages:
                if self._said is None or self._said.state != _POLLING:
                    for trouble in self._say(_LISTING):  # what was wrong before is over
                        yield trouble
                listed = listed or page.resource_version
                keys.update(_key(manifest) for manifest in page.manifests)
                yield ListPage(page.manifests, version, self._relist)
        self._at = listed
        self._doubt = False
        relist, lost = self._relist, self._lost
        self._relist, self._lost = True, False
        yield Synced(listed, version, frozenset(keys), relist, lost)

    async def _watch(self, path: str) -> AsyncGenerator[News, None]:
        loop = asyncio.get_running_loop()
        seconds = random.uniform(self._pace.shortest_watch, self._pace.longest_watch)  # noqa: S311
        answer = await self._client.watch(path, self._at, self._kind.selector, seconds=max(1, round(seconds)))
        try:
            self._watching_since = loop.time()
            for trouble in self._say(_WATCHING):
                yield trouble
            until = loop.time() + seconds + self._pace.grace
            lines = Lines(self._client.endpoint.description)
            while chunk := await answer.read(until):
                for number, line in enumerate(lines.feed(chunk), 1):
                    frame = frame_of(line, self._client.endpoint.description, self._api_version, self._kind.name)
                    yield self._news(frame)
                    if number % _STEP == 0:
                        await asyncio.sleep(0)
                await asyncio.sleep(0)
        finally:
            answer.close()

    @property
    def _api_version(self) -> str:
        return "/".join(part for part in self._route if part)

    def _news(self, frame: Frame) -> News:
        self._at = frame.resource_version
        if frame.type == "BOOKMARK":
            return Bookmark(self._at)
        return Event(frame.type, frame.manifest)

    def _settled(self, seconds: float) -> bool:
        """Whether the watch that just ended lived this long; its troubles before are then forgotten."""
        lived = self._watching_since is not None and (
            asyncio.get_running_loop().time() - self._watching_since >= seconds
        )
        if lived:
            self._backoff.reset()
        return lived

    def _say(self, state: str, message: str = "", status: int | None = None) -> list[StreamTrouble]:
        """The trouble, unless it was the last thing said."""
        trouble = StreamTrouble(state, message, status)
        if trouble == self._said:
            return []
        self._said = trouble
        return [trouble]
