"""The parts that pages are made of, as template tags: `{% load pane %}`. See templates/parts/README.md."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.template.defaultfilters import date
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regions import inventory
from regions.domain.bounds import LABELS, Some
from regions.domain.health_scale import Health, label
from regions.domain.refs import short_name
from regions.templatetags import folding, spans

register = template.Library()
register.filter("message", folding.message)
register.filter("oneline", folding.oneline)
register.filter("alike", folding.alike)
register.filter("talk", folding.talk)

EXPIRY_WARNING = timedelta(days=14)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from the sprite. Without a label it is decoration and not read out."""
    source = static("icons/icons.svg")
    if label:
        return format_html(
            '<svg class="icon icon--{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', name, label, source, name
        )
    return format_html('<svg class="icon icon--{}" aria-hidden="true"><use href="{}#{}"/></svg>', name, source, name)


@register.simple_tag
def badge(health: Health | str, last: Health | str | None = None, quiet: bool = False) -> str:
    """Health by icon, word and colour; `last` is what it was when we last knew. `quiet`: no pill around it."""
    return render_to_string("parts/badge.html", {"health": health, "last": last, "quiet": quiet})


@register.filter
def health_class(health: Health | str | None) -> str:
    """The CSS class of a health: `h-failed`."""
    return f"h-{str(health or Health.UNKNOWN).lower()}"


@register.filter
def health_word(health: Health | str | None) -> str:
    """A health as people are told it; what is none is left as it is."""
    return label(health)


@register.filter
def health_icon(health: Health | str | None) -> str:
    """The icon of a health, by name."""
    return str(health or Health.UNKNOWN).lower()


@register.simple_tag
def age(at: datetime | None, style: str = "") -> SafeString:
    """How long ago, as kubectl says it; it ticks. `style`: "ago" adds the word, "since" is for "since 5m"."""
    if at is None:
        return mark_safe('<span class="faint">—</span>')
    at = at.astimezone(UTC)
    text = spans.words((timezone.now() - at).total_seconds(), style)
    return format_html(
        '<time datetime="{}" title="{}" data-age="{}">{}</time>',
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        style,
        text,
    )


@register.simple_tag
def moment(at: datetime, style: str) -> SafeString:
    """A moment under a heading that names the zone; a script shows it in that of the reader."""
    at = at.astimezone(UTC)
    title = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, date(at, style))


@register.simple_tag
def between(start: datetime, end: datetime) -> str:
    """How long it took from one moment to another."""
    return spans.span((end - start).total_seconds())


@register.filter
def news(change: inventory.ChangeItem) -> str:
    """The message of a change, without what its row already shows: two healths, or a condition and how it turned."""
    if change.source == "reported":
        return change.message
    text = folding.beside(change.reason, change.message)
    if change.reason != "HealthChanged":
        return text
    turned = f"{health_word(change.health)}, was {health_word(change.previous_health)}"
    return text.removeprefix(turned).removeprefix(": ")


@register.filter
def happened(change: inventory.ChangeItem) -> str:
    """What a change was. An observed one in words; of a reported Event, the cluster's own reason."""
    return change.reason if change.source == "reported" else folding.happened(change.reason)


@register.filter
def bad_first(conditions: Iterable[Any]) -> list[tuple[Any, str, str]]:
    """Conditions that are not good before those that are, each in their own order. With each: the type of an earlier
    one whose long message it repeats, or empty; and what it says besides. (k0rdent's Ready is all others in a row.)"""
    found: list[tuple[Any, str, str]] = []
    for one in sorted(conditions, key=lambda one: one.good is True):
        echo = next(
            (other for other, _, _ in found if len(other.message) > 60 and one.message.startswith(other.message)), None
        )
        rest = one.message[len(echo.message) :].lstrip(". ;\n") if echo else one.message
        found.append((one, echo.type if echo else "", rest))
    return found


@register.filter
def some_of(labels: Mapping[str, str] | None) -> Some[tuple[str, str]]:
    """The first labels of an object, and how many it has."""
    return Some.of(list((labels or {}).items()), LABELS)


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


@register.filter
def expiry(at: datetime | None) -> str:
    """How soon a certificate or token ends: "over", "soon" (within a fortnight), or empty."""
    if at is None:
        return ""
    left = at - timezone.now()
    return "over" if left <= timedelta() else "soon" if left <= EXPIRY_WARNING else ""


@register.filter
def place(name: str) -> str:
    """A region's or cluster's name as a page says it."""
    return short_name(name)


@register.filter
def one_cluster(card: inventory.RegionCard) -> str:
    """That several Regions are one cluster, in a sentence."""
    names = [place(name) for name in (card.name, *card.twins)]
    return f"{', '.join(names[:-1])} and {names[-1]} are one cluster."


@register.simple_tag
def freshness() -> inventory.Freshness:
    """Whether the watcher is at work."""
    return inventory.freshness()


@register.simple_tag
def asof(at: datetime | None, blind: bool = False) -> str:
    """When we last knew this: "as of 12s ago", or "last known 3h ago" when we no longer hear it."""
    return render_to_string("parts/asof.html", {"at": at, "blind": blind})


@register.simple_tag
def healthbar(counts: Any, url: str = "", label: str = "deployments") -> str:
    """Counts by health as one bar and its legend; with `url` (a list page with its query), each links there."""
    total = counts.total or 1
    parts, at = [], 0.0
    for health, count in counts.items:
        width = 100 * count / total
        joint = "&" if "?" in url else "?"
        link = f"{url}{joint}health={health}" if url else ""
        parts.append({"health": health, "count": count, "x": f"{at:.3f}%", "width": f"{width:.3f}%", "url": link})
        at += width
    return render_to_string("parts/healthbar.html", {"counts": counts, "parts": parts, "label": label})


@register.simple_tag
def copy(text: str, label: str = "Copy") -> str:
    """A button that copies `text`; hidden where there is no JavaScript."""
    return render_to_string("parts/copy.html", {"text": text, "label": label})


@register.simple_tag
def copy_from(selector: str, label: str = "Copy") -> str:
    """A button that copies the text of the element that `selector` finds."""
    return render_to_string("parts/copy.html", {"selector": selector, "label": label})


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    count: Any = None,
    url: str = "",
    more: str = "All",
    flush: bool = False,
    id: str = "",
    level: int = 2,
    blind: bool = False,
    hint: str = "",
) -> str:
    """A titled section. `url` and `more`: a link in its head; `flush`: no padding, for tables and row lists; `blind`:
    it shows what we only knew; `hint`: the term of the glossary that says what its title means."""
    return render_to_string(
        "parts/card.html",
        {
            "content": content,
            "title": title,
            "count": count,
            "url": url,
            "more": more,
            "flush": flush,
            "id": id,
            "tag": f"h{level}",
            "blind": blind,
            "hint": hint,
        },
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> str:
    """A modal dialog. Open it by `<button type="button" commandfor="ID" command="show-modal">`."""
    return render_to_string("parts/dialog.html", {"content": content, "id": id, "title": title})


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One line of a key-value list, inside `<dl class="facts">`."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, mark_safe(content.strip() or "—"))  # noqa: S308


@register.simple_tag(takes_context=True)
def here(context: template.Context, path: str, *others: str) -> SafeString:
    """`aria-current` for the navigation entry that this page lies under, or that leads to `others`, where this is."""
    request = context.get("request")
    at = request.path_info if request else ""
    path = path.removeprefix(get_script_prefix().rstrip("/"))  # `path_info` is without it
    if at == path:
        return mark_safe('aria-current="page"')
    below = path not in ("", "/") and at.startswith((path, *others))
    return mark_safe('aria-current="true"') if below else SafeString("")


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme that the reader chose (light or dark); empty follows the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's address with these parameters changed; None or empty removes one, and paging starts anew."""
    parameters = context["request"].GET.copy()
    for key in ("page", "before", *changes):
        parameters.pop(key, None)
    for key, value in changes.items():
        if value not in (None, ""):
            parameters[key] = value
    return f"?{parameters.urlencode()}" if parameters else context["request"].path
