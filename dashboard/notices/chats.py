"""Messages of chats and pagers, as Apprise writes them. It posts none of them: what it would post is taken from it, and
goes as every message of ours does (`sending`): to a checked address, without redirects, within a deadline."""

import json
import logging
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import quote

from dashboard.models import Delivery, Notice
from dashboard.notices.addresses import address_of, key_in
from dashboard.notices.texts import good, headline, lines, subject_key

Message = tuple[bytes, dict[str, str]]

_A_TOKEN = "A" * 24  # of an address that Apprise makes and nobody posts to


class _Posted(Exception):
    """What a plugin of Apprise was about to post."""

    def __init__(self, content: str, headers: dict[str, str]) -> None:
        super().__init__("taken")
        self.content, self.headers = content, headers


class _Taking:
    """Stands in for the `requests` that a plugin of Apprise calls."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)  # codes and exceptions

    def post(self, url: str, data: str = "", headers: dict[str, str] | None = None, **more: Any) -> None:
        raise _Posted(data, headers or {})

    def request(self, method: str, url: str, **more: Any) -> None:
        self.post(url, **more)

    def get(self, url: str, **more: Any) -> None:
        raise NotImplementedError("A channel is one POST")

    put = delete = get


@cache
def _plugin(module: str, name: str) -> Callable[..., Any]:
    """A plugin of Apprise that posts nothing. Loaded when first asked for: most installations need none."""
    logging.getLogger("apprise").disabled = True  # it writes addresses and messages to its log
    found = import_module(f"apprise.plugins.{module}")
    found.requests = _Taking(found.requests)  # type: ignore[attr-defined]
    return getattr(found, name)  # type: ignore[no-any-return]


def _taken(module: str, name: str, delivery: Delivery, notices: list[Notice], body: str, **how: Any) -> Message:
    from apprise import AppriseAsset, NotifyType

    worst = {"error": NotifyType.FAILURE, "warning": NotifyType.WARNING}
    kind = next((worst[one] for one in worst if any(notice.severity == one for notice in notices)), NotifyType.INFO)
    if good(notices):
        kind = NotifyType.SUCCESS
    asset = AppriseAsset(app_id="Pane", app_desc="Pane", app_url="", async_mode=False, storage_mode="memory")
    plugin = _plugin(module, name)(asset=asset, **how)
    plugin.request_rate_per_sec = 0
    try:
        plugin.notify(body=body, title=headline(delivery, notices), notify_type=kind)
    except _Posted as taken:
        return taken.content.encode(), taken.headers
    raise ValueError(f"Apprise has no message for {module}")


def _said(delivery: Delivery, notices: list[Notice], between: str = "\n") -> str:
    """The text of a chat. What clusters said is in it: it calls nobody (`@all`, `<!channel>`) and hides no link."""
    return re.sub(r"([<@\[])", "\\1\u200b", between.join(lines(delivery, notices)))


def slack(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """To an incoming webhook of Slack, or of what takes the same."""
    tokens = {"token_a": "A" * 9, "token_b": "A" * 9, "token_c": _A_TOKEN}
    body = _said(delivery, notices)
    return _taken("slack", "NotifySlack", delivery, notices, body, include_image=False, include_footer=False, **tokens)


def teams(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """To a workflow of Microsoft Teams that posts what a webhook received."""
    body = _said(delivery, notices, "\n\n")
    dummy = {"host": "h", "workflow": "w", "signature": "s"}
    return _taken("workflows", "NotifyWorkflows", delivery, notices, body, include_image=False, **dummy)


def mattermost(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """To an incoming webhook of Mattermost."""
    body = _said(delivery, notices)
    return _taken("mattermost", "NotifyMattermost", delivery, notices, body, host="h", token=_A_TOKEN)


def pagerduty(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """An event of PagerDuty (Events API v2): good news resolves what bad news of the same object triggered."""
    key = key_in(address_of(delivery.rule))
    content, headers = _taken(
        "pagerduty",
        "NotifyPagerDuty",
        delivery,
        notices,
        "\n".join(lines(delivery, notices))[:700],  # PagerDuty takes 1,024 characters, the headline among them
        apikey=key,
        integrationkey=key,
        action="map",
        dedup=subject_key(delivery, notices),
        source="Pane",
        component=notices[0].name if len(notices) == 1 else "fleet",
        include_image=False,
    )
    return content, {name: value for name, value in headers.items() if name != "Authorization"}  # the key is in it


def opsgenie(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """An alert of Opsgenie, under an alias that is the object's: Opsgenie keeps one of them open at a time."""
    content, headers = _taken(
        "opsgenie",
        "NotifyOpsgenie",
        delivery,
        notices,
        "\n".join(lines(delivery, notices)),
        apikey=key_in(address_of(delivery.rule)),
        targets=None,
        alias=subject_key(delivery, notices),
        action="new",
        priority="p5" if delivery.test else "p1" if any(one.severity == "error" for one in notices) else "p3",
    )
    if good(notices):  # Apprise would ask which alert it was; an alias needs no answer
        content = json.dumps({"source": "Pane", "note": "\n".join(lines(delivery, notices))}).encode()
    return content, headers


def opsgenie_path(delivery: Delivery, notices: list[Notice]) -> str:
    """What follows the address of alerts: good news closes the alert of the same object."""
    if not good(notices):
        return ""
    return f"/{quote(subject_key(delivery, notices), safe='')}/close?identifierType=alias"
