"""The checker itself: it has to find what it is there for."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.history import History, Told

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def told(*steps: int, cluster: str = "eu") -> list[Told]:
    return [Told(id, cluster, "observed", f"Ready: step {step}.", NOON) for id, step in enumerate(steps)]


@pytest.fixture
def history() -> History:
    made = History()
    for step in range(1, 6):
        made.wrote("eu", NOON + timedelta(seconds=step))
    return made


def test_a_log_that_tells_every_step_once_and_in_order_is_sound(history: History):
    verdict = history.judge(told(1, 2, 3, 4, 5))
    assert (verdict.sound, verdict.written) == (True, 5)
    assert history.judge(told(1, 2, 3), history.stands()).lost == [("eu", 4), ("eu", 5)]
    assert history.judge(told(1, 2, 3), {"eu": 3}).sound


@pytest.mark.parametrize(
    ("steps", "what", "which"),
    [
        ((1, 2, 4, 5), "lost", 3),
        ((1, 2, 3, 3, 4, 5), "doubled", 3),
        ((1, 2, 4, 3, 5), "reordered", 3),
        ((1, 2, 3, 4), "lost", 5),
    ],
)
def test_it_finds_what_is_wrong(history: History, steps: tuple[int, ...], what: str, which: int):
    verdict = history.judge(told(*steps))
    assert not verdict.sound
    found = {name: getattr(verdict, name) for name in ("lost", "doubled", "reordered")}
    assert found == {"lost": [], "doubled": [], "reordered": [], what: [("eu", which)]}


def test_only_a_gap_of_that_cluster_and_time_excuses(history: History):
    def gap(cluster: str, until: int) -> Told:
        return Told(9, cluster, "gap", "", NOON + timedelta(seconds=until), blind_from=NOON + timedelta(seconds=2))

    assert history.judge([*told(1, 5), gap("eu", 4)]).excused == 3
    assert history.judge([*told(1, 5), gap("us", 4)]).lost == [("eu", 2), ("eu", 3), ("eu", 4)]
    assert history.judge([*told(1, 5), gap("eu", 3)]).lost == [("eu", 4)]
    assert history.judge([*told(1, 4, 3, 5), gap("eu", 4)]).sound, "a list after a gap has the order of names"
    assert history.judge([*told(1, 4, 3, 5), gap("us", 4)]).reordered == [("eu", 3)]
