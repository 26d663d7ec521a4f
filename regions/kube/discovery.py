"""What a server serves: which kinds, in which versions, under which plural."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from multidict import CIMultiDict

from regions.domain.kinds import Kind
from regions.kube.errors import KubeError
from regions.kube.identity import is_served
from regions.kube.manifests import decoded
from regions.kube.transport import Reply

_AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)
_DEADLINE = 20.0


@dataclass(frozen=True, slots=True)
class Served:
    """One kind as a server serves it; `versions` in the order that the server prefers."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: tuple[str, ...]

    def path(self, version: str = "", namespace: str = "") -> str:
        """Of its collection. Every namespace when none is given; the preferred version when none is given."""
        return collection(self.group, version or self.versions[0], self.plural, namespace if self.namespaced else "")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a server serves. Of the groups in `stale` it has no fresh word: their kinds may be there all the same."""

    kinds: dict[tuple[str, str], Served] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()

    def find(self, group: str, kind: str) -> Served | None:
        """This kind, or None."""
        return self.kinds.get((group, kind))

    def choose(self, kind: Kind) -> tuple[Served, str] | None:
        """How to follow this kind: the first version wanted that is served, else whatever is; None when none is."""
        for group in (kind.group, kind.fallback_group):
            served = self.find(group, kind.name) if group is not None else None
            if served:
                return served, next((v for v in kind.versions if v in served.versions), served.versions[0])
        return None


def collection(group: str, version: str, plural: str, namespace: str = "") -> str:
    """The path of a collection, in one namespace or in all."""
    root = f"/apis/{segment(group)}" if group else "/api"
    inside = f"/namespaces/{segment(namespace)}" if namespace else ""
    return f"{root}/{segment(version)}{inside}/{segment(plural)}"


def segment(name: str) -> str:
    """One name as part of a path. Raises ValueError for what no object can be called."""
    if name in ("", ".", "..") or any(letter in "/%?#\\" or not " " < letter < "\x7f" for letter in name):
        raise ValueError("not a name that Kubernetes accepts")
    return name


class _ResponseKind(msgspec.Struct):
    kind: str = ""


class _Resource(msgspec.Struct):
    resource: str
    responseKind: _ResponseKind | None = None
    scope: str = ""
    verbs: list[str] = []


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] = []
    freshness: str = ""


class _Name(msgspec.Struct):
    name: str = ""


class _ApiGroup(msgspec.Struct):
    metadata: _Name
    versions: list[_Version] = []


class _Aggregated(msgspec.Struct):
    """The answer of /api or /apis when the server aggregates; `kind` says whether it did."""

    kind: str = ""
    items: list[_ApiGroup] = []
    versions: list[str] = []  # the old answer of /api
    groups: list["_ClassicGroup"] = []  # the old answer of /apis


class _ClassicVersion(msgspec.Struct):
    version: str


class _ClassicGroup(msgspec.Struct):
    """One group of the old answer of /apis."""

    name: str
    versions: list[_ClassicVersion] = []


class _ClassicResource(msgspec.Struct):
    """One entry of /apis/<group>/<version>."""

    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] = []


class _ClassicResources(msgspec.Struct):
    """The answer of /apis/<group>/<version>."""

    resources: list[_ClassicResource] = []


_AGGREGATED_DECODER = msgspec.json.Decoder(_Aggregated)
_CLASSIC_DECODER = msgspec.json.Decoder(_ClassicResources)

_Row = tuple[str, str, str, str, bool]
"""group, version, kind, plural, namespaced: one line of what is served."""


def _rows_of(answer: _Aggregated) -> tuple[list[_Row], frozenset[str]]:
    """What an aggregated answer holds, and the groups of which the server itself has no fresh word."""
    rows: list[_Row] = []
    stale = set()
    for group in answer.items:
        for version in group.versions:
            if version.freshness == "Stale":
                stale.add(group.metadata.name)
            rows += (
                (group.metadata.name, version.version, r.responseKind.kind, r.resource, r.scope == "Namespaced")
                for r in version.resources
                if r.responseKind and "list" in r.verbs
            )
    return rows, frozenset(stale)


def _rows_of_classic(group: str, version: str, answer: _ClassicResources) -> list[_Row]:
    """What one /apis/<group>/<version> holds, without subresources."""
    return [
        (group, version, r.kind, r.name, r.namespaced)
        for r in answer.resources
        if "/" not in r.name and "list" in r.verbs
    ]


def _fold(rows: Iterable[_Row], stale: frozenset[str] = frozenset()) -> Discovery:
    """Fold rows, in the server's order of preference, into kinds."""
    kinds: dict[tuple[str, str], Served] = {}
    for group, version, kind, plural, namespaced in rows:
        if not is_served(group, version, kind, plural):
            continue
        known = kinds.get((group, kind))
        versions = (*known.versions, version) if known and version not in known.versions else (version,)
        if known is None or known.plural == plural:
            kinds[group, kind] = Served(group, kind, plural, namespaced, versions)
    return Discovery(kinds, stale)


class Call(Protocol):
    """How a request is sent; raises KubeError unless it succeeds."""

    async def __call__(self, method: str, path: str, *, headers: CIMultiDict[str], deadline: float) -> Reply: ...


class Discoverer:
    """Asks one server what it serves, and remembers: thirty kinds that look for themselves cost one request."""

    def __init__(self, call: Call, server: str) -> None:
        self._call = call
        self._server = server
        self._known = Discovery()
        self._known_at = float("-inf")
        self._asking: asyncio.Task[Discovery] | None = None
        self._tags: dict[str, tuple[str, list[_Row], frozenset[str]]] = {}

    def cancel(self) -> None:
        """Give up what is being asked."""
        if self._asking is not None:
            self._asking.cancel()

    async def discover(self, max_age: float) -> Discovery:
        """What is served, not older than `max_age` seconds. Callers at the same moment share one request."""
        if time.monotonic() - self._known_at < max_age:
            return self._known
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._discover())
            self._asking.add_done_callback(_noticed)
        return await asyncio.shield(self._asking)

    async def _discover(self) -> Discovery:
        asked_at = time.monotonic()
        core, groups = await asyncio.gather(self._root("/api"), self._root("/apis"))
        self._known = _fold(core[0] + groups[0], core[1] | groups[1])
        self._known_at = asked_at
        return self._known

    async def _root(self, path: str) -> tuple[list[_Row], frozenset[str]]:
        tag, rows, stale = self._tags.get(path, ("", [], frozenset()))
        headers = CIMultiDict({"Accept": _AGGREGATED} | ({"If-None-Match": tag} if tag else {}))
        reply = await self._call("GET", path, headers=headers, deadline=_DEADLINE)
        if reply.status == 304:
            return rows, stale
        answer = decoded(_AGGREGATED_DECODER.decode, reply.body, self._server)
        if answer.kind != "APIGroupDiscoveryList":
            return await self._classic(answer)
        rows, stale = _rows_of(answer)
        if "ETag" in reply.headers:
            self._tags[path] = (reply.headers["ETag"], rows, stale)
        return rows, stale

    async def _classic(self, root: _Aggregated) -> tuple[list[_Row], frozenset[str]]:
        """Servers before 1.26 answer one request a group and version. A group that fails is one we do not know of."""
        wanted = [("", version, f"/api/{version}") for version in root.versions] + [
            (group.name, v.version, f"/apis/{group.name}/{v.version}") for group in root.groups for v in group.versions
        ]
        few = asyncio.Semaphore(8)

        async def ask(group: str, version: str, path: str) -> list[_Row] | None:
            try:
                async with few:
                    headers = CIMultiDict({"Accept": "application/json"})
                    reply = await self._call("GET", path, headers=headers, deadline=_DEADLINE)
                return _rows_of_classic(group, version, decoded(_CLASSIC_DECODER.decode, reply.body, self._server))
            except KubeError:
                return None

        answers = await asyncio.gather(*(ask(*one) for one in wanted))
        stale = frozenset(group for (group, _, _), answer in zip(wanted, answers, strict=True) if answer is None)
        return [row for answer in answers for row in answer or ()], stale


def _noticed(task: "asyncio.Task[Discovery]") -> None:
    """Whoever asked may be gone by now: an error is then nobody's."""
    if not task.cancelled():
        task.exception()
