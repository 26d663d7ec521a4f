"""What a kind's OpenAPI schema says of its fields, as small as an editor needs it."""

from collections.abc import Mapping
from typing import Any

DEEPEST = 14
LONGEST = 400
_KEPT = ("type", "enum", "default", "examples", "format", "pattern", "minimum", "maximum")

Schema = dict[str, Any]


def of_kind(document: Mapping[str, Any], group: str, version: str, kind: str) -> Schema | None:
    """The schema of a kind in an OpenAPI 3 document of its group; None when it is not there."""
    wanted = {"group": group, "version": version, "kind": kind}
    schemas = _mapping(_mapping(document.get("components")).get("schemas"))
    for one in schemas.values():
        known = _mapping(one).get("x-kubernetes-group-version-kind")
        if isinstance(known, list) and wanted in known:
            return outlined(one, schemas)
    return None


def outlined(schema: Any, schemas: Mapping[str, Any] | None = None, depth: int = 0) -> Schema:
    """Only types, choices, defaults and first sentences; references (`#/components/schemas/…`) are followed."""
    said = _mapping(schema)
    for inner in (said.get("$ref"), *(_mapping(one).get("$ref") for one in said.get("allOf") or ())):
        if isinstance(inner, str) and schemas is not None:
            said = {**_mapping(schemas.get(inner.rsplit("/", 1)[-1])), **said}
    found: Schema = {key: said[key] for key in _KEPT if key in said}
    if isinstance(text := said.get("description"), str) and text:
        found["description"] = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if depth >= DEEPEST:
        return found
    if properties := _mapping(said.get("properties")):
        found["properties"] = {str(key): outlined(one, schemas, depth + 1) for key, one in properties.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(said.get(key), Mapping):
            found[key] = outlined(said[key], schemas, depth + 1)
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
