"""What may this person read? Asked of management as the person, remembered for less than a minute.

One SelfSubjectRulesReview says what they may do everywhere; only where that leaves kinds out, one more for each
namespace, side by side. Where another authorizer than RBAC has a say, rules prove nothing, and where Pane may act for
nobody it cannot ask for them: then each kind is asked for by a SubjectAccessReview. While management does not answer,
what it said last holds for ten minutes; then nothing is shown, and it is said why.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Any

from cachetools import LRUCache

from regions.clusters.pool import Clusters
from regions.domain.kinds import KINDS
from regions.domain.rbac import EVENTS, NOTHING, REGION, Kind, Namespaces, ReadRights, Rules
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Client
from regions.kube.discovery import Discovery
from regions.kube.errors import KubeError, Refused
from regions.kube.persons import Person
from regions.models import Resource

FRESH = 40.0
"""Seconds for which an answer is used: with the ten in which sockets are looked over, a lost right is gone in 50."""
OLDEST = 600.0
"""Seconds for which the last answer holds while management gives none."""
AGAIN = 10.0
"""Seconds after which management is asked again when it gave none, by whomever."""
DEADLINE = 5.0
AT_ONCE = 16
MOST = 2_000
"""Namespaces, or questions where rules prove nothing, that one answer may take."""
PEOPLE = 1_000
NOWHERE = "~"
"""No namespace can be called so: the rules there are those for all namespaces."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the copy has on management, and so may be asked about: nothing else can be shown."""

    kinds: frozenset[Kind]
    namespaces: frozenset[str]
    places: frozenset[tuple[str, str, str]]  # group, kind, namespace
    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class RightsNow:
    """`rights` None: they may list everything. `trouble`: why this is old, or nothing."""

    rights: ReadRights | None
    trouble: str = ""


@dataclass(slots=True)
class _Kept:
    rights: ReadRights | None = NOTHING
    at: float | None = None  # when management said so
    tried: float | None = None
    trouble: str = ""


class ReadingRights:
    """Remembers what management said; one for a process. Its questions run in an event loop of their own thread."""

    def __init__(self) -> None:
        self._kept: LRUCache[Person, _Kept] = LRUCache(PEOPLE)
        self._turns: LRUCache[Person, threading.Lock] = LRUCache(PEOPLE)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clusters: Clusters | None = None
        self._failed: tuple[float, str] | None = None  # when management last gave no answer to anybody, and why

    def of(self, person: Person) -> RightsNow:
        """What they may read now. Never raises; waits at most `DEADLINE` seconds."""
        with self._lock:
            kept = self._kept.get(person)
            turn = self._turns.setdefault(person, threading.Lock())
        if kept is None or not _usable(kept):
            with turn:  # whoever comes meanwhile waits for the same answer
                with self._lock:
                    kept = self._kept.get(person)
                if kept is None or not _usable(kept):
                    kept = self._asked(person, kept or _Kept())
                    with self._lock:
                        self._kept[person] = kept
        return _answer(kept)

    def forget(self) -> None:
        """Ask everything anew, on new connections."""
        with self._lock:
            self._kept.clear()
            self._failed = None
            clusters, self._clusters = self._clusters, None
        if clusters is not None:
            self._run(clusters.close()).result(DEADLINE)

    def _asked(self, person: Person, kept: _Kept) -> _Kept:
        if self._failed and monotonic() - self._failed[0] < AGAIN:
            return _Kept(kept.rights, kept.at, *self._failed)
        try:
            rights = self._run(self._ask(person, seen())).result(DEADLINE + 5)
        except (KubeError, TimeoutError) as failure:
            self._failed = monotonic(), failure.message if isinstance(failure, KubeError) else "It takes too long."
            return _Kept(kept.rights, kept.at, *self._failed)
        return _Kept(rights, monotonic())

    async def _ask(self, person: Person, there: Seen) -> ReadRights | None:
        clusters = self._clusters = self._clusters or Clusters()
        try:
            async with asyncio.timeout(DEADLINE):
                management = await clusters.client(MANAGEMENT)
                return await _Question(management, await management.discover(300), person, there).answer()
        except (KubeError, TimeoutError) as failure:
            if self._clusters is clusters:  # its kubeconfig may be another one by now
                self._clusters = None
                await clusters.close()
            if isinstance(failure, KubeError):
                raise
            raise KubeError(f"Management did not answer within {DEADLINE:.0f} s") from failure

    def _run(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="rights", daemon=True).start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop)


class _Question:
    """Everything that is asked for one person."""

    def __init__(self, management: Client, served: Discovery, person: Person, there: Seen) -> None:
        self.management = management
        self.person = person
        self.there = there
        self.resources = {kind: _resource(served, kind) for kind in there.kinds}
        self.turn = asyncio.Semaphore(AT_ONCE)

    async def answer(self) -> ReadRights | None:
        try:
            everywhere = await self._rules(NOWHERE)
        except Refused:
            return await self._by_reviews()  # Pane only shows here, and may act for nobody
        if everywhere.incomplete:
            return await self._by_reviews()
        if everywhere.allows("list", "*", "*"):
            return None
        kinds: dict[Kind, Namespaces] = {
            kind: None
            for kind, resource in self.resources.items()
            if resource and everywhere.allows("list", kind[0], resource)
        }
        left = {kind: resource for kind, resource in self.resources.items() if resource and kind not in kinds}
        names = sorted(self.there.namespaces)[:MOST] if left else []
        found: dict[Kind, set[str]] = {}
        for name, rules in zip(names, await asyncio.gather(*map(self._rules, names)), strict=True):
            if rules.incomplete:
                return await self._by_reviews()
            for kind, resource in left.items():
                if rules.allows("list", kind[0], resource):
                    found.setdefault(kind, set()).add(name)
        kinds |= {kind: frozenset(spaces) for kind, spaces in found.items()}
        return ReadRights.of(kinds, self._regions(everywhere))

    def _regions(self, rules: Rules) -> Namespaces:
        group, resource = REGION[0], self.resources.get(REGION) or "regions"
        if any(rules.allows(verb, group, resource) for verb in ("get", "list")):
            return None
        return rules.names("get", group, resource)

    async def _rules(self, namespace: str) -> Rules:
        async with self.turn:
            return await self.management.rules(namespace, self.person)

    async def _by_reviews(self) -> ReadRights | None:
        """Each kind by itself, everywhere first."""
        if await self._may("list", ("*", "*"), "*"):
            return None
        kinds: dict[Kind, Namespaces] = {}
        known = {kind: resource for kind, resource in self.resources.items() if resource}
        wide = await asyncio.gather(*(self._may("list", kind, resource) for kind, resource in known.items()))
        for kind, allowed in zip(known, wide, strict=True):
            if allowed:
                kinds[kind] = None
        left = sorted(place for place in self.there.places if place[:2] in known and place[:2] not in kinds)[:MOST]
        asked = (self._may("list", place[:2], known[place[:2]], place[2]) for place in left)
        found: dict[Kind, set[str]] = {}
        for place, allowed in zip(left, await asyncio.gather(*asked), strict=True):
            if allowed:
                found.setdefault(place[:2], set()).add(place[2])
        kinds |= {kind: frozenset(spaces) for kind, spaces in found.items()}
        return ReadRights.of(kinds, await self._regions_by_reviews(kinds))

    async def _regions_by_reviews(self, kinds: dict[Kind, Namespaces]) -> Namespaces:
        resource = self.resources.get(REGION) or "regions"
        if REGION in kinds or await self._may("get", REGION, resource):
            return None
        names = sorted(self.there.regions)
        may = await asyncio.gather(*(self._may("get", REGION, resource, name=name) for name in names))
        return frozenset(name for name, allowed in zip(names, may, strict=True) if allowed)

    async def _may(self, verb: str, kind: Kind, resource: str, namespace: str = "", name: str = "") -> bool:
        asked = {"verb": verb, "group": kind[0], "resource": resource, "namespace": namespace, "name": name}
        async with self.turn:
            return (await self.management.review(asked, self.person)).allowed


def seen() -> Seen:
    """What the copy has of management by now."""
    rows = Resource.objects.filter(cluster=MANAGEMENT).order_by()
    places = frozenset(rows.values_list("group", "kind", "namespace").distinct())
    return Seen(
        kinds=frozenset({(group, kind) for group, kind, _ in places} | {(kind.group, kind.name) for kind in KINDS})
        | frozenset(EVENTS),
        namespaces=frozenset(namespace for _, _, namespace in places if namespace),
        places=frozenset(place for place in places if place[2]) | _where_events_are(places),
        regions=frozenset(rows.filter(kind="Region").values_list("name", flat=True)),
    )


def _where_events_are(places: Iterable[tuple[str, str, str]]) -> frozenset[tuple[str, str, str]]:
    return frozenset((*kind, place[2]) for kind in EVENTS for place in places if place[2])


def _resource(served: Discovery, kind: Kind) -> str:
    """As rules call this kind; empty when nobody can tell: then nothing allows it."""
    found = served.find(*kind)
    if found is not None:
        return found.plural
    return next((known.plural for known in KINDS if (known.group, known.name) == kind), "")


def _usable(kept: _Kept) -> bool:
    now = monotonic()
    if kept.tried is not None and now - kept.tried < AGAIN:
        return True
    return kept.tried is None and kept.at is not None and now - kept.at < FRESH


def _answer(kept: _Kept) -> RightsNow:
    if not kept.trouble:
        return RightsNow(kept.rights)
    age = None if kept.at is None else monotonic() - kept.at
    if age is None or age > OLDEST:
        return RightsNow(
            NOTHING, f"Nothing is shown: the management cluster does not say what you may see. {kept.trouble}"
        )
    return RightsNow(
        kept.rights,
        f"The management cluster does not say what you may see; this is by its word of {age / 60:.0f} min ago. "
        f"{kept.trouble}",
    )


reading = ReadingRights()
