"""How a message is put for who receives it. A rule's address says which channel: `https://…` is our own signed message,
`name+https://…` that of the channel `name`, posted to `https://…`; `mailto:…` is e-mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from dashboard.models import Delivery, Notice
from dashboard.notices import chats, messages, texts
from dashboard.notices.addresses import address_of, channel_and_address

Message = tuple[bytes, dict[str, str]]
"""The body and the headers of one POST."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`write` is pure: the same delivery at the same moment is the same message. `help` says what to paste as address,
    `key` what else it takes; `each`: what turned is told one object a message, as pagers have it."""

    title: str
    write: Callable[[Delivery, list[Notice], datetime], Message]
    help: str = ""
    key: str = ""
    each: bool = False
    path: Callable[[Delivery, list[Notice]], str] = lambda delivery, notices: ""


def _signed(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    content = messages.body(delivery, notices)
    return content, messages.headers(delivery, content, now)


def _mail(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    text = "\n".join([*texts.lines(delivery, notices), "", f"Sent by Pane, rule “{delivery.rule.name}”."])
    return text.encode(), {"Subject": " ".join(texts.headline(delivery, notices).split())}


CHANNELS: dict[str, Channel] = {
    "": Channel("Signed webhook", _signed, "An address that gets a signed POST with JSON."),
    "slack": Channel("Slack", chats.slack, "The address of an incoming webhook: https://hooks.slack.com/services/…"),
    "teams": Channel(
        "Microsoft Teams",
        chats.teams,
        "The address of a workflow “Post to a channel when a webhook request is received”.",
    ),
    "mattermost": Channel("Mattermost", chats.mattermost, "The address of an incoming webhook: https://…/hooks/…"),
    "pagerduty": Channel(
        "PagerDuty",
        chats.pagerduty,
        "https://events.pagerduty.com/v2/enqueue, or https://events.eu.pagerduty.com/v2/enqueue.",
        key="The integration key of a service (Events API v2).",
        each=True,
    ),
    "opsgenie": Channel(
        "Opsgenie",
        chats.opsgenie,
        "https://api.opsgenie.com/v2/alerts, or https://api.eu.opsgenie.com/v2/alerts.",
        key="The key of an API integration.",
        each=True,
        path=chats.opsgenie_path,
    ),
    "email": Channel("E-mail", _mail, "Addresses of people, between commas."),
}
"""By the word before the `+` of an address."""


def channel_of(url: str) -> Channel:
    """The channel of an address; of one that is no more our own, by which nothing is sent (`wrong_channel`)."""
    return CHANNELS.get(channel_and_address(url)[0], CHANNELS[""])


def wrong_channel(url: str) -> str:
    """Why there is no way to put a message for this address, in words; empty when there is one."""
    word, _ = channel_and_address(url)
    if word in CHANNELS:
        return ""
    known = ", ".join(f"{name}+https://" for name in CHANNELS if name and name != "email")
    return f"There is no channel “{word}”. Write {known} or an address that begins with https://."


def message(delivery: Delivery, notices: list[Notice], now: datetime) -> tuple[str, bytes, dict[str, str]]:
    """Where this delivery goes and what is posted there. The address is empty when it can no longer be read."""
    address = address_of(delivery.rule)
    if not address:
        return address, b"", {}
    channel = channel_of(address)
    content, headers = channel.write(delivery, notices, now)
    return urldefrag(address).url + channel.path(delivery, notices), content, headers
