"""What was made of rows of the meter is made again when they say something else, and only then."""

from regions.metrics.reads.keeping import Kept


def test_it_is_made_once_for_what_says_the_same():
    kept: Kept[list[int]] = Kept(10)
    first = kept.of("a", '{"cpu": 1}', lambda: [1])
    assert kept.of("a", '{"cpu": 1}', lambda: [2]) is first
    assert kept.of("b", '{"cpu": 1}', lambda: [3]) == [3]


def test_it_is_made_anew_when_that_differs_and_the_old_is_forgotten():
    kept: Kept[list[int]] = Kept(10)
    kept.of("a", '{"cpu": 1}', lambda: [1])
    assert kept.of("a", '{"cpu": 2}', lambda: [2]) == [2]
    assert kept.of("a", '{"cpu": 1}', lambda: [4]) == [4]


def test_of_very_many_the_oldest_is_forgotten():
    kept: Kept[int] = Kept(2)
    for place in range(3):
        kept.of(place, "", lambda place=place: place)  # type: ignore[misc]
    assert kept.of(0, "", lambda: 7) == 7
    assert kept.of(2, "", lambda: 7) == 2
