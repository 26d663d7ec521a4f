"""The manifests of tests/manifests, by file and name."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from regions.domain.health import Assessment, assess

FOLDER = Path(__file__).resolve().parent.parent.parent / "manifests"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def _loaded(file: str) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load_all((FOLDER / f"{file}.yaml").read_text(), Loader=loader))


def manifests(file: str) -> list[dict[str, Any]]:
    """All objects of a file, copies of your own."""
    return deepcopy(_loaded(file))


def manifest(file: str, name: str) -> dict[str, Any]:
    """One object of a file, a copy of your own. `name` may begin with the kind, where a name occurs twice."""
    for one in _loaded(file):
        if name in (one["metadata"]["name"], f"{one['kind']} {one['metadata']['name']}"):
            return deepcopy(one)
    raise LookupError(f"{file}.yaml has no {name}")


def every_manifest() -> list[dict[str, Any]]:
    """All objects of all files."""
    return [one for path in sorted(FOLDER.glob("*.yaml")) for one in manifests(path.stem)]


def judged(file: str, name: str, idle: float = 5, now: datetime = NOON) -> Assessment:
    """How this object is doing at noon, when it last progressed `idle` minutes ago."""
    return assess(manifest(file, name), now, now - timedelta(minutes=idle))
