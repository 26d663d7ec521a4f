import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regions.domain.charts.geometry import STYLES, draw, reach, runs, spark
from regions.domain.charts.spans import SPANS, span_of
from regions.domain.charts.ticks import moments, nice, say_moment

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def chart(*series, unit="ratio", **options):
    named = [(f"s{place}", points) for place, points in enumerate(series)]
    return draw("CPU used", unit, named, NOON, MINUTE, **options)


def test_a_gap_breaks_the_line_and_is_not_drawn_as_zero():
    drawing = chart([0.5, 0.5, None, None, 0.5, 0.5])
    line = drawing.lines[0]
    assert line.path.count("M") == 2
    assert "1000 1000" not in line.path.replace("M1000", "")
    assert line.missing == 2
    assert line.low == 0.5, "what is not known is not the lowest"
    assert [(gap.at, gap.width) for gap in drawing.gaps] == [("20.00%", "60.00%")]


def test_zero_is_a_line_on_the_ground_and_no_data_is_no_line():
    zero, nothing = chart([0.0, 0.0, 0.0]), chart([None, None, None])
    assert zero.lines[0].path
    assert not zero.empty
    assert zero.gaps == ()
    assert nothing.lines[0].path == ""
    assert nothing.empty
    assert "no data" in nothing.sentence
    assert "no data" not in zero.sentence


def test_a_value_between_two_gaps_is_still_seen():
    assert chart([None, 0.4, None]).lines[0].path.endswith("h0")


def test_a_gap_is_only_where_nobody_knows():
    assert chart([0.1, None, 0.1, 0.1], [0.2, 0.2, None, 0.2]).gaps == ()


def test_a_line_that_ends_early_leaves_a_gap_at_the_end():
    drawing = chart([0.3, 0.3, None, None, None])
    assert [(gap.at, gap.width) for gap in drawing.gaps] == [("25.00%", "75.00%")]
    assert drawing.lines[0].latest is None, "what was is not what is"


def test_not_a_number_is_not_drawn():
    line = chart([0.1, math.nan, math.inf, 0.1]).lines[0]
    assert line.points == (0.1, None, None, 0.1)


def test_the_axis_holds_every_value_and_zero():
    drawing = chart([0.96, 0.97])
    assert drawing.low == 0
    assert drawing.high >= 0.97
    negative = chart([-3.0, 2.0], unit="count")
    assert negative.low <= -3
    assert negative.high >= 2


def test_charts_in_one_frame_have_one_scale():
    frame = reach([[0.2, 0.9], [0.1, None]])
    small, large = chart([0.1, 0.1], frame=frame), chart([0.9, 0.9], frame=frame)
    assert small.high == large.high == 0.9
    assert spark([0.0, 0.9], frame)[0] == "M0 1000L1000 0"
    assert spark([0.45, 0.45], frame)[0] == "M0 500L1000 500"


def test_the_lines_that_matter_come_first_and_the_rest_share_a_stroke():
    drawing = chart(*([place / 20, place / 20] for place in range(12)))
    assert [line.name for line in drawing.lines][:2] == ["s11", "s10"]
    assert sorted(line.style for line in drawing.lines[:STYLES]) == [*range(1, STYLES + 1)]
    assert [line.style for line in drawing.lines[STYLES:]] == [0, 0, 0, 0]


def test_a_series_keeps_its_stroke_when_its_rank_changes():
    before = draw("a", "ratio", [("x", [0.1]), ("y", [0.2])], NOON, MINUTE)
    after = draw("b", "ratio", [("x", [0.3]), ("y", [0.2])], NOON, MINUTE)
    assert {line.name: line.style for line in before.lines} == {line.name: line.style for line in after.lines}


def test_the_sentence_names_lowest_highest_and_latest():
    said = chart([0.5, 0.25, 0.75]).sentence.replace("\u202f", " ")
    assert said == "CPU used, 04 Mar 12:00 to 04 Mar 12:02 UTC. Lowest 25 %, highest 75 %, latest 75 %."


def test_round_numbers():
    assert nice(0, 0.87) == (0, 0.25, 0.5, 0.75, 1.0)
    assert nice(0, 3, whole=True) == (0, 1, 2, 3)
    assert nice(0, 1, whole=True) == (0, 1)
    assert nice(0, 3 * 1024**3, binary=True) == (0, 1024**3, 2 * 1024**3, 3 * 1024**3)
    assert nice(5, 5)[0] <= 5 <= nice(5, 5)[-1]
    assert nice(0, math.nan) == (0.0, 1.0)


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.integers(1, 9))
def test_round_numbers_hold_what_they_are_asked_for(one, other, count):
    low, high = min(one, other), max(one, other)
    marks = nice(low, high, count)
    slack = 1e-6 * max(abs(low), abs(high), 1e-300)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 1 <= len(marks) <= 2 * count + 3 or high - low < 1e-9 * abs(high)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True, width=32)), max_size=40))
def test_any_series_can_be_drawn_inside_the_plane(points):
    drawing = chart(points, unit="count")
    assert "nan" not in drawing.lines[0].path
    for at in drawing.rows:
        assert 0 <= float(at.at.rstrip("%")) <= 100
    assert drawing.lines[0].path.count("M") == len(runs(drawing.lines[0].points))


def test_round_moments_lie_within_and_on_whole_hours():
    found = moments(NOON + 7 * MINUTE, NOON + timedelta(hours=6), 6)
    assert found[0] == NOON + timedelta(hours=1)
    assert {at.minute for at in found} == {0}
    assert say_moment(NOON, timedelta(hours=6)) == "12:00"
    assert say_moment(NOON.replace(hour=0), timedelta(days=1)) == "4 Mar"


def test_windows_lie_on_whole_steps_and_have_few_points():
    for span in SPANS:
        start, end = span.window(NOON + timedelta(seconds=17))
        assert end.timestamp() % span.step.total_seconds() == 0
        assert start.timestamp() % span.step.total_seconds() == 0
        assert end - start == span.length
        assert 60 <= span.length / span.step <= 300
        assert span.step >= timedelta(seconds=60)
    assert span_of("nonsense").key == "6h"
