"""What messages say in words: a headline, a line a notice with where to look, and what they are about."""

import hashlib
from datetime import UTC, timedelta
from urllib.parse import quote

from django.urls import get_script_prefix

from dashboard.models import Delivery, Notice
from dashboard.notices.turns import DEPLOYMENT_READY, REGION_BACK, TEST
from regions.inventory.basics import Target

MOST = 25  # notices that a message tells one by one


def headline(delivery: Delivery, notices: list[Notice]) -> str:
    """`On call: 3 notices`; of one, its sentence."""
    alone = len(notices) == 1 and not delivery.more
    said = notices[0].sentence if alone else f"{len(notices) + delivery.more} notices"
    return f"{delivery.rule.name}: {said}"[:250]


def lines(delivery: Delivery, notices: list[Notice]) -> list[str]:
    """One a notice, and a line with the address that shows the moment."""
    found: list[str] = []
    for notice in notices[:MOST]:
        found.append(f"[{notice.severity}] {notice.sentence}")
        if link := link_to(delivery, notice):
            found.append(link)
    left = len(notices) + delivery.more - MOST
    return [*found, f"… and {left} more"] if left > 0 else found


def link_to(delivery: Delivery, notice: Notice) -> str:
    """The page of what it is about, as of the moment that it is about; empty where nobody said how Pane is reached."""
    if not delivery.rule.origin or notice.what == TEST:
        return delivery.rule.origin and f"{delivery.rule.origin}{get_script_prefix()}"
    path, sharp, place = Target(notice.kind, notice.namespace, notice.name, region=notice.region).url.partition("#")
    if not path:
        return f"{delivery.rule.origin}{get_script_prefix()}"
    # The first second at which pages show it: they go by when we saw it, not by when the cluster says that it was.
    moment = (notice.seen_at or notice.at) + timedelta(seconds=1)
    at = quote(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")
    return f"{delivery.rule.origin}{path}{'&' if '?' in path else '?'}at={at}{sharp}{place}"


def good(notices: list[Notice]) -> bool:
    """Nothing but things that are well again."""
    return bool(notices) and all(notice.what in (REGION_BACK, DEPLOYMENT_READY) for notice in notices)


def subject_key(delivery: Delivery, notices: list[Notice]) -> str:
    """Under which a pager knows what this is about: the same for bad news of an object and the good that follows."""
    about = sorted({(one.kind, one.namespace, one.name, one.region) for one in notices})
    if len(about) != 1:
        return f"pane-{delivery.rule.pk}-{delivery.pk}"
    return "pane-" + hashlib.sha256("/".join((str(delivery.rule.pk), *about[0])).encode()).hexdigest()[:40]
