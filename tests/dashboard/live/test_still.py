"""What stands still is drawn for the page, and not again for those who have it open."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from dashboard.live.collector import Collector

PAGE = "{% load live %}{% still %}<nav>{{ walk }}</nav>{% endstill %}{% live 'a' %}<p id='a'></p>{% endlive %}"


def test_it_is_drawn_with_the_page_alone():
    walked = []
    request = RequestFactory().get("/")
    context = Context({"request": request, "walk": lambda: walked.append(1) or "all"})
    assert Template(PAGE).render(context).startswith("<nav>all</nav><p")
    request.live_collector = Collector()  # type: ignore[attr-defined]
    Template(PAGE).render(context)
    assert walked == [1]
    assert request.live_collector.fragments == {"a": "<p id='a'></p>"}  # type: ignore[attr-defined]


def test_nothing_that_moves_may_stand_in_it():
    with pytest.raises(TemplateSyntaxError, match="nothing that moves"):
        Template("{% load live %}{% still %}{% live 'a' %}<p id='a'></p>{% endlive %}{% endstill %}")


def test_a_row_of_a_table_is_drawn_again_only_when_it_differs():
    page = Template(
        "{% load live %}{% for row in rows %}"
        "{% kept row.0 only row walk %}<i>{{ row.1 }}{{ walk }}</i>{% endkept %}{% endfor %}"
    )
    walked = []

    def drawn(rows):
        return page.render(Context({"rows": rows, "walk": Walk(walked)}))

    assert drawn([("a", 1), ("b", 2)]) == "<i>1</i><i>2</i>"
    assert drawn([("b", 2), ("a", 3)]) == "<i>2</i><i>3</i>"
    assert len(walked) == 3


class Walk:
    """Equal to every other, and notes each time that it is drawn."""

    def __init__(self, walked: list[int]) -> None:
        self.walked = walked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Walk)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        self.walked.append(1)
        return ""
