"""Objects as kubectl prints them: meta.k8s.io Tables and PartialObjectMetadata."""

import re
from datetime import UTC, datetime
from typing import Any

from dashboard.demo.apiserver.resources import Column, Resource

Manifest = dict[str, Any]
_STEP = re.compile(r"\.?([A-Za-z0-9_-]+)|\[\?\(@\.(\w+)\s*==\s*['\"]([^'\"]*)['\"]\)\]|\['([^']+)'\]|\[(\d+)\]")


def wanted(accept: str) -> str:
    """What the client would like: "Table", "PartialObjectMetadata", "PartialObjectMetadataList" or "" for objects."""
    for part in accept.split(","):
        if "as=" in part and "g=meta.k8s.io" in part and "json" in part:
            return part.partition("as=")[2].partition(";")[0].strip()
        if part.strip().startswith(("application/json", "*/*")):
            return ""
    return ""


def table(resource: Resource, manifests: list[Manifest], now: datetime, metadata: Manifest, whole: str) -> Manifest:
    """A Table of these objects. `whole` is includeObject: Metadata, Object or None."""
    columns = [Column("Name", ".metadata.name"), *resource.columns]
    definitions = [
        {
            "name": column.name,
            "type": _type(column),
            "format": "name" if column.name == "Name" else "",
            "description": "",
            "priority": column.priority,
        }
        for column in columns
    ]
    rows = []
    for manifest in manifests:
        row: Manifest = {"cells": [cell(manifest, column, now) for column in columns]}
        if whole != "None":
            row["object"] = manifest if whole == "Object" else partial(manifest)
        rows.append(row)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": definitions,
        "rows": rows,
    }


def partial(manifest: Manifest) -> Manifest:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": manifest["metadata"]}


def cell(manifest: Manifest, column: Column, now: datetime) -> Any:
    match column.type:
        case "event-age":
            series = manifest.get("series") or {}
            names = ("deprecatedLastTimestamp", "lastTimestamp", "eventTime")
            seen = [series.get("lastObservedTime"), *(manifest.get(name) for name in names)]
            return age(next(filter(None, seen), manifest["metadata"].get("creationTimestamp")), now)
        case "event-object":
            about = manifest.get("regarding") or manifest.get("involvedObject") or {}
            return f"{about.get('kind', '').lower()}/{about.get('name', '')}"
        case "event-message":
            return (manifest.get("note") or manifest.get("message") or "").strip()
        case "count":
            return len(_read(manifest, column.path) or {})
        case "date":
            found = _read(manifest, column.path)
            return age(found, now) if found else None
    found = _read(manifest, column.path)
    if found is None or isinstance(found, dict | list):
        return None if found is None else str(found)
    return str(found).lower() if isinstance(found, bool) and column.type == "string" else found


def age(then: str | None, now: datetime) -> str:
    """As kubectl says it: 5s, 12m, 3h20m, 4d, 2y."""
    if not then:
        return "<unknown>"
    seconds = max(0, int((now - datetime.fromisoformat(then).astimezone(UTC)).total_seconds()))
    if seconds < 120:
        return f"{seconds}s"
    if seconds < 600:
        return f"{seconds // 60}m" + (f"{seconds % 60}s" if seconds % 60 else "")
    if seconds < 3 * 3600:
        return f"{seconds // 60}m"
    if seconds < 8 * 3600:
        return f"{seconds // 3600}h" + (f"{seconds % 3600 // 60}m" if seconds % 3600 // 60 else "")
    if seconds < 48 * 3600:
        return f"{seconds // 3600}h"
    if seconds < 8 * 86400:
        return f"{seconds // 86400}d" + (f"{seconds % 86400 // 3600}h" if seconds % 86400 // 3600 else "")
    if seconds < 2 * 365 * 86400:
        return f"{seconds // 86400}d"
    years, days = divmod(seconds // 86400, 365)
    return f"{years}y{days}d" if years < 8 and days else f"{years}y"


def _type(column: Column) -> str:
    return {"date": "string", "count": "integer"}.get(column.type, "string" if "event" in column.type else column.type)


def _read(manifest: Manifest, path: str) -> Any:
    """What a printer column's JSONPath finds first."""
    here: Any = manifest
    for name, key, value, quoted, index in _STEP.findall(path):
        if key:
            here = next((each for each in here or [] if each.get(key) == value), None)
        elif index:
            here = here[int(index)] if isinstance(here, list) and len(here) > int(index) else None
        else:
            here = here.get(name or quoted) if isinstance(here, dict) else None
        if here is None:
            return None
    return here
