"""How a message is put for who receives it. A rule's address says which channel: `https://…` is our own signed message,
`name+https://…` that of the channel `name`, posted to `https://…`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Delivery, Notice
from dashboard.notices import messages

Message = tuple[bytes, dict[str, str]]
"""The body and the headers of one POST."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`write` is pure: the same delivery at the same moment is the same message."""

    title: str
    write: Callable[[Delivery, list[Notice], datetime], Message]


def _signed(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    content = messages.body(delivery, notices)
    return content, messages.headers(delivery, content, now)


CHANNELS: dict[str, Channel] = {
    "": Channel("Signed webhook", _signed),
}
"""By the word before the `+` of an address."""


def channel_and_address(url: str) -> tuple[str, str]:
    """The word that names the channel (empty: our own), and where messages are posted."""
    word, plus, address = url.partition("+")
    return (word, address) if plus and word.isalnum() else ("", url)


def wrong_channel(url: str) -> str:
    """Why there is no way to put a message for this address, in words; empty when there is one."""
    word, _ = channel_and_address(url)
    if word in CHANNELS:
        return ""
    known = ", ".join(f"{name}+https://" for name in CHANNELS if name)
    return f"There is no channel “{word}”. Write {f'{known} or ' if known else ''}an address that begins with https://."


def message(delivery: Delivery, notices: list[Notice], now: datetime) -> Message:
    """What is posted for this delivery. (Of a channel that is no more, nothing will be: see `wrong_channel`.)"""
    word, _ = channel_and_address(delivery.rule.url)
    return CHANNELS.get(word, CHANNELS[""]).write(delivery, notices, now)
