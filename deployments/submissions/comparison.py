"""What stands beside what was asked. Only what was asked is compared: clusters add much of their own."""

import base64
from collections.abc import Iterator
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.diffs import HIDDEN, DiffLine
from deployments.domain.manifests import secret_kind
from regions.domain import manifest as m
from regions.domain.manifest import Manifest

_LONGEST = 300


def differences(wanted: Manifest, stands: Manifest) -> tuple[DiffLine, ...]:
    """Every value that was asked and stands otherwise. `wanted` is as sent, `stands` as the cluster has it."""
    hidden = secret_kind(wanted)
    return tuple(
        DiffLine(path, _said(before, hidden), _said(after, hidden))
        for path, after, before in _walk("", settled(wanted), stands)
    )


def settled(wanted: Manifest) -> Manifest:
    """What was sent, as the cluster keeps it: of a Secret, text becomes base64."""
    if not secret_kind(wanted) or "stringData" not in wanted:
        return wanted
    kept = {key: value for key, value in wanted.items() if key != "stringData"}
    data = {key: base64.b64encode(value.encode()).decode() for key, value in wanted["stringData"].items()}
    return {**kept, "data": {**m.mapping(wanted.get("data")), **data}}


def patch(wanted: Manifest) -> Manifest:
    """A merge patch that makes what stands what is wanted."""
    metadata = {key: value for key, value in m.mapping(wanted.get("metadata")).items() if key in _OURS}
    rest = {key: value for key, value in settled(wanted).items() if key not in ("apiVersion", "kind", "metadata")}
    return {"metadata": metadata, **rest}


_OURS = ("labels", "annotations")
_ABSENT = object()


def _says_nothing(wanted: Any) -> bool:
    """Whether it only asks, if for anything, that something is not there."""
    if isinstance(wanted, dict):
        return all(map(_says_nothing, wanted.values()))
    return wanted in (None, "")


def _walk(path: str, wanted: Any, stands: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(wanted, dict) and isinstance(stands, dict):
        for key, value in wanted.items():
            yield from _walk(f"{path}.{key}" if path else key, value, stands.get(key, _ABSENT))
    elif isinstance(wanted, list) and isinstance(stands, list) and len(wanted) == len(stands):
        for place, value in enumerate(wanted):
            yield from _walk(f"{path}[{place}]", value, stands[place])
    elif not (stands is _ABSENT and _says_nothing(wanted)) and not safe_yaml.same(wanted, stands):
        yield path, wanted, stands


def _said(value: Any, hidden: bool) -> str:
    if value is _ABSENT:
        return ""
    if hidden:
        return HIDDEN
    text = value if isinstance(value, str) else safe_yaml.dump(value).rstrip("\n")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
