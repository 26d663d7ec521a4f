"""Make a manifest fit for the database: no secret value, no managed fields, no last-applied copy."""

from typing import Any

from regions.domain import manifest as m
from regions.domain.manifest import Manifest

HIDDEN = "‹redacted›"


def redact(manifest: Manifest) -> Manifest:
    """A new manifest without anything that may be a secret. The one given is not touched."""
    return m.mapping(_walk(manifest))


def _walk(value: Any) -> Any:
    if isinstance(value, dict):
        found = {}
        for key, inner in value.items():
            if key in ("managedFields", "kubectl.kubernetes.io/last-applied-configuration"):
                continue
            hide = key in ("config", "values", "files", "data", "stringData", "binaryData")
            found[key] = _shape(inner) if hide else _walk(inner)
        return found
    if isinstance(value, list):
        return [_walk(member) for member in value]
    return value


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(member) for member in value]
    return HIDDEN if m.text(value) else value
