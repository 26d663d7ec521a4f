"""Marking the live parts of a page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

from dashboard.live.collector import Collector
from dashboard.templatetags.live import LiveNode
from regions.models import Lease


def render(source: str, **context: object) -> tuple[str, Collector]:
    class Request:
        live_collector = Collector()

    html = Template("{% load live %}" + source).render(Context({"request": Request, **context}))
    return html, Request.live_collector


def test_a_live_part_is_drawn_as_it_stands_and_collected_by_its_id():
    html, found = render('<p>{% live "region-" name %}\n<b id="region-{{ name }}">up</b>\n{% endlive %}</p>', name="eu")
    assert html == '<p><b id="region-eu">up</b></p>'
    assert found.fragments == {"region-eu": '<b id="region-eu">up</b>'}


def test_a_list_knows_the_order_of_its_members():
    source = (
        '{% livelist "all" order="auto" %}{% for n in names %}{% live "r-" n %}<i id="r-{{ n }}"></i>{% endlive %}'
        '{% endfor %}{% endlivelist %}{% live "end" %}<hr id="end">{% endlive %}'
    )
    _, found = render(source, names=["b", "a"])
    assert found.orders == {"all": ["r-b", "r-a"]}
    assert set(found.fragments) == {"r-a", "r-b", "end"}


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('{% live "a" %}<b id="b"></b>{% endlive %}', "one element with that id"),
        ('{% live "a" %}text{% endlive %}', "one element with that id"),
        ('{% live "a" %}{% endlive %}', "one element with that id"),
        ('{% live "a" %}<b data-id="a"></b>{% endlive %}', "one element with that id"),
        ('{% live "a" %}<b><i id="a"></i></b>{% endlive %}', "one element with that id"),
        ('{% live "a" %}<b id="a">{% live "b" %}<i id="b"></i>{% endlive %}</b>{% endlive %}', "inside live"),
        ('{% live "a" %}<b id="a">{% livelist "b" %}{% endlivelist %}</b>{% endlive %}', "inside live"),
        ('{% live "a" %}<b id="a"></b>{% endlive %}{% live "a" %}<b id="a"></b>{% endlive %}', "twice"),
        ('{% live "a" %}<form id="a"><input name="csrfmiddlewaretoken"></form>{% endlive %}', "CSRF"),
        ('{% livelist "a" order="sometimes" %}{% endlivelist %}', "hold or auto"),
        ("{% live %}{% endlive %}", "needs the id"),
        ('{% live "a" only %}<b id="a"></b>{% endlive %}', "after only"),
        ('{% live "a" only b.c %}<b id="a"></b>{% endlive %}', "after only"),
        ('{% livelist "a" only b %}{% endlivelist %}', "takes no only"),
    ],
)
def test_what_cannot_be_kept_live_is_an_error_when_it_is_written(source, word):
    with pytest.raises(TemplateSyntaxError, match=word):
        render(source)


def test_attributes_before_the_id_may_hold_anything():
    html = """<a title='1 > 0' class="x>y" id="a" hidden>go</a>"""
    assert render('{% live "a" %}' + html + "{% endlive %}")[0] == html


KEPT = (
    '{% load pane %}{% live "kept-" name only name at %}'
    '<p id="kept-{{ name }}">{{ name }}{{ more }} {% age at "ago" %}</p>{% endlive %}'
)
"""A part that shows two values of all that the page knows."""


def kept(template: Template, **context: object) -> str:
    return template.render(Context(context))


def test_a_part_that_shows_only_some_values_sees_nothing_else():
    template = Template("{% load live %}" + KEPT)
    assert "secret" not in kept(template, name="eu", at=None, more="secret")


def test_a_part_is_drawn_again_when_what_it_shows_differs_and_only_then(monkeypatch):
    template = Template("{% load live %}" + KEPT)
    drawn = []
    plain = LiveNode._drawn
    monkeypatch.setattr(LiveNode, "_drawn", lambda *args: drawn.append(args[1]) or plain(*args))
    first = kept(template, name="eu", at=None)
    assert kept(template, name="eu", at=None) == first
    assert drawn == ["kept-eu"]
    kept(template, name="eu", at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    kept(template, name="us", at=None)
    assert drawn == ["kept-eu", "kept-eu", "kept-us"]


def test_the_ages_of_a_part_that_is_not_drawn_again_are_those_of_now(monkeypatch):
    template, at = Template("{% load live %}" + KEPT), datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    for later, said in ((30, "30s ago"), (3 * 3600 + 600, "3h10m ago"), (-7200, "in 120m")):
        monkeypatch.setattr(timezone, "now", lambda later=later: at + timedelta(seconds=later))
        again, anew = kept(template, name="eu", at=at), kept(Template("{% load live %}" + KEPT), name="eu", at=at)
        assert f">{said}</time>" in again
        assert again == anew


def test_who_may_see_less_is_never_shown_what_was_drawn_for_another():
    source = KEPT.replace("only name at", "only name at counts").replace("{{ more }}", " has {{ counts.all }}")
    template = Template("{% load live %}" + source)
    for seen in (7, 2, 7):
        assert f"eu has {seen} " in kept(template, name="eu", at=None, counts={"all": seen})


def test_a_part_cannot_be_kept_by_a_row_of_the_database():
    with pytest.raises(TypeError, match="equals itself"):
        kept(Template("{% load live %}" + KEPT.replace("name at", "name at row")), name="eu", row=Lease(pk=1))
