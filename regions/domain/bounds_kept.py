"""How much of one object is kept: what nobody could read anyway must not make every page of it heavy.

Kubernetes lets an object be 1.5 MB large (the limit of etcd), with as many conditions, labels or services as fit. Of a
list the first so many are kept, of conditions those that matter; of a text the first so many letters. What is left out
is counted in an annotation of ours, so that a page can say how much more there is. What drives forms (the defaults and
schemas of charts) is kept whole.
"""

from typing import Any

from regions.domain.manifest import Manifest, annotations

MOST = 5_000
"""Members of a list, and keys of a mapping. A service may well be on a thousand clusters."""
MOST_CONDITIONS = 200
LONGEST = 16_000
"""Letters of one text; a condition's message may have 32,768."""
SHORT = 200
"""Texts up to here are never cut, and not counted."""
LARGEST = 256_000
"""Letters of all longer texts together; those that come after are cut short."""
LEFT_OUT = "pane.k0rdent.dev/left-out"


def bounded(manifest: Manifest) -> Manifest:
    """A manifest of which no more is kept than anybody looks at. Bounding twice changes nothing."""
    bounds = _Bounds()
    kept = {
        key: value if key == "data" else {**bounds.walk(key, value), **_whole(value)} if key == "status"
        and isinstance(value, dict) else bounds.walk(key, value)
        for key, value in manifest.items()
    }  # fmt: skip
    if bounds.left_out and isinstance(kept.get("metadata"), dict):
        said = ", ".join(f"{number} {key}" for key, number in sorted(bounds.left_out.items()))
        held = kept["metadata"].get("annotations")
        kept["metadata"]["annotations"] = {**(held if isinstance(held, dict) else {}), LEFT_OUT: said}
    return kept


def left_out(manifest: Manifest) -> dict[str, int]:
    """By the name of a list or mapping, how many of its members were left out."""
    found = {}
    for part in annotations(manifest).get(LEFT_OUT, "").split(", "):
        number, _, key = part.partition(" ")
        if number.isdigit() and len(number) < 10 and key:
            found[key] = int(number)
    return found


def too_large(value: Any, key: str = "") -> bool:
    """Whether this list, mapping or text has more than is kept of it."""
    if isinstance(value, str):
        return len(value) > LONGEST
    return len(value) > (MOST_CONDITIONS if key == "conditions" else MOST)


def _whole(status: dict[str, Any]) -> dict[str, Any]:
    """The defaults of a chart, which templates have in their status."""
    return {"config": status["config"]} if "config" in status else {}


class _Bounds:
    """Counts what is left out of one manifest."""

    def __init__(self) -> None:
        self.left_out: dict[str, int] = {}
        self.letters = 0

    def walk(self, key: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.walk(key, member) for member in self._members(key, value)]
        if isinstance(value, dict):
            kept = list(value.items())[:MOST]
            self._count(key, len(value) - len(kept))
            return {name: self.walk(name, below) for name, below in kept}
        return value

    def _text(self, value: str) -> str:
        if len(value) <= SHORT:
            return value
        most = LONGEST if self.letters < LARGEST else SHORT
        self.letters += len(value)
        if len(value) <= most:
            return value
        said = f"… ({len(value) - most:,} letters more)"
        return value[: most - len(said)] + said

    def _members(self, key: str, value: list[Any]) -> list[Any]:
        most = MOST_CONDITIONS if key == "conditions" else MOST
        self._count(key, len(value) - most)
        if len(value) <= most or key != "conditions":
            return value[:most]
        ranked = sorted(range(len(value)), key=lambda place: (_rank(value[place]), place))
        return [value[place] for place in sorted(ranked[:most])]

    def _count(self, key: str, more: int) -> None:
        if more > 0:
            self.left_out[key] = self.left_out.get(key, 0) + more


def _rank(condition: Any) -> int:
    """What decides over the whole comes first, then whatever is not as it should be."""
    if not isinstance(condition, dict):
        return 3
    if condition.get("type") in ("Ready", "Available", "Deleting", "Paused"):
        return 0
    return 2 if condition.get("status") == "True" else 1
