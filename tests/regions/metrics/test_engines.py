"""Random series in a real VictoriaMetrics and a real Prometheus: Pane says the same by either. See `engines`."""

import pytest

from tests.regions.metrics.engines import round_of
from tests.rig.prometheus import Prometheus
from tests.rig.victoria import Victoria

pytestmark = pytest.mark.real


@pytest.mark.parametrize("young", [False, True], ids=["of every age", "of fifteen minutes"])
def test_every_figure_of_random_clusters_is_the_same_on_both(
    young: bool, victoria_metrics: Victoria, real_prometheus: Prometheus
):
    """A small sample; `python -m tests.regions.metrics.engines` takes as many as are wanted."""
    found = round_of(int(young), 15, 40, victoria_metrics, real_prometheus, young=young)
    assert [str(one) for one in found] == []
