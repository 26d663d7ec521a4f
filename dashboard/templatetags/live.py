"""`{% live %}` marks a part of a page that may change; `{% livelist %}` a list whose order and members may.

    <ul id="regions" data-live-list="hold">
      {% livelist "regions" %}
        {% for region in regions %}
          {% live "region-" region.name %}<li id="region-{{ region.name }}">…</li>{% endlive %}
        {% endfor %}
      {% endlivelist %}
    </ul>

A live part is one element that has the id given (the words of the tag, joined). It is a whole state, never empty: what
is sometimes absent is drawn as an element with `hidden`. Everybody with the same rights is sent the same live parts:
nothing in them may depend on who is looking, so no CSRF token either.

    {% live "region-" region.name only region %}…{% endlive %}

sees nothing of the context but these names, as with `{% include … only %}`, and is drawn again only when the values of
one of them differ: for the members of long lists. The values must be such as are equal only when they say the same.

    {% still %}…{% endstill %}

holds no live part, and so is left out when a page is drawn again for those who have it open.

    {% kept line.id only line %}…{% endkept %}

is kept as `live … only` is, and is no live part of its own: for the rows of a table that moves as one.
"""

import re
from collections.abc import Callable, Hashable

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import escape

from dashboard.live import keeping
from dashboard.live.collector import Collector, inside, members

register = template.Library()

FIRST_TAG = re.compile(r"\s*(?:<!--.*?-->\s*)*<[a-zA-Z][^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>", re.DOTALL)
ID = re.compile(r"\sid=(?:\"([^\"]*)\"|'([^']*)')")
ORDERS = {"hold", "auto"}


def _join(parts: list[FilterExpression], context: Context) -> str:
    return "".join(str(part.resolve(context)) for part in parts)


def _collector(context: Context) -> Collector | None:
    request = getattr(context, "request", None) or context.get("request")
    return getattr(request, "live_collector", None)


class LiveNode(template.Node):
    def __init__(self, parts: list[FilterExpression], only: list[str] | None, nodelist: NodeList) -> None:
        self.parts = parts
        self.only = only
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        dom_id = _join(self.parts, context)
        outer = inside.get()
        if outer is not None:
            raise template.TemplateSyntaxError(f"live {dom_id!r} stands inside live {outer!r}; only one may move.")
        html = self._drawn(dom_id, context) if self.only is None else self._kept(dom_id, self.only, context)
        siblings = members.get()
        if siblings is not None:
            siblings.append(dom_id)
        collector = _collector(context)
        if collector is not None:
            if dom_id in collector.fragments:
                raise template.TemplateSyntaxError(f"live {dom_id!r} stands twice on this page.")
            collector.fragments[dom_id] = html
        return html

    def _drawn(self, dom_id: str, context: Context) -> str:
        token = inside.set(dom_id)
        try:
            html = self.nodelist.render(context).strip()
        finally:
            inside.reset(token)
        _check(dom_id, html)
        return html

    def _kept(self, dom_id: str, only: list[str], context: Context) -> str:
        return _kept((self, dom_id), only, context, lambda inner: self._drawn(dom_id, inner))


def _kept(part: Hashable, only: list[str], context: Context, draw: Callable[[Context], str]) -> str:
    """What was drawn of these names of the context before, while their values are equal."""
    values = tuple(context.get(name) for name in only)
    html = keeping.recall(part, values)
    if html is None:
        html = draw(context.new(dict(zip(only, values, strict=True))))
        keeping.keep(part, values, html)
    return html


def _check(dom_id: str, html: str) -> None:
    root = FIRST_TAG.match(html)
    found = ID.search(root[0]) if root else None
    if found is None or (found[1] if found[1] is not None else found[2]) != escape(dom_id):
        raise template.TemplateSyntaxError(f"live {dom_id!r} must hold one element with that id.")
    if "csrfmiddlewaretoken" in html:
        raise template.TemplateSyntaxError(
            f"live {dom_id!r} holds a CSRF token: live parts are shared. Let the page's own header carry it."
        )


class LiveListNode(template.Node):
    def __init__(self, parts: list[FilterExpression], order: FilterExpression | None, nodelist: NodeList) -> None:
        self.parts = parts
        self.order = order
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        dom_id = _join(self.parts, context)
        order = self.order.resolve(context) if self.order else "hold"
        if order not in ORDERS:
            raise template.TemplateSyntaxError(f"livelist {dom_id!r}: order is hold or auto, not {order!r}.")
        if inside.get() is not None:
            raise template.TemplateSyntaxError(f"livelist {dom_id!r} stands inside live {inside.get()!r}.")
        if members.get() is not None:
            raise template.TemplateSyntaxError(f"livelist {dom_id!r} stands inside another livelist.")
        found: list[str] = []
        token = members.set(found)
        try:
            html = self.nodelist.render(context)
        finally:
            members.reset(token)
        collector = _collector(context)
        if collector is not None:
            collector.orders[dom_id] = found
        return html


class KeptNode(template.Node):
    def __init__(self, parts: list[FilterExpression], only: list[str], nodelist: NodeList) -> None:
        self.parts = parts
        self.only = only
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        return _kept((self, _join(self.parts, context)), self.only, context, self.nodelist.render)


class StillNode(template.Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        return "" if _collector(context) is not None else self.nodelist.render(context)


def _words(parser: Parser, token: Token) -> tuple[list[FilterExpression], FilterExpression | None, list[str] | None]:
    tag, *words = token.split_contents()
    order, only = None, None
    if "only" in words:
        place = words.index("only")
        words, only = words[:place], words[place + 1 :]
        if not only or not all(name.isidentifier() for name in only):
            raise template.TemplateSyntaxError(f"{tag}: after only come the names of what it shows.")
    if words and words[-1].startswith("order="):
        order = parser.compile_filter(words.pop().removeprefix("order="))
    if not words:
        raise template.TemplateSyntaxError(f"{tag} needs the id of its element.")
    return [parser.compile_filter(word) for word in words], order, only


@register.tag
def live(parser: Parser, token: Token) -> LiveNode:
    """`{% live "region-" region.name %}…{% endlive %}`: an element of the page that may change. Ends in `only` and
    names, when it shows nothing else."""
    parts, order, only = _words(parser, token)
    if order is not None:
        raise template.TemplateSyntaxError("live takes no order; livelist does.")
    nodelist = parser.parse(("endlive",))
    parser.delete_first_token()
    return LiveNode(parts, only, nodelist)


@register.tag
def livelist(parser: Parser, token: Token) -> LiveListNode:
    """`{% livelist "regions" order="auto" %}…{% endlivelist %}`: the live parts inside are the list's members."""
    parts, order, only = _words(parser, token)
    if only is not None:
        raise template.TemplateSyntaxError("livelist takes no only; live does.")
    nodelist = parser.parse(("endlivelist",))
    parser.delete_first_token()
    return LiveListNode(parts, order, nodelist)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept line.id only line %}…{% endkept %}`: drawn again only when one of these values differs."""
    parts, order, only = _words(parser, token)
    if order is not None or only is None:
        raise template.TemplateSyntaxError("kept needs only, and after it the names of what it shows; it has no order.")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(parts, only, nodelist)


@register.tag
def still(parser: Parser, token: Token) -> StillNode:
    """`{% still %}…{% endstill %}`: what stands as it is while the page is open; no live part may stand in it."""
    nodelist = parser.parse(("endstill",))
    parser.delete_first_token()
    if any(nodelist.get_nodes_by_type(LiveNode)) or any(nodelist.get_nodes_by_type(LiveListNode)):
        raise template.TemplateSyntaxError("still holds nothing that moves.")
    return StillNode(nodelist)
