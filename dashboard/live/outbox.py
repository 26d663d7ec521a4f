"""What one socket has yet to be sent: bounded, whatever the browser does."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from dashboard.live.version import version
from regions.domain.wire import time_as_json

MOST_PENDING = 2_000  # fragments; a page holds some hundred
MOST_PARCELS = 50


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to browsers, encoded once for all of them."""

    cursor: str
    fragments: dict[str, str]
    orders: dict[str, list[str]]
    text: str

    @classmethod
    def of(cls, cursor: str, fragments: dict[str, str], orders: dict[str, list[str]]) -> "Parcel":
        return cls(cursor, fragments, orders, encode(cursor=cursor, fragments=fragments, orders=orders))


def encode(**message: Any) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def beat(alive: bool, beat_at: datetime | None) -> dict[str, Any]:
    """The word that this server lives: with whether a watcher does, and which version of pages it serves."""
    watcher = {"alive": alive, "beat_at": time_as_json(beat_at)}
    return {"beat": time_as_json(timezone.now()), "watcher": watcher, "version": version()}


class Outbox:
    """Keeps the last state per fragment until the socket can take it. Shared texts as long as it keeps up."""

    __slots__ = ("_parcels", "_wake", "_words")

    def __init__(self) -> None:
        self._parcels: list[Parcel] = []  # merged when taken: a slow socket must not slow the hub down
        self._words: dict[str, str] = {}
        self._wake = asyncio.Event()

    def put(self, parcel: Parcel) -> bool:
        """Add what changed. False when that is more than is kept: send the whole set instead."""
        self._parcels.append(parcel)
        pending = sum(len(each.fragments) for each in self._parcels)
        if pending > MOST_PENDING or len(self._parcels) > MOST_PARCELS:
            self._parcels = [self._merged()]
        self._wake.set()
        return len(self._parcels[0].fragments) <= MOST_PENDING

    def replace(self, parcel: Parcel) -> None:
        """The whole set: what was pending is part of it."""
        self._parcels = [parcel]
        self._wake.set()

    def say(self, kind: str, text: str) -> None:
        """A word beside the fragments (a beat, trouble); only the last of each kind is kept."""
        self._words[kind] = text
        self._wake.set()

    async def take(self) -> list[str]:
        """Wait until there is something, and take all of it: at most one message of fragments."""
        await self._wake.wait()
        self._wake.clear()
        texts = [self._merged().text] if self._parcels else []
        texts += self._words.values()
        self._parcels, self._words = [], {}
        return texts

    def _merged(self) -> Parcel:
        first, *later = self._parcels
        if not later:
            return first
        fragments, orders = dict(first.fragments), dict(first.orders)
        for parcel in later:
            fragments |= parcel.fragments
            orders |= parcel.orders
        return Parcel.of(later[-1].cursor, fragments, orders)
