"""What every list shares: its address read, its pages, and what it can be filtered by."""

import pytest
from django.http import QueryDict

from deployments.lists import Page, Parameters, facet
from regions.domain.health import Health


def said(address: str) -> Parameters:
    return Parameters(QueryDict(address))


def test_several_values_of_one_name_are_each_taken_once_and_blank_ones_not_at_all():
    assert said("region=eu&region=&region=us&region=eu").values("region") == ("eu", "us")


def test_a_value_of_a_closed_set_is_known_in_any_case_and_a_strange_one_is_said_and_left_out():
    read = said("health=degraded&health=Purple")
    assert read.any_of("health", Health, "health") == ("Degraded",)
    assert read.problems["health"].startswith("'Purple' is no health; these are: Failed,")


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "1" * 12, "²", "1000001"])
def test_a_page_that_is_none_is_the_first_and_is_said(page):
    read = said(f"page={page}")
    assert read.page() == 1
    assert read.problems == {"page": "A page is a number from 1 on."}


def test_an_order_that_is_none_is_the_usual_one_and_is_said():
    read = said("ordering=-colour")
    assert read.ordering(("name", "health"), "health") == "health"
    assert "'-colour' is nothing to order by" in read.problems["ordering"]
    assert said("ordering=-name").ordering(("name",), "health") == "-name"


@pytest.mark.parametrize(
    ("asked", "total", "number", "first", "last", "previous", "following"),
    [
        (1, 0, 1, 0, 0, None, None),
        (1, 50, 1, 1, 50, None, None),
        (1, 51, 1, 1, 50, None, 2),
        (2, 51, 2, 51, 51, 1, None),
        (9, 120, 3, 101, 120, 2, None),  # a page that is gone is the last one
    ],
)
def test_a_page_knows_its_rows_and_its_neighbours(asked, total, number, first, last, previous, following):
    page = Page(asked, 50, total)
    assert (page.number, page.first, page.last, page.previous, page.next) == (number, first, last, previous, following)
    assert len(page.of(range(total))) == (last - first + 1 if total else 0)


def test_options_come_in_their_own_order_or_what_is_chosen_first_and_then_by_how_many():
    counts = {"a": 1, "b": 7, "c": 7, "~management": 2}
    by_count = facet("namespace", "Namespace", counts, ("a",))
    assert [one.value for one in by_count.options] == ["a", "b", "c", "~management"]
    assert by_count.options[-1].label == "management"
    assert by_count.chosen == "a"
    ordered = facet("health", "Health", {"Ready": 3, "Failed": 1}, (), order=tuple(Health))
    assert [one.value for one in ordered.options] == ["Failed", "Ready"]
