"""Ready by k0rdent's word alone."""

from datetime import timedelta

import pytest

from regions.domain.health import Health
from regions.domain.rules.contradicted import GRACE, Below, by_parts, without_cluster
from tests.regions.domain.files import NOON

GONE = "Its machine is gone: AWSMachine has been deleted"


def below(kind="Machine", name="ledger-md-1", health=Health.DEGRADED, message=GONE, minutes=20.0):
    return Below(kind, name, health, message, NOON - timedelta(minutes=minutes))


def test_three_of_three_machines_gone_contradict_a_ready_with_since_and_culprit():
    found = by_parts([below(name=f"ledger-md-{n}") for n in (3, 1, 2)], 3, NOON)
    assert found is not None
    assert found.message == (
        "k0rdent says Ready, but 3 of 3 machines are not, since 22 Nov 2026 11:40 UTC: ledger-md-1: " + GONE
    )
    assert found.since == NOON - timedelta(minutes=20)
    assert found.assessment.health is Health.CONTRADICTED


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([below(minutes=GRACE.total_seconds() / 60 - 0.1)], None),  # k0rdent may yet notice
        ([below(health=Health.PROGRESSING)], None),  # a scale-up, a rollout
        ([below(health=Health.DELETING)], None),  # a machine that is replaced
        ([below(kind="HelmRelease", health=Health.UNKNOWN)], None),
        (
            [below(health=Health.UNKNOWN, message="Node ip-1 is not heard: probe")],
            "1 of 4 machines is not, since 22 Nov 2026 11:40 UTC: ledger-md-1: Node ip-1 is not heard: probe",
        ),
        (
            [below("Cluster", "ledger", message="Cluster API cannot reach it: probe failed")],
            "Cluster ledger is Degraded, since 22 Nov 2026 11:40 UTC: Cluster API cannot reach it: probe failed",
        ),
        (
            [below("SveltosCluster", "ledger", message="Sveltos cannot reach it: no route"), below("HelmRelease", "l")],
            "its SveltosCluster is Degraded, since 22 Nov 2026 11:40 UTC: Sveltos cannot reach it: no route",
        ),
        (
            [below(), below("Cluster", "ledger"), below(name="md-2", minutes=1)],
            f"1 of 4 machines is not, since 22 Nov 2026 11:40 UTC: ledger-md-1: {GONE}",
        ),
    ],
)
def test_what_its_parts_say_against_a_ready(parts, message):
    found = by_parts(parts, 4, NOON)
    assert (found and found.message) == (message and f"k0rdent says Ready, but {message}")


def test_a_ready_without_any_cluster_in_its_region():
    found = without_cluster("ledger", "r-one", NOON - timedelta(hours=1), NOON)
    assert found is not None
    assert found.message == (
        "k0rdent says Ready, but region r-one has no Cluster ledger, since 22 Nov 2026 11:00 UTC at the latest"
    )
    assert without_cluster("ledger", "r-one", NOON - timedelta(minutes=1), NOON) is None
