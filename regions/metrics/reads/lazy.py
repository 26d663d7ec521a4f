"""Mappings whose values are made when they are first looked at: a page shows a dozen of a hundred figures."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class Lazy(Mapping[str, V], Generic[V]):
    """Reads like a dict that cannot be altered; each value is made once. What it is made of was read before."""

    def __init__(self, keys: tuple[str, ...], make: Callable[[str], V]) -> None:
        self._keys = dict.fromkeys(keys)
        self._make = make
        self._made: dict[str, V] = {}

    @classmethod
    def whole(cls, make: Callable[[], Mapping[str, V]]) -> "Mapping[str, V]":
        """One whose keys, too, are only known when it is looked at."""
        return _Whole(make)

    def __getitem__(self, key: str) -> V:
        if key not in self._made:
            if key not in self._keys:
                raise KeyError(key)
            self._made[key] = self._make(key)
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"Lazy({list(self._keys)})"


class _Whole(Mapping[str, V], Generic[V]):
    def __init__(self, make: Callable[[], Mapping[str, V]]) -> None:
        self._make: Callable[[], Mapping[str, V]] | None = make
        self._found: Mapping[str, V] = {}

    def _all(self) -> Mapping[str, V]:
        if self._make is not None:
            self._found, self._make = self._make(), None
        return self._found

    def __getitem__(self, key: str) -> V:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())
