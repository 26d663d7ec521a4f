"""Against a real VictoriaMetrics."""

import pytest

from tests.rig.victoria import Victoria

pytestmark = pytest.mark.real


def test_what_is_loaded_is_seen_at_once(victoria_metrics: Victoria):
    victoria_metrics.load('rig_number{cluster="a"} 42\n')
    rows = victoria_metrics.query('rig_number{cluster="a"}')
    assert [row["value"][1] for row in rows] == ["42"]
