"""The state of one cluster: objects as bytes, one counter of versions, a bounded history, and who watches."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

Manifest = dict[str, Any]
encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

Key = str  # "namespace/name", or "name" for what belongs to the whole cluster: also the order of lists


class Item:
    """One object at one version. Never altered."""

    __slots__ = ("key", "labels", "raw", "uid", "version")

    def __init__(self, key: Key, manifest: Manifest, version: int) -> None:
        metadata = manifest["metadata"]
        metadata["resourceVersion"] = str(version)
        self.key = key
        self.version = version
        self.uid: str = metadata.get("uid", "")
        self.labels: dict[str, str] | None = metadata.get("labels")
        self.raw: bytes = encode(manifest)

    @property
    def manifest(self) -> Manifest:
        """A fresh copy."""
        manifest: Manifest = decode(self.raw)
        return manifest


class Happening:
    """One entry of the history: what `item` became, and what it was before."""

    __slots__ = ("before", "item", "table", "type", "version")

    def __init__(self, type_: str, table: str, item: Item, before: Item | None) -> None:
        self.type = type_
        self.table = table
        self.item = item
        self.before = before
        self.version = item.version


class Follower:
    """What a watch has not sent yet. Wakes whoever waits."""

    __slots__ = ("_wake", "dead", "pending")

    def __init__(self) -> None:
        self.pending: deque[Happening] = deque()
        self.dead = ""  # why it must end: "expired", "closed"
        self._wake = asyncio.Event()

    def push(self, happening: Happening) -> None:
        self.pending.append(happening)
        self._wake.set()

    def end(self, why: str) -> None:
        self.dead = why
        self._wake.set()

    async def wait(self, seconds: float) -> None:
        """Until something is pending or it must end; at most so long."""
        if self.pending or self.dead:
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            pass


class Gone(Exception):
    """A version is older than the history."""


class Store:
    def __init__(self, first_version: int = 1000, history: int = 20_000) -> None:
        self.version = first_version
        self.oldest = first_version  # versions below cannot be resumed from
        self._tables: dict[str, dict[Key, Item]] = {}
        self._order: dict[str, list[Key]] = {}
        self._moved: dict[str, int] = {}
        self._history: deque[Happening] = deque()
        self._keep = history
        self._followers: dict[str, set[Follower]] = {}
        self._owned: dict[str, set[tuple[str, Key]]] = {}

    # -- reading -------------------------------------------------------------------------------------------------

    def get(self, table: str, key: Key) -> Item | None:
        return self._tables.get(table, {}).get(key)

    def items(self, table: str) -> Iterable[Item]:
        return self._tables.get(table, {}).values()

    def count(self, table: str) -> int:
        return len(self._tables.get(table, {}))

    def moved(self, table: str) -> int:
        """The version of the last change in this table."""
        return self._moved.get(table, 0)

    def at(self, table: str, version: int) -> tuple[list[Key], dict[Key, Item]]:
        """The table in order, as it was at a version. Raises Gone when the history does not reach back so far."""
        now = self._tables.setdefault(table, {})
        later = list(self._since(version, table))
        if not later:
            if table not in self._order:
                self._order[table] = sorted(now)
            return self._order[table], now
        then = dict(now)
        for happening in reversed(later):
            if happening.before is None:
                then.pop(happening.item.key, None)
            else:
                then[happening.item.key] = happening.before
        return sorted(then), then

    def owned_by(self, uid: str) -> list[tuple[str, Item]]:
        """What names this uid as an owner: (table, object)."""
        found = ((table, self.get(table, key)) for table, key in sorted(self._owned.get(uid, ())))
        return [(table, item) for table, item in found if item]

    # -- writing -------------------------------------------------------------------------------------------------

    def load(self, table: str, key: Key, manifest: Manifest) -> None:
        """At the start: in place, without history. A loaded version cannot be resumed from before."""
        self.version += 1
        self.oldest = self.version
        self._place(table, Item(key, manifest, self.version))

    def put(self, table: str, key: Key, manifest: Manifest) -> Item:
        before = self.get(table, key)
        self.version += 1
        item = Item(key, manifest, self.version)
        self._place(table, item)
        self._tell(Happening("MODIFIED" if before else "ADDED", table, item, before))
        return item

    def drop(self, table: str, key: Key) -> Item:
        """Remove; answers the last state, at the version of the removal."""
        before = self._tables[table].pop(key)
        self._order.pop(table, None)
        self._disown(table, before)
        self.version += 1
        item = Item(key, before.manifest, self.version)
        self._moved[table] = self.version
        self._tell(Happening("DELETED", table, item, before))
        return item

    def _place(self, table: str, item: Item) -> None:
        rows = self._tables.setdefault(table, {})
        before = rows.get(item.key)
        if before is None:
            self._order.pop(table, None)
        elif b'"ownerReferences"' in before.raw:
            self._disown(table, before)
        rows[item.key] = item
        self._moved[table] = item.version
        if b'"ownerReferences"' in item.raw:
            for owner in _owners(item):
                self._owned.setdefault(owner, set()).add((table, item.key))

    def _disown(self, table: str, item: Item) -> None:
        if b'"ownerReferences"' not in item.raw:
            return
        for owner in _owners(item):
            owned = self._owned.get(owner, set())
            owned.discard((table, item.key))
            if not owned:
                self._owned.pop(owner, None)

    # -- history and watching ------------------------------------------------------------------------------------

    def follow(self, table: str, version: int) -> Follower:
        """Everything in this table after a version. Raises Gone when the history does not reach back so far."""
        follower = Follower()
        follower.pending.extend(self._since(version, table))
        self._followers.setdefault(table, set()).add(follower)
        return follower

    def unfollow(self, table: str, follower: Follower) -> None:
        self._followers.get(table, set()).discard(follower)

    def followers(self) -> list[Follower]:
        return [follower for followers in self._followers.values() for follower in followers]

    def forget(self) -> None:
        """All history: every earlier version is gone."""
        self._history.clear()
        self.version += 1
        self.oldest = self.version

    def _since(self, version: int, table: str) -> Iterator[Happening]:
        if version < self.oldest:
            raise Gone(f"too old resource version: {version} ({self.oldest})")
        if not self._history or self._moved.get(table, 0) <= version:
            return
        newer = []
        for happening in reversed(self._history):
            if happening.version <= version:
                break
            if happening.table == table:
                newer.append(happening)
        yield from reversed(newer)

    def _tell(self, happening: Happening) -> None:
        self._history.append(happening)
        if len(self._history) > self._keep:
            self.oldest = self._history.popleft().version
        for follower in self._followers.get(happening.table, ()):
            follower.push(happening)


def _owners(item: Item) -> list[str]:
    return [owner["uid"] for owner in item.manifest["metadata"].get("ownerReferences") or []]
