"""What covers what, and when it ends by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from regions.domain.health import Health
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE, Upkeep, covering

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def said(kind=MAINTENANCE, object_kind="Region", namespace="", name="eu-west", until=NOON + timedelta(hours=6), **more):
    return Upkeep(1, kind, object_kind, namespace, name, "new disks", "ada", NOON, until, **more)


def test_maintenance_of_a_region_covers_all_that_lies_in_it():
    assert said().covers("Region", "", "eu-west", "eu-west")
    assert said().covers("ClusterDeployment", "shop", "prod", "eu-west")
    assert not said().covers("ClusterDeployment", "shop", "prod", "eu-north")


def test_knowing_of_a_region_says_nothing_of_what_lies_in_it():
    known = said(ACKNOWLEDGED, until=None)
    assert known.covers("Region", "", "eu-west", "eu-west")
    assert not known.covers("ClusterDeployment", "shop", "prod", "eu-west")


def test_one_object_is_meant_by_kind_namespace_and_name():
    one = said(object_kind="ClusterDeployment", namespace="shop", name="prod")
    assert one.covers("ClusterDeployment", "shop", "prod", "eu-west")
    assert not one.covers("ClusterDeployment", "team", "prod", "eu-west")
    assert not one.covers("Credential", "shop", "prod", "eu-west")


@pytest.mark.parametrize(
    ("one", "health", "why"),
    [
        (said(), Health.FAILED, ""),
        (said(), Health.READY, ""),  # all may be well while somebody works on it
        (said(until=NOON), Health.FAILED, "its time was over"),
        (said(ACKNOWLEDGED, until=None, health="Degraded"), Health.DEGRADED, ""),
        (said(ACKNOWLEDGED, until=None, health="Degraded"), Health.READY, "it is Ready again"),
        (said(ACKNOWLEDGED, until=None, health="Degraded"), Health.FAILED, "it got worse: Failed, was Degraded"),
        (said(ACKNOWLEDGED, until=None, health="Failed"), Health.PROGRESSING, ""),  # better, and not yet well
    ],
)
def test_it_ends_at_its_time_and_knowing_ends_when_things_turn(one, health, why):
    assert one.over(health, NOON) == why


def test_maintenance_counts_before_an_acknowledgement():
    both = (said(ACKNOWLEDGED, until=None), said())
    assert covering(both, "Region", "", "eu-west", "eu-west").is_maintenance


def test_what_is_said_names_the_day_when_it_is_another():
    assert said().sentence == "In maintenance until 18:00 UTC: new disks (ada)"
    assert said(until=NOON + timedelta(days=1)).short == "Maintenance until 26 Nov 12:00 UTC"
