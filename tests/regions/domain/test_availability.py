"""How long things were available, from turns of health as the log has them."""

from datetime import datetime, timedelta

import pytest

from regions.domain.availability import (
    HealthTurn,
    Stretch,
    budget,
    flapping,
    incidents,
    measure,
    merged,
    spells,
)
from regions.domain.readying import Readied, by_place, compared, took, usual

MIDNIGHT = datetime.fromisoformat("2026-11-23T00:00:00+00:00")


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def between(start: float, end: float) -> Stretch:
    return Stretch(at(start), at(end))


def turned(*turns: tuple[float, str, str]) -> list[HealthTurn]:
    return [HealthTurn(at(hour), health, was) for hour, was, health in turns]


DAY = between(0, 24)


def measured(turns: list[HealthTurn], now_is: str, *gaps: Stretch, window: Stretch = DAY):
    found = spells(turns, now_is, window.start, window.end)
    return measure(found, merged(gaps, window), window)


def hours(time: timedelta) -> float:
    return time / timedelta(hours=1)


def test_what_never_turned_was_what_it_is():
    assert measured([], "Ready").share == 1
    assert measured([], "Failed").share == 0
    assert measured([], "Unknown").share is None


def test_an_hour_of_failure_in_a_day():
    found = measured(turned((6, "Ready", "Failed"), (7, "Failed", "Ready")), "Ready")
    assert (hours(found.available), hours(found.unavailable)) == (23, 1)
    assert found.sentence == "of the 24h that were watched"


def test_time_that_nobody_watched_is_neither():
    turns = turned((6, "Ready", "Failed"), (8, "Failed", "Ready"))
    found = measured(turns, "Ready", between(7, 9), between(8, 10), between(30, 40))
    assert (hours(found.available), hours(found.unavailable), hours(found.watched)) == (20, 1, 21)
    assert found.sentence == "of the 21h of 24h that were watched"
    assert measured(turns, "Ready", between(-5, 50)).sentence == "Nobody watched"


def test_what_is_being_made_is_not_down_and_what_is_changed_is_not_either():
    made = turned((2, "", "Progressing"), (3, "Progressing", "Failed"), (4, "Failed", "Progressing"))
    new = measured([*made, *turned((5, "Progressing", "Ready"), (9, "Ready", "Progressing"))], "Progressing")
    assert (hours(new.available), hours(new.unavailable), hours(new.watched)) == (19, 0, 22)
    assert new.sentence == "of the 22h of 24h that were watched, less 3h that counts as neither"


def test_what_was_there_before_the_window_and_is_ill_is_down():
    assert hours(measured(turned((6, "Failed", "Ready")), "Ready").unavailable) == 6


@pytest.mark.parametrize(("first", "available"), [("Progressing", 4), ("Unknown", 0), ("Paused", 0)])
def test_what_was_there_before_the_window_is_down_when_it_falls_ill_in_it(first, available):
    turns = turned((4, first, "Failed"), (6, "Failed", "Ready"))
    found = measured(turns, "Ready")
    assert (hours(found.available), hours(found.unavailable)) == (available + 18, 2)
    [one] = incidents(spells(turns, "Ready", at(0), at(24)), at(24))
    assert (one.start, one.end, one.earlier) == (at(4), at(6), False)


@pytest.mark.parametrize("gone_for", [0, 1])
def test_what_is_made_anew_under_its_name_had_not_been_ready(gone_for):
    again = 2 + gone_for
    turns = turned((2, "Ready", ""), (again, "", "Progressing"), (again + 1, "Progressing", "Failed"))
    found = measured(turns, "Failed")
    assert (hours(found.available), hours(found.unavailable)) == (2, 0)
    assert list(incidents(spells(turns, "Failed", at(0), at(24)), at(24))) == []
    broken = turned((1, "Ready", "Failed"), (2, "Failed", ""), *((one, "", "Failed") for one in (again,)))
    [one] = incidents(spells(broken, "Failed", at(0), at(24)), at(24))
    assert (one.start, one.end) == (at(1), at(2))


class Looked(list[Stretch]):
    """Gaps that count how often one is looked at."""

    times = 0

    def __getitem__(self, place):
        self.times += 1
        return super().__getitem__(place)

    def __iter__(self):
        self.times += len(self)
        return super().__iter__()


def test_of_many_gaps_only_those_of_a_spell_are_looked_at():
    gaps = Looked(between(one / 50 + 0.001, one / 50 + 0.002) for one in range(1_000))
    turns = turned(*((one / 10, *(("Ready", "Failed") if one % 2 else ("Failed", "Ready"))) for one in range(1, 200)))
    found = measure(spells(turns, "Failed", at(0), at(24)), gaps, DAY)
    assert found.watched == merged_less(gaps)
    assert gaps.times < 200 * 40


def merged_less(gaps: Looked) -> timedelta:
    return timedelta(days=1) - sum((gap.end - gap.start for gap in [*list.__iter__(gaps)]), timedelta())


def test_what_is_gone_counts_while_it_was_there():
    found = measured(turned((6, "Ready", "Deleting"), (8, "Deleting", "")), "")
    assert (hours(found.watched), hours(found.counted)) == (8, 6)


@pytest.mark.parametrize(("objective", "burn", "met"), [(0.995, 8.333, False), (0.9, 0.417, True)])
def test_a_budget_is_what_the_objective_leaves_of_what_counts(objective, burn, met):
    found = budget(measured(turned((6, "Ready", "Failed"), (7, "Failed", "Ready")), "Ready"), objective)
    assert found.burn == pytest.approx(burn, abs=0.001)
    assert found.met is met


def test_where_nothing_is_allowed_nothing_burns():
    assert budget(measured([], "Ready"), 1.0).burn is None
    assert budget(measured([], "Failed"), 1.0).met is False


def test_an_incident_lasts_until_it_is_ready_again():
    turns = turned((2, "Ready", "Degraded"), (3, "Degraded", "Failed"), (4, "Failed", "Progressing"))
    [one] = incidents(spells([*turns, *turned((5, "Progressing", "Ready"))], "Ready", at(0), at(24)), at(24))
    assert (one.start, one.end, one.worst) == (at(2), at(5), "Failed")
    [open_still] = incidents(spells(turns[:1], "Degraded", at(0), at(24)), at(24))
    assert open_still.end is None
    [before] = incidents(spells(turned((6, "Failed", "Ready")), "Ready", at(0), at(24)), at(24))
    assert (before.start, before.end, before.earlier, one.earlier) == (at(0), at(6), True, False)
    never_made = turned((2, "", "Progressing"), (3, "Progressing", "Failed"))
    assert list(incidents(spells(never_made, "Failed", at(0), at(24)), at(24))) == []


def test_flapping_is_many_turns_of_readiness_in_an_hour():
    back_and_forth = [
        (hour / 10, *(("Ready", "Degraded") if hour % 2 else ("Degraded", "Ready"))) for hour in range(1, 6)
    ]
    found = flapping(turned(*back_and_forth))
    assert found is not None
    assert (found.times, found.last_at) == (5, at(0.5))
    assert found.sentence == "turned 5 times between ready and not within 60m"
    slowly = [(hour * 10, was, health) for hour, was, health in back_and_forth]
    assert flapping(turned(*slowly)) is None
    worse = [(hour / 10, "Degraded", "Failed") for hour in range(8)]
    assert flapping(turned(*worse)) is None


def test_time_to_ready_is_from_creation_to_the_first_ready():
    turns = turned(
        (0, "", "Progressing"), (0.15, "Progressing", "Ready"), (5, "Ready", "Failed"), (6, "Failed", "Ready")
    )
    assert took(at(0), turns, ()) == timedelta(minutes=9)
    assert took(at(0), turns[:1], ()) is None
    # It may have been ready at any time while nobody watched.
    assert took(at(0), turns, (between(0.05, 0.15),)) is None
    assert took(at(0), turns, (between(0.02, 0.05),)) == timedelta(minutes=9)


def test_what_is_usual_is_told_of_enough():
    times = [timedelta(minutes=one) for one in (7, 8, 9, 9, 10, 11, 12, 13, 14, 40)]
    found = usual(times)
    assert (found.median, found.p90) == (timedelta(minutes=10, seconds=30), timedelta(minutes=14))
    assert usual([]) is None
    said = compared(found, timedelta(minutes=31), "aws-1-0-0", "eu-west")
    assert said.startswith("Usually 10m with aws-1-0-0 in eu-west, nine of ten within 14m (10 so far); this one 31m")
    assert said.endswith("That is longer than nine of ten took.")
    assert "longer" not in compared(found, timedelta(minutes=5), "aws-1-0-0", "eu-west")
    assert compared(usual(times[:2]), timedelta(hours=1), "aws-1-0-0", "eu-west") == ""


def test_places_are_told_apart():
    found = by_place(
        [Readied("eu", "aws", timedelta(minutes=5)), Readied("us", "aws", timedelta(minutes=9))],
    )
    assert found["eu", "aws"].median == timedelta(minutes=5)
