"""Marking the live parts of a page."""

import pytest
from django.template import Context, Template, TemplateSyntaxError

from dashboard.live.collector import Collector


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
    ],
)
def test_what_cannot_be_kept_live_is_an_error_when_it_is_written(source, word):
    with pytest.raises(TemplateSyntaxError, match=word):
        render(source)


def test_attributes_before_the_id_may_hold_anything():
    html = """<a title='1 > 0' class="x>y" id="a" hidden>go</a>"""
    assert render('{% live "a" %}' + html + "{% endlive %}")[0] == html
