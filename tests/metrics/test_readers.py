"""What pages are told of metrics, from rows alone."""

import pytest

from regions.domain.measures import Missing, Why
from regions.domain.viewer import Viewer
from regions.fleet import measures

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
