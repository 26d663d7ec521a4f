"""The manifests of tests/manifests, by file and name."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from regions.domain.health import Assessment, assess

FOLDER = Path(__file__).resolve().parent.parent / "manifests"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def _documents(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for document in yaml.safe_load_all((FOLDER / f"{file}.yaml").read_text()):
        key = document["metadata"]["name"]
        # Objects of different kinds may share a name: then the kind is part of the key.
        found[f"{document['kind']} {key}"] = document
        found.setdefault(key, document)
    return found


def manifest(file: str, name: str) -> dict[str, Any]:
    """One object of a file, a copy of your own. `name` may begin with the kind, where a name occurs twice."""
    return deepcopy(_documents(file)[name])


def every_manifest() -> list[dict[str, Any]]:
    """All objects of all files."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        found += [deepcopy(document) for document in yaml.safe_load_all(path.read_text())]
    return found


def judged(file: str, name: str, idle: float = 5, now: datetime = NOON) -> Assessment:
    """How this object is doing at noon, when it last progressed `idle` minutes ago."""
    return assess(manifest(file, name), now, now - timedelta(minutes=idle))
