import math

import pytest

from regions.domain.charts.units import parts, say, scale_of

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.834, "ratio", "83.4 %"),
        (0.0, "ratio", "0 %"),
        (0.00012, "ratio", "0.01 %"),
        (1.0, "ratio", "100 %"),
        (97.2, "percent", "97.2 %"),
        (13_000_000_000, "bytes", "12.1 GiB"),
        (1024, "bytes", "1 KiB"),
        (5, "bytes", "5 B"),
        (3 * 1024**2, "bytes/s", "3 MiB/s"),
        (0.34, "s", "340 ms"),
        (0.0004, "s", "400 µs"),
        (95, "s", "95 s"),
        (300, "s", "5 min"),
        (8000, "s", "2.2 h"),
        (172800, "s", "2 d"),
        (0, "s", "0 s"),
        (41.2, "d", "41.2 days"),
        (12, "count", "12"),
        (12.5, "count", "12.5"),
        (1234, "count", "1,234"),
        (12345, "count", "12.3 k"),
        (2.4e6, "samples/s", "2.4 M samples/s"),
        (3.25, "cores", "3.2 cores"),
        (4.712, "USD/h", "4.71 USD/h"),
        (12345.6, "USD", "12,346 USD"),
        (99.5, "USD/d", "99.50 USD/d"),
        (468.0, "USD/d", "468 USD/d"),
        (-0.12, "ratio", "−12 %"),
        (14.4, "x", "14.4 ×"),
    ],
)
def test_a_number_is_said_with_its_unit(value, unit, said):
    assert say(value, unit).replace(NARROW, " ") == said


def test_what_rounds_to_nothing_has_no_sign():
    assert "−" not in say(-1e-9, "ratio")


def test_zero_is_a_number_and_what_is_no_number_says_so():
    assert say(0.0, "count") == "0"
    assert say(math.nan, "ratio") == "not a number"
    assert say(math.inf, "s") == "∞"
    assert parts(-math.inf, "s") == ("−∞", "")


def test_the_numbers_of_an_axis_share_one_prefix_and_show_that_they_differ():
    scale = scale_of(3 * 1024**3, "bytes", 512 * 1024**2)
    assert [scale.say(step * 512 * 1024**2) for step in range(4)] == ["0.0", "0.5", "1.0", "1.5"]
    assert scale.suffix == "GiB"
    assert scale.tell(2 * 1024**3) == f"2.00{NARROW}GiB"
    assert scale_of(8, "nodes", 2).tell(7) == "7"
    assert scale_of(8, "nodes", 2).tell(6.5) == "6.5"
    assert scale_of(6, "USD/h", 2).tell(3.61) == f"3.61{NARROW}USD/h"
    assert scale_of(0.04, "ratio", 0.01).say(0.03) == "3"
    assert scale_of(0.002, "ratio", 0.0005).say(0.0015) == "0.15"
    assert scale_of(0.5, "s", 0.1).say(0.3) == "300"
