"""The fault fixtures: what the clusters hold, what is asked, and the right answer beside it."""

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from regions.domain import manifest as m

FOLDER = Path(__file__).resolve().parent / "fixtures"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "world")


@cache
def _loaded(name: str) -> dict[str, Any]:
    return yaml.load((FOLDER / f"{name}.yaml").read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def fixture(name: str) -> dict[str, Any]:
    """`about`, `asked`, `answer`, `links`; and `clusters`: by name, everything that they hold."""
    found = deepcopy(_loaded(name))
    gone = {(one["cluster"], one["kind"], one.get("namespace", ""), one["name"]) for one in found.get("without", ())}
    held = {
        (cluster, *_place(one)): one
        for cluster, objects in deepcopy(_loaded("world"))["clusters"].items()
        for one in objects
    }
    held |= {(cluster, *_place(one)): one for cluster, objects in found["clusters"].items() for one in objects}
    clusters: dict[str, list[dict[str, Any]]] = {"~management": [], "dublin": []}
    for place, one in held.items():
        if place not in gone:
            clusters[place[0]].append(one)
    links = {
        cluster: {key: m.parse_time(value) or value for key, value in fields.items()}
        for cluster, fields in found.get("links", {}).items()
    }
    return found | {"clusters": clusters, "links": links}


def _place(manifest: dict[str, Any]) -> tuple[str, str, str]:
    return m.kind(manifest), m.namespace(manifest), m.name(manifest)
