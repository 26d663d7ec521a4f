"""Deployments that k0rdent calls Ready while what serves them says otherwise."""

from datetime import timedelta

import pytest

from regions import journal
from regions.domain.kinds import CAPI
from regions.domain.notes import Gone, Heard
from regions.domain.refs import MANAGEMENT
from regions.models import Change, Resource, Version
from tests.regions.journal.test_recording import NOON, deployment, kind, manifest, put, record, synced, term  # noqa: F401

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=20)
SICK = {
    "type": "NodeHealthy",
    "status": "False",
    "reason": "NodeUnreachable",
    "message": "",
    "lastTransitionTime": "2026-08-20T12:00:00Z",
}
WELL = SICK | {"status": "True", "reason": "NodeHealthy"}


def cluster(name: str = "shop", version: int = 1) -> dict:
    status = {
        "conditions": [
            {"type": "Available", "status": "True", "reason": "Available", "lastTransitionTime": "2026-08-20T10:00:00Z"}
        ]
    }
    return manifest(name, version, of="Cluster", spec={}, status=status)


def machine(name: str, version: int, *conditions: dict, of: str = "shop") -> dict:
    found = manifest(name, version, of="Machine", spec={"clusterName": of})
    found["metadata"]["labels"] = {f"{CAPI}/cluster-name": of}
    return found | {"status": {"phase": "Running", "nodeRef": {"name": f"node-{name}"}, "conditions": [*conditions]}}


def heard(*clusters: str, at=NOON, state: str = "connected") -> list[Heard]:
    return [Heard(name, at, {"state": state, "heard_at": at}) for name in clusters]


def listed(*clusters: str):
    return [synced(of, cluster=name) for name in clusters for of in ("Cluster", "Machine", "SveltosCluster")]


def there(*machines: dict, at=NOON, **columns) -> list:
    """Management with one Ready deployment in fra1, and there its Cluster with these Machines."""
    return [
        *heard(MANAGEMENT, "fra1", at=at),
        put(deployment("shop", 1)),
        synced(),
        *listed(MANAGEMENT, "fra1"),
        put(cluster(), "fra1"),
        *(put(one, "fra1") for one in machines),
    ]


@pytest.fixture
def contradicted(term) -> int:  # noqa: F811
    """Two of three machines are gone since noon; it is twenty past."""
    record(term, *there(machine("a", 1, SICK), machine("b", 2, SICK), machine("c", 3, WELL)))
    record(term, *heard(MANAGEMENT, "fra1", at=LATER), at=LATER)
    assert journal.contradict(term, LATER) == 1
    return term


def shop() -> Resource:
    return Resource.objects.get(kind="ClusterDeployment", name="shop")


def test_a_ready_is_contradicted_with_since_culprit_and_a_row_in_the_log(contradicted):
    row = shop()
    assert (row.health, row.since) == ("Contradicted", NOON)
    assert row.message == (
        "k0rdent says Ready, but 2 of 3 machines are not, since 20 Aug 2026 12:00 UTC: "
        "a: Node node-a is not healthy: NodeUnreachable"
    )
    change = Change.objects.latest("id")
    assert (change.reason, change.severity, change.health, change.previous_health) == (
        "HealthChanged",
        "warning",
        "Contradicted",
        "Ready",
    )
    assert Version.objects.filter(key=row.key).latest("id").health == "Ready"


def test_a_second_look_says_nothing_new(contradicted):
    before = Change.objects.count()
    assert journal.contradict(contradicted, LATER + timedelta(seconds=10)) == 0
    assert Change.objects.count() == before


def test_k0rdent_saying_ready_again_does_not_end_it(contradicted):
    again = deployment("shop", 7)
    again["metadata"]["labels"] = {"seen": "again"}
    (change,) = record(contradicted, put(again), at=LATER)
    assert shop().health == "Contradicted"
    assert change.reason == "LabelsChanged"


def test_k0rdents_own_bad_word_ends_it_at_once_and_its_ready_is_held_against_the_machines_anew(contradicted):
    record(contradicted, put(deployment("shop", 7, "False")), at=LATER)
    assert shop().health == "Failed"
    assert journal.contradict(contradicted, LATER) == 0
    record(contradicted, put(deployment("shop", 8)), at=LATER)
    assert shop().health == "Ready"
    assert journal.contradict(contradicted, LATER) == 1


def test_machines_that_are_well_again_end_it(contradicted):
    record(contradicted, *(put(machine(name, 9, WELL), "fra1", LATER) for name in "ab"), at=LATER)
    assert journal.contradict(contradicted, LATER) == 1
    assert (shop().health, shop().message) == ("Ready", "Object is ready")
    assert Change.objects.latest("id").previous_health == "Contradicted"


def test_another_machine_that_goes_is_said(contradicted):
    at = LATER + timedelta(minutes=5)
    record(contradicted, put(machine("c", 9, SICK), "fra1", LATER), *heard(MANAGEMENT, "fra1", at=at), at=LATER)
    assert journal.contradict(contradicted, at) == 1
    assert "3 of 3 machines are not" in shop().message
    assert Change.objects.latest("id").reason == "StillContradicted"


def test_a_region_that_falls_silent_changes_nothing(contradicted):
    record(contradicted, *heard("fra1", at=LATER, state="silent"), at=LATER)
    assert journal.contradict(contradicted, LATER) == 0
    assert shop().health == "Contradicted"


def test_a_cluster_that_was_deleted_under_a_ready_deployment(term):  # noqa: F811
    record(term, *there(machine("a", 1, WELL)))
    record(term, Gone("fra1", kind("Cluster"), cluster(), NOON + timedelta(minutes=3)), at=NOON + timedelta(minutes=3))
    record(term, *heard(MANAGEMENT, "fra1", at=LATER), at=LATER)
    assert journal.contradict(term, LATER) == 1
    assert shop().message == (
        "k0rdent says Ready, but region fra1 has no Cluster shop, since 20 Aug 2026 12:03 UTC at the latest"
    )
    record(term, put(cluster(version=9), "fra1", LATER), at=LATER)
    assert journal.contradict(term, LATER) == 1
    assert shop().health == "Ready"


@pytest.mark.parametrize("unseen", ["Cluster", "SveltosCluster"])
def test_what_was_never_listed_is_not_said_to_be_missing(term, unseen):  # noqa: F811
    lists = [one for one in listed("fra1") if one.stream != kind(unseen).stream]
    record(term, *heard(MANAGEMENT, "fra1"), put(deployment("shop", 1)), synced(), *listed(MANAGEMENT), *lists)
    record(term, *heard(MANAGEMENT, "fra1", at=LATER), at=LATER)
    assert journal.contradict(term, LATER) == 0


def test_machines_of_an_equally_named_cluster_in_another_region_contradict_nothing(term):  # noqa: F811
    others = [machine("a", 1, SICK), machine("b", 2, SICK)]
    record(
        term,
        *there(machine("a", 1, WELL)),
        *heard("ams1"),
        *listed("ams1"),
        put(cluster(), "ams1"),
        *(put(one, "ams1") for one in others),
    )
    record(term, *heard(MANAGEMENT, "fra1", "ams1", at=LATER), at=LATER)
    assert journal.contradict(term, LATER) == 0


def test_a_look_at_a_fleet_that_is_well_costs_a_handful_of_queries(term, django_assert_max_num_queries):  # noqa: F811
    record(term, *there(machine("a", 1, WELL)))
    with django_assert_max_num_queries(8):
        journal.contradict(term, NOON)
