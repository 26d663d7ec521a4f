"""A fleet that is told odd things by the thousand, and what must be so of everything else afterwards.

Real streams, a real watcher and a real journal; only the API servers are in memory, for no real one sends such things.
"""

import asyncio
import collections
import json
import logging
import random
import time
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.db import connections

from regions import journal
from regions.domain.kinds import KINDS, Kind, Where
from regions.domain.redact import redact
from regions.domain.refs import MANAGEMENT
from regions.kube.backoff import Pace
from regions.models import Change, Cluster, Lease, Resource, Stream
from regions.watcher import Options, Watcher, follower, recovery, streams
from tests.regions.domain.files import every_manifest
from tests.regions.watcher import servers
from tests.regions.watcher.mutations import garbled, mutated, odd, text_mutated
from tests.rig.certificates import Authority

Found = TypeVar("Found")

SYSTEM = "kcm-system"
SOUND = 3  # objects of each kind that nothing odd is done to
REGIONS = ("north", "south")
ODD_REGIONS = 24
SHARES = {"manifests": 0.74, "events": 0.10, "config maps": 0.06, "kubeconfigs": 0.06, "versions": 0.04}
_BROKEN = ("failed here", "broke", "ended:")
"""What the log says when something of ours failed that should not."""


@dataclass
class Outcome:
    """What a trial came to."""

    fed: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: float = 0.0
    terms: int = 0  # how often the fleet began; once is right
    wrong: list[str] = field(default_factory=list)  # sound things that are not as they should be
    faults: collections.Counter[str] = field(default_factory=collections.Counter)
    left_out: int = 0  # notes that the database did not take

    @property
    def well(self) -> bool:
        return self.terms == 1 and not self.wrong and not self.faults

    def report(self) -> str:
        lines = [
            f"{sum(self.fed.values()):,} odd things in {self.seconds:.0f} s: "
            + ", ".join(f"{number:,} {what}" for what, number in self.fed.most_common())
        ]
        lines.append(f"The fleet began {self.terms} time(s); {self.left_out} notes were left out and said so.")
        lines += [f"fault of ours, {number} times: {what}" for what, number in self.faults.most_common(20)]
        lines += [f"wrong: {what}" for what in self.wrong[:20]]
        lines.append("Everything else is right." if self.well else "NOT WELL.")
        return "\n".join(lines)


class Trial:
    """Feeds so many things, by a seed; `run` gives the outcome."""

    def __init__(self, things: int, seed: int, folder: Path) -> None:
        self.things = things
        self.rng = random.Random(seed)
        self.folder = folder
        self.authority = Authority("trial")
        self.management = servers.Cluster(MANAGEMENT, _kinds(Where.HOSTS, Where.MANAGEMENT))
        self.regions = {name: servers.Cluster(name, _kinds(Where.HOSTS)) for name in REGIONS}
        self.odd_server = servers.Cluster("odd", _kinds(Where.HOSTS)[:2])
        self.samples = _samples()
        self.outcome = Outcome()
        self.sound_events: set[str] = set()
        self.left = {what: int(things * share) for what, share in SHARES.items()}
        self.left["manifests"] += things - sum(self.left.values())

    async def run(self) -> Outcome:
        began = time.monotonic()
        log = _Log(self.outcome)
        logging.getLogger("regions").addHandler(log)
        with ExitStack() as stack, _haste():
            context = stack.enter_context(servers.serving(self.authority))
            await self.management.start()
            for cluster in (*self.regions.values(), self.odd_server):
                await cluster.start(context)
            try:
                await self._furnish()
                await self._watched()
            finally:
                for cluster in (self.management, *self.regions.values(), self.odd_server):
                    await cluster.stop()
                logging.getLogger("regions").removeHandler(log)
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    async def _watched(self) -> None:
        watching = asyncio.create_task(Watcher(self._options()).run())
        try:
            await self._until("all is synced", self._synced, 600)
            clusters = [self.management, *self.regions.values()]
            feeds = [self._feed(cluster, plural, len(clusters)) for cluster in clusters for plural in cluster.kinds]
            await asyncio.gather(*feeds, self._feed_kubeconfigs())
            for cluster in clusters:
                for plural, objects in cluster.objects.items():
                    for key in [key for key in objects if plural != "events"]:
                        await self._touch(cluster, plural, key, "at last")
            await self._until("the last word of every sound object", lambda: not self._differing(), 600, soft=True)
            self.outcome.wrong += await _in_thread(self._differing)
            self.outcome.wrong += await _in_thread(self._links)
            self.outcome.terms = await _in_thread(lambda: Lease.objects.get().term)
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    def _options(self) -> Options:
        path = self.folder / "kubeconfig"
        path.write_text(self.management.kubeconfig())
        pace = Pace(first=0.02, longest=0.2, healthy=0.5, look_again=2.0)
        return Options(str(path), None, SYSTEM, True, None, timedelta(days=7), pace=pace)

    # -- the fleet -----------------------------------------------------------------------------------------------

    async def _furnish(self) -> None:
        for cluster in (self.management, *self.regions.values()):
            for plural, kind in cluster.kinds.items():
                if plural not in ("events", "regions"):
                    for number in range(SOUND):
                        await cluster.put(plural, self._sound(kind, number))
        ca = self.authority.certificate
        for name, cluster in self.regions.items():
            text = cluster.kubeconfig(ca).encode()
            self.management.secret(SYSTEM, f"{name}-kubeconfig", lambda text=text: {"value": text})
            await self.management.put("regions", _region(name))
        self.kubeconfig = self.odd_server.kubeconfig(ca)
        for number in range(ODD_REGIONS):
            self.management.secret(SYSTEM, f"odd-{number}-kubeconfig", self._odd_kubeconfig)
            await self.management.put("regions", _region(f"odd-{number}"))
        self.odd_server.answers["/version"] = self._odd_version
        self.odd_server.answers["/api/v1/namespaces/kube-system"] = self._odd_namespace

    def _sound(self, kind: Kind, number: int) -> dict[str, Any]:
        base = deepcopy(self.rng.choice(self.samples.get(kind.name) or [_PLAIN]))
        labels = {"number": str(number)}
        if kind.name == "ConfigMap":
            labels[kind.selector.partition("=")[0]] = kind.selector.partition("=")[2]
        meta = {"name": f"sound-{number}", "namespace": "sound", "labels": labels}
        return {key: value for key, value in base.items() if key not in ("apiVersion", "kind")} | {"metadata": meta}

    async def _touch(self, cluster: servers.Cluster, plural: str, key: tuple[str, str], word: str) -> None:
        """Something happens to a sound object."""
        was = cluster.objects[plural][key]
        status = was.get("status") if isinstance(was.get("status"), dict) else {}
        made = {**was, "status": {**status, "phase": word}}
        await cluster.put(plural, made)

    # -- what it is told -----------------------------------------------------------------------------------------

    async def _feed(self, cluster: servers.Cluster, plural: str, clusters: int) -> None:
        what = {"events": "events", "configmaps": "config maps"}.get(plural, "manifests")
        kinds = (
            clusters
            if plural in ("events", "configmaps")
            else sum(len(one.kinds) - 2 for one in (self.management, *self.regions.values()))
        )
        number = -(-self.left[what] // kinds)
        rng = random.Random(self.rng.random())
        kind = cluster.kinds[plural]
        for turn in range(number):
            if turn % 40 == 20:
                await cluster.until_told(plural, 200)
                await self._something_sound(cluster, plural, turn, rng)
            await cluster.tell(plural, self._odd_line(cluster, kind, turn, rng))
            self.outcome.fed[what] += 1
            if turn % 10 == 0:
                await asyncio.sleep(0)
        await cluster.until_told(plural)

    async def _something_sound(self, cluster: servers.Cluster, plural: str, turn: int, rng: random.Random) -> None:
        if plural == "events":
            name = f"{cluster.name}-{turn}"
            self.sound_events.add(name)
            event = {
                "reason": "Sound",
                "note": "all is well",
                "type": "Normal",
                "eventTime": "2026-11-20T10:00:00Z",
                "regarding": {"kind": "Machine", "namespace": "sound", "name": "sound-0"},
            }
            await cluster.put(plural, {"metadata": {"name": name, "namespace": "sound", "uid": name}, **event})
        else:
            sound = [key for key in cluster.objects[plural] if not key[1].startswith("odd")]
            if sound:
                await self._touch(cluster, plural, rng.choice(sound), f"turn {turn}")

    def _odd_line(self, cluster: servers.Cluster, kind: Kind, turn: int, rng: random.Random) -> bytes:
        base = deepcopy(rng.choice(self.samples.get(kind.name) or [_PLAIN]))
        base["apiVersion"], base["kind"] = servers.api_version(kind), kind.name
        name = f"odd-{turn % 30}"
        base["metadata"] = {
            **base.get("metadata", {}),
            "name": name,
            "namespace": "odd",
            "uid": f"{cluster.name}-{name}",
            "resourceVersion": cluster.next(),
        }
        event = {"type": rng.choice(("ADDED", "MODIFIED", "MODIFIED", "DELETED")), "object": mutated(base, rng)}
        if kind.name == "Region" and rng.random() < 0.5:
            event["object"]["spec"] = mutated({"spec": _region(name)["spec"]}, rng).get("spec")
        line = json.dumps(event, ensure_ascii=rng.random() < 0.5).encode("utf-8", "replace").replace(b"\n", b" ")
        return garbled(line, rng) if rng.random() < 0.1 else line

    async def _feed_kubeconfigs(self) -> None:
        """Regions that name their kubeconfig anew all the time, so that it is read and used."""
        turn = 0
        while self.left["kubeconfigs"] > 0 or self.left["versions"] > 0:
            turn += 1
            for number in range(ODD_REGIONS):
                region = _region(f"odd-{number}")
                region["spec"]["kubeConfig"]["turn"] = str(turn)
                await self.management.put("regions", region)
            await asyncio.sleep(0.05)

    def _odd_kubeconfig(self) -> dict[str, bytes]:
        if self.left["kubeconfigs"] <= 0 or self.rng.random() < 0.3:
            return {"value": self.kubeconfig.encode()}
        self.left["kubeconfigs"] -= 1
        self.outcome.fed["kubeconfigs"] += 1
        return {"value": text_mutated(self.kubeconfig, self.rng)}

    def _odd_version(self) -> bytes:
        return self._odd_answer({"major": "1", "minor": "36", "gitVersion": "v1.36.3"}, "gitVersion")

    def _odd_namespace(self) -> bytes:
        found = {"metadata": {"name": "kube-system", "uid": "uid-odd"}}
        return self._odd_answer(found, "metadata")

    def _odd_answer(self, sound: dict[str, Any], key: str) -> bytes:
        self.left["versions"] -= 1
        self.outcome.fed["versions"] += 1
        pick = self.rng.random()
        if pick < 0.2:
            return json.dumps(sound).encode()
        if pick < 0.4:
            return garbled(json.dumps(sound).encode(), self.rng)
        value = odd(self.rng)
        made = {**sound, key: {"uid": value} if key == "metadata" and pick < 0.8 else value}
        return json.dumps(made, ensure_ascii=pick < 0.7).encode("utf-8", "replace")

    # -- what must be so -----------------------------------------------------------------------------------------

    def _synced(self) -> bool:
        synced = Cluster.objects.filter(synced_at__isnull=False, state="connected").values_list("name", flat=True)
        return set(synced) >= {MANAGEMENT, *REGIONS}

    def _links(self) -> list[str]:
        return [] if self._synced() else [f"{c.name}: {c.state} {c.message}" for c in Cluster.objects.all()]

    def _differing(self) -> list[str]:
        """Sound objects that the copy does not hold as they are, and sound Events that the log does not have once."""
        wrong = []
        for cluster in (self.management, *self.regions.values()):
            rows = {
                (row.kind, row.namespace, row.name): row
                for row in Resource.objects.filter(cluster=cluster.name, name__startswith="sound-")
            }
            for plural, objects in cluster.objects.items():
                kind = cluster.kinds[plural].name
                for (namespace, name), manifest in objects.items():
                    if name.startswith("sound-"):
                        wrong += _difference(
                            f"{cluster.name} {kind} {name}", rows.get((kind, namespace, name)), manifest
                        )
        told = collections.Counter(Change.objects.filter(reason="Sound").values_list("series", flat=True))
        wrong += [f"Event {name} is in the log {told[name]} times" for name in self.sound_events if told[name] != 1]
        return wrong

    async def _until(self, what: str, check: Any, seconds: float, soft: bool = False) -> None:
        deadline = time.monotonic() + seconds
        while not await _in_thread(check):
            if time.monotonic() > deadline:
                if soft:
                    return
                raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{await _in_thread(_state)}")
            await asyncio.sleep(0.3)


def _state() -> str:
    links = [f"{c.name}: {c.state} {c.message}" for c in Cluster.objects.all()]
    return "\n".join([*links, *(f"{s.cluster} {s.name}: {s.state} {s.message}" for s in Stream.objects.all())])


def _difference(what: str, row: Resource | None, manifest: dict[str, Any]) -> list[str]:
    if row is None:
        return [f"{what} is missing"]
    if row.resource_version != manifest["metadata"]["resourceVersion"]:
        return [f"{what} is at {row.resource_version}, not {manifest['metadata']['resourceVersion']}"]
    held, wanted = journal.manifest(row), redact(manifest)
    for one in (held, wanted):
        one["metadata"].pop("resourceVersion", None)
    return [] if held == wanted else [f"{what} is held otherwise than it is"]


def _kinds(*where: Where) -> tuple[Kind, ...]:
    found = {}
    for kind in KINDS:
        if kind.where in where:
            found.setdefault(kind.plural, kind)
    return tuple(found.values())


_PLAIN = {
    "spec": {"replicas": 3, "items": [{"name": "a"}]},
    "status": {
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "reason": "Fine",
                "message": "all is well",
                "lastTransitionTime": "2026-11-20T10:00:00Z",
            },
        ]
    },
}


def _samples() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for manifest in every_manifest():
        found.setdefault(manifest["kind"], []).append(json.loads(json.dumps(manifest, default=str)))
    return found


def _region(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"kubeConfig": {"name": f"{name}-kubeconfig", "key": "value"}}}


async def _in_thread(check: Any) -> Any:
    def work() -> Any:
        try:
            return check()
        finally:
            connections.close_all()

    return await asyncio.to_thread(work)


class _Log(logging.Handler):
    """Counts what the log of `regions` says of our own faults."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(logging.ERROR)
        self.outcome = outcome

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "left out" in message:
            self.outcome.left_out += 1
            self.outcome.faults[message.rpartition("(")[2]] += 1
        elif any(word in message for word in _BROKEN):
            error = record.exc_info[1] if record.exc_info else None
            place = ""
            if error is not None:
                import traceback

                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f" {error!r:.200} at {last.filename}:{last.lineno}"
            self.outcome.faults[record.msg + place] += 1


class _haste:
    """The pauses of the watcher, shortened: they are what a trial would mostly consist of."""

    def __enter__(self) -> None:
        self.kept = {}
        for module, name, value in (
            (follower, "PROBE", 1.0),
            (follower, "DOUBT", 0.05),
            (follower, "RETRY", 0.05),
            (streams, "PAUSE", 0.3),
            (recovery, "PAUSE", 0.3),
        ):
            self.kept[module, name] = getattr(module, name)
            setattr(module, name, value)

    def __exit__(self, *_: object) -> None:
        for (module, name), value in self.kept.items():
            setattr(module, name, value)
