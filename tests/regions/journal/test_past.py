"""As of T: what is shown of a moment is what was in the copy then."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from regions import journal
from regions.domain.notes import Blind, Gone, Heard, Left, Note, Replaced, Swept
from regions.domain.refs import MANAGEMENT
from regions.inventory.as_of.reconstruction import FleetAsOf, kept
from regions.inventory.visibility import look
from regions.models import Columns, Log, Manifest, PastLink, Resource, Version
from tests.regions.journal.test_recording import deployment, kind, manifest, put, record, synced
from tests.rig.length import times

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
SHOWN = [
    field.attname
    for field in Columns._meta.concrete_fields
    if field.attname not in ("due_at", "progressed_at", "resource_version", "version", "known_since")
]


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def term() -> int:
    term = journal.claim("test", NOON)
    assert term
    return term


def copy() -> dict[str, tuple]:
    """All that pages are drawn from, as it is."""
    bodies = dict(Manifest.objects.values_list("resource__key", "body"))
    return {
        row.key: (*(getattr(row, name) for name in SHOWN), journal.unpack(bodies[row.key]))
        for row in Resource.objects.all()
    }


def as_of(moment: datetime, *kinds: str) -> dict[str, tuple]:
    past = FleetAsOf(moment)
    rows = past.of_kinds(*(kinds or ("ClusterDeployment", "Machine", "HelmRelease", "Credential", "Region")))
    bodies = past.manifests(rows)
    return {row.key: (*(getattr(row, name) for name in SHOWN), bodies[row.pk]) for row in rows}


def links(moment: datetime) -> dict[str, tuple]:
    found = look(moment)
    return {name: (link.state, link.blind, link.message, link.since) for name, link in found.links.items()}


def links_as_of(moment: datetime) -> dict[str, tuple]:
    found = FleetAsOf(moment).sight()
    return {name: (link.state, link.blind, link.message, link.since) for name, link in found.links.items()}


class World:
    """Objects that come, change, go and are made anew, on management and a region that falls silent and is replaced."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.version = 10
        self.lives: dict[str, str] = {}  # name → uid
        self.machines: set[str] = set()
        self.state = "connected"
        self.swaps = 0

    def step(self, now: datetime) -> list[Note]:
        self.version += 1
        roll = self.dice.random()
        name = f"c-{self.dice.randrange(6)}"
        if roll < 0.05 and name in self.lives:  # what hangs on a deployment moves with it
            release = manifest(name, self.version, of="HelmRelease", spec={}, status={})
            owner = {"apiVersion": "k0rdent.mirantis.com/v1", "kind": "ClusterDeployment", "name": name, "uid": "u"}
            release["metadata"]["ownerReferences"] = [owner]
            return [put(release, at=now)]
        if roll < 0.45 and name in self.lives:
            return [put(self.made(name), at=now)]
        if roll < 0.55:
            self.lives[name] = self.lives.get(name) or f"uid-{name}-{self.version}"
            return [put(self.made(name), at=now)]
        if roll < 0.62 and name in self.lives:
            gone = self.made(name)
            del self.lives[name]
            return [Gone(MANAGEMENT, kind("ClusterDeployment"), gone, now)]
        if roll < 0.67 and name in self.lives:  # made anew under the same name
            self.lives[name] = f"uid-{name}-{self.version}"
            return [put(self.made(name), at=now), put(self.made(name, more=1), at=now)]
        if roll < 0.72:
            keep = frozenset(("team-shop", one) for one in self.lives if self.dice.random() < 0.8)
            for lost in [one for one in self.lives if ("team-shop", one) not in keep]:
                del self.lives[lost]
            return [Swept(MANAGEMENT, kind("ClusterDeployment"), keep, now), synced()]
        if roll < 0.80:
            return [put(self.credential(name), at=now)]
        if roll < 0.92:
            machine = f"{name}-md-{self.dice.randrange(3)}"
            spec = {"clusterName": name, "version": f"v1.{self.dice.randrange(30, 34)}"}
            made = manifest(machine, self.version, of="Machine", spec=spec, status={"phase": "Running"})
            return [put(made, cluster="fra1", at=now), synced("Machine", cluster="fra1")]
        if roll < 0.97:
            self.state = {"connected": "silent", "silent": "refused", "refused": "connected"}[self.state]
            return [Heard("fra1", now, {"state": self.state, "heard_at": now, "message": f"m{self.version}"})]
        self.swaps += 1
        if self.dice.random() < 0.5:
            self.state = "connected"
            return [Left("fra1", now), Heard("fra1", now, {"state": "connected", "heard_at": now})]
        return [Replaced("fra1", "a", f"b{self.swaps}", now)]

    def made(self, name: str, more: int = 0) -> dict:
        ready = "True" if self.dice.random() < 0.5 else "False"
        found = deployment(name, self.version + more * 100_000, ready, credential=f"cred-{self.dice.randrange(2)}")
        found["metadata"]["uid"] = self.lives.get(name, f"uid-{name}")
        found["metadata"]["labels"] = {"stage": self.dice.choice(("prod", "dev"))}
        found["spec"]["config"] = {"size": self.dice.randrange(3)}
        if self.dice.random() < 0.3:
            del found["status"]["region"]  # so that it follows its credential
        return found

    def credential(self, name: str) -> dict:
        region = {"region": self.dice.choice(("fra1", "lyon"))} if self.dice.random() < 0.7 else {}
        return manifest(f"cred-{self.dice.randrange(2)}", self.version, of="Credential", spec=region, status={})


def test_as_of_any_moment_equals_what_was_there_then(term):
    """1,000 moments of a run of 400 steps: between the steps, at them, and in one batch with others."""
    dice, now = random.Random(7), NOON
    world = World(7)
    snapshots = [(now, {}, {})]
    record(term, synced(), synced("Credential"), synced("Machine", cluster="fra1"), at=now)
    record(term, Heard("fra1", now, {"state": "connected", "heard_at": now}), at=now)
    snapshots.append((now, copy(), links(now)))
    for _ in range(times(150, 400)):
        now += timedelta(seconds=dice.randrange(1, 60))
        notes = [note for _ in range(dice.choice((1, 1, 2, 5))) for note in world.step(now)]
        if dice.random() < 0.05:
            journal.tick(term, now)
        record(term, *notes, at=now)
        journal.beat(term, now)
        snapshots.append((now, copy(), links(now)))
    assert Version.objects.count() > 150
    assert PastLink.objects.count() > 3
    for _ in range(times(250, 1000)):
        place = dice.randrange(1, len(snapshots))
        begun, was, heard = snapshots[place]
        ended = snapshots[place + 1][0] if place + 1 < len(snapshots) else begun + timedelta(seconds=20)
        moment = begun + dice.choice((0.0, dice.random() * 0.999)) * min(ended - begun, timedelta(seconds=25))
        assert as_of(moment) == was, f"{place}: {moment}"
        told = {name: (link[0], link[3]) for name, link in links_as_of(moment).items()}
        assert told == {name: (link[0], link[3]) for name, link in heard.items()}


def test_what_was_forgotten_leaves_the_rest_of_the_past_as_it_was(term):
    record(term, put(deployment("shop", 1)), synced())
    record(term, put(deployment("shop", 2, "False"), at=at(10)), at=at(10))
    record(term, put(deployment("shop", 3), at=at(20)), at=at(20))
    was = as_of(at(15))
    while journal.prune(term, at(12)):
        pass
    assert as_of(at(15)) == was
    assert kept().since == at(12)
    assert "not kept" in kept().refusal(at(11), at(30))
    assert kept().refusal(at(13), at(30)) == ""
    assert not Version.objects.filter(until__lt=at(12)).exists()
    assert "not come yet" in kept().refusal(at(31), at(30))


def test_what_was_not_known_then_is_not_there_whenever_it_was_made(term):
    record(term, put(deployment("old", 1)), synced(), at=at(5))
    record(term, put(deployment("old", 2, "False"), at=at(9)), at=at(9))
    assert as_of(at(4)) == {}
    assert [row.name for row in FleetAsOf(at(6)).of_kinds("ClusterDeployment")] == ["old"]


def test_a_silent_region_was_unknown_then_and_is_not_now(term):
    record(term, put(deployment("shop", 1)), synced(), Heard("fra1", NOON, {"state": "connected", "heard_at": NOON}))
    record(term, Heard("fra1", at(1), {"state": "silent", "message": "timed out"}), at=at(1))
    record(term, Heard("fra1", at(9), {"state": "connected", "heard_at": at(9), "message": ""}), at=at(9))
    journal.beat(term, at(9.2))
    (row,) = FleetAsOf(at(5)).of_kinds("ClusterDeployment")
    judged = FleetAsOf(at(5)).sight().judge(row)
    assert (judged.health, judged.last_health) == ("Unknown", "Ready")
    assert FleetAsOf(at(9.2)).sight().judge(row).health == "Ready"


def test_when_nobody_watched_nothing_was_known(term):
    record(term, put(deployment("shop", 1)), synced())
    journal.beat(term, at(1))
    journal.claim("another", at(20))
    assert FleetAsOf(at(1)).sight().dark is False
    assert FleetAsOf(at(10)).sight().dark is True
    assert [blind.why for blind in FleetAsOf(at(10)).blindness()] == ["Nobody watched"]
    assert FleetAsOf(at(20)).sight().dark is False


def test_a_gap_is_said_of_the_moments_in_it(term):
    record(term, Blind("fra1", at(2), at(9), "The watch had expired"), at=at(9))
    assert [blind.cluster for blind in FleetAsOf(at(5)).blindness()] == ["fra1"]
    assert FleetAsOf(at(9)).blindness() == []


def test_each_change_has_one_version_that_it_ended(term):
    record(term, put(deployment("shop", 1)), synced())
    (change,) = record(term, put(deployment("shop", 2, "False"), at=at(1)), at=at(1))
    version = Version.objects.get()
    assert (version.change, version.until, version.health) == (change.id, at(1), "Ready")
    assert journal.unpack(version.body)["metadata"]["name"] == "shop"


def test_everything_of_a_cluster_that_left_is_still_in_the_past(term):
    machine = manifest("m-0", 1, of="Machine", spec={"clusterName": "shop"}, status={})
    record(term, put(machine, cluster="fra1"), Heard("fra1", NOON, {"state": "connected", "heard_at": NOON}))
    was = as_of(at(1))
    assert was
    record(term, Left("fra1", at(2)), at=at(2))
    assert as_of(at(3)) == {}
    assert as_of(at(1)) == was
    assert links_as_of(at(0.1))["fra1"][0] == "connected"
    assert "fra1" not in links_as_of(at(3))


def test_the_past_begins_with_the_log(term):
    assert Log.objects.get().past_from == NOON
