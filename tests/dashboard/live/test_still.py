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
