"""What pages are told of metrics, from rows alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regions.domain.metrics.measures import Missing, Reading, Why
from regions.domain.viewer import Viewer
from regions.metrics.reads import measures
from regions.models import Measured, Store
from tests.regions.metrics.rows import measured, small_fleet, store

ADA = Viewer("ada")
pytestmark = pytest.mark.django_db


def test_of_an_empty_database_nothing_is_claimed():
    fleet = measures.fleet_measures(viewer=ADA)
    assert fleet.installed is None
    assert fleet.stores == ()
    assert fleet.coverage.coverage == "0 of 0 stores"
    assert not fleet.coverage.whole
    assert fleet.sums["nodes"].value is None
    assert fleet.alerts == ()
    assert isinstance(fleet.alerts_trouble, Missing)


def test_of_an_empty_database_a_cluster_has_every_figure_missing_with_a_reason():
    one = measures.cluster_measures("team", "web", viewer=ADA)
    assert not one.reporting
    assert one.figures
    assert all(isinstance(figure, Missing) and figure.sentence for figure in one.figures.values())
    assert {figure.reason for figure in one.figures.values()} == {Why.NOT_INSTALLED}


def test_of_an_empty_database_management_has_no_clusters():
    region = measures.region_measures("~management", viewer=ADA)
    assert (region.clusters_heard, region.clusters_of) == (0, 0)
    assert isinstance(region.figures["cpu_used_ratio"], Missing)


def test_stores_without_a_part_of_kof_are_no_nought_of_nought():
    now = timezone.now()
    small_fleet(now)
    kof = measures.fleet_measures(viewer=ADA).kof
    assert kof.installed
    assert kof.sentence == "KOF's stores are named, and none of its own parts is on this management cluster"


def test_promxy_fills_in_for_a_store_that_is_dead_and_is_said_to():
    now = timezone.now()
    small_fleet(now)
    measured(store("promxy", now, kind="promxy"), "team", "lab", now, nodes=4.0)
    measured(Store.objects.get(kind="promxy"), "team", "web", now, nodes=99.0)
    Measured.objects.filter(store__kind="promxy").update(expected=False, role="")
    lab = measures.cluster_measures("team", "lab", viewer=ADA)
    assert lab.figures["nodes"] == Reading(4.0, "nodes", now - timedelta(seconds=12))
    assert lab.store
    assert lab.through
    assert (lab.store.name, lab.through.name, lab.through.complete) == ("us", "promxy", False)
    web = measures.cluster_measures("team", "web", viewer=ADA)
    assert web.figures["nodes"] == Reading(3.0, "nodes", now - timedelta(seconds=12))
    assert web.through is None
    fleet = measures.fleet_measures(viewer=ADA)
    assert fleet.coverage.coverage == "1 of 2 stores"  # promxy is none of its own
    assert fleet.sums["nodes"].value == 15.0  # each cluster once


def test_a_watcher_that_does_not_beat_makes_every_figure_stale():
    small_fleet(timezone.now() - timedelta(minutes=5))
    web = measures.cluster_measures("team", "web", viewer=ADA)
    figure = web.figures["nodes"]
    assert isinstance(figure, Missing)
    assert figure.reason is Why.STALE
    assert figure.last
    assert measures.fleet_measures(viewer=ADA).coverage.value is None


def test_a_region_draws_a_gap_where_a_cluster_has_one():
    now = timezone.now()
    small_fleet(now)
    line = measures.region_measures("ams1", viewer=ADA).history["cpu_used_ratio"]
    assert [value for _, value in line[:30]] == [None] * 30
    assert [value for _, value in line[30:]] == [0.5] * 30


def test_a_region_weighs_its_clusters_and_names_those_that_are_missing():
    small_fleet()
    region = measures.region_measures("fra1", viewer=ADA)
    assert region.sums["cpu_used_ratio"].value == 0.5
    assert region.sums["cpu_used_ratio"].missing == ("team/lab", "team/new")
    assert region.missing == ("team/lab", "team/new")
    fleet = measures.fleet_measures(viewer=ADA)
    assert fleet.sums["cpu_used_ratio"].value == pytest.approx((8 * 0.5 + 8 * 0.5 + 2 * 0.9) / 18)
