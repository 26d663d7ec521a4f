"""How much of one object is shown. Its CRD may allow thousands of conditions, services or labels; a page and an answer
of the API hold some, and say how many there are."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

CONDITIONS = 60
"""Of one object. k0rdent reports at most sixteen, Cluster API about twenty."""

SERVICES = 200
LABELS = 60
NAMES = 100
"""In a list of names: upgrades, providers, namespaces."""

TEXT = 8_000
"""Characters of one message. A condition's own limit is 32,768."""

_YAML_TEXT, _YAML_ITEMS, _YAML_SIZE = 2_000, 100, 120_000


class Some(tuple[T, ...]):
    """The first of many, and how many there are. A tuple like any other, for templates and serializers."""

    total: int

    @classmethod
    def of(cls, items: Iterable[T], most: int) -> "Some[T]":
        """The first `most` of these, all of which are counted."""
        everything = items if isinstance(items, list | tuple) else list(items)
        found = cls(everything[:most])
        found.total = items.total if isinstance(items, Some) else len(everything)
        return found

    @property
    def more(self) -> int:
        """How many are left out."""
        return self.total - len(self)

    @property
    def left_out(self) -> str:
        """The same as people write it: 4,950."""
        return f"{self.more:,}"

    def arranged(self, key: Callable[[T], Any]) -> "Some[T]":
        """The same ones in another order."""
        found = type(self)(sorted(self, key=key))
        found.total = self.total
        return found


def share(count: int) -> int:
    """How long each of so many texts may be, so that all of them together stay readable."""
    return max(300, min(TEXT, 120_000 // max(1, count)))


def cut(text: str, most: int = TEXT) -> str:
    """A text no longer than this and a note of what is left out."""
    return text if len(text) <= most else f"{text[:most]}… and {len(text) - most:,} more characters"


def outline(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest to read as YAML: long texts, lists and mappings are cut, with a note in place of the rest.

    Nothing is altered in one of ordinary size. As a whole it is no longer than some 120,000 characters.
    """
    room = [_YAML_SIZE]
    found = _outline(dict(manifest), room)
    return found if isinstance(found, dict) else {}


def _outline(value: Any, room: list[int]) -> Any:
    if isinstance(value, str):
        said = cut(value, max(0, min(_YAML_TEXT if len(value) > 2 * _YAML_TEXT else len(value), room[0])))
        room[0] -= len(said) + 8
        return said
    if isinstance(value, Mapping):
        kept: dict[str, Any] = {}
        for key, inner in islice(value.items(), _YAML_ITEMS):
            if room[0] <= 0:
                break
            room[0] -= len(str(key)) + 8
            kept[cut(str(key), _YAML_TEXT)] = _outline(inner, room)
        return kept | {"…": f"and {len(value) - len(kept):,} more"} if len(kept) < len(value) else kept
    if isinstance(value, list):
        items: list[Any] = []
        for inner in islice(value, _YAML_ITEMS):
            if room[0] <= 0:
                break
            items.append(_outline(inner, room))
        return [*items, f"… and {len(value) - len(items):,} more"] if len(items) < len(value) else items
    room[0] -= 8
    return value
