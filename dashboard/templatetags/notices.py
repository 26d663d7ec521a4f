"""What pages of notices show of an address and of an object."""

from urllib.parse import urlsplit

from django import template
from django.urls import reverse

from dashboard.models import Notice
from regions.inventory.basics import Target

register = template.Library()


@register.filter
def host(url: str) -> str:
    """Where messages go, without the path: that may hold what only the receiver should know."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc}/…"
        if parts.path.strip("/") or parts.query
        else f"{parts.scheme}://{parts.netloc}"
    )


@register.filter
def shown_at(notice: Notice) -> str:
    """The page of what a notice is about."""
    return Target(notice.kind, notice.namespace, notice.name, region=notice.region).url or reverse("overview")


@register.filter
def less(number: int, shown: list[Notice]) -> int:
    """How many there are beside those shown."""
    return number - len(shown)
