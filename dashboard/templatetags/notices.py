"""What pages of notices show of an address and of an object."""

from urllib.parse import urlsplit

from django import template
from django.urls import reverse

from dashboard.models import Notice
from dashboard.notices.addresses import MAIL, channel_and_address
from dashboard.notices.channels import channel_of
from regions.inventory.basics import Target

register = template.Library()


@register.filter
def host(url: str) -> str:
    """Where messages go, without the path: that may hold what only the receiver should know."""
    word, at = channel_and_address(url)
    if at.startswith(MAIL):
        return at.removeprefix(MAIL).replace(",", ", ")
    parts = urlsplit(at)
    hidden = "/…" if word or parts.path.strip("/") or parts.query else ""
    return f"{f'{channel_of(url).title}: ' if word else ''}{parts.scheme}://{parts.netloc}{hidden}"


@register.filter
def shown_at(notice: Notice) -> str:
    """The page of what a notice is about."""
    return Target(notice.kind, notice.namespace, notice.name, region=notice.region).url or reverse("overview")


@register.filter
def less(number: int, shown: list[Notice]) -> int:
    """How many there are beside those shown."""
    return number - len(shown)
