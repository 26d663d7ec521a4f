"""Two texts side by side, line by line: what both have folds away but for a few lines around each change."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from deployments.domain import safe_yaml
from deployments.domain.diffs import owned, patched
from deployments.domain.manifests import Planned, secret_kind
from deployments.domain.rendering import without_submission
from regions.domain.manifest import Manifest

AROUND = 3
MOST_LINES = 4000  # comparing takes the square of it at worst


@dataclass(frozen=True, slots=True)
class SideLine:
    """One row: a line of each side with its number, or none. `kind` is same, changed, gone, new or folded."""

    kind: str
    before: str = ""
    after: str = ""
    before_number: int | None = None
    after_number: int | None = None
    folded: int = 0  # how many lines stand here that both have


def sides(one: Planned, stands: Manifest | None) -> tuple[SideLine, ...]:
    """The object as the cluster has it beside what a change makes of it; nothing where it is a Secret or no change."""
    if stands is None or one.verb != "patch" or secret_kind(one.manifest):
        return ()
    change = {key: value for key, value in one.manifest.items() if key not in ("apiVersion", "kind")}
    before, after = (without_submission(owned(each)) for each in (stands, patched(stands, change)))
    return tuple(compared(safe_yaml.dump(before), safe_yaml.dump(after)))


def compared(before: str, after: str) -> Iterator[SideLine]:
    """The rows of both texts."""
    left, right = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    known = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for place, (kind, a, b, c, d) in enumerate(known):
        if kind != "equal":
            for at in range(max(b - a, d - c)):
                yield _changed(left, right, a + at if a + at < b else None, c + at if c + at < d else None)
            continue
        head = AROUND if place else 0
        tail = AROUND if place + 1 < len(known) else 0
        hidden = range(head, (b - a) - tail) if b - a > head + tail + 1 else range(0)
        for at in range(b - a):
            if at in hidden:
                if at == hidden.start:
                    yield SideLine("folded", folded=len(hidden))
                continue
            yield SideLine("same", left[a + at], right[c + at], a + at + 1, c + at + 1)


def _changed(left: list[str], right: list[str], a: int | None, c: int | None) -> SideLine:
    kind = "new" if a is None else "gone" if c is None else "changed"
    return SideLine(
        kind,
        "" if a is None else left[a],
        "" if c is None else right[c],
        None if a is None else a + 1,
        None if c is None else c + 1,
    )
