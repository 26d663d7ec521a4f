"""Values over defaults, as Helm lays them: mappings merge, lists replace, null deletes."""

from collections.abc import Iterable, Mapping
from typing import Any

from deployments.domain.safe_yaml import same

Path = tuple[str, ...]


def merge(defaults: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """What the chart is rendered with. Neither argument is touched."""
    merged: dict[str, Any] = {key: _copy(value) for key, value in defaults.items()}
    for key, value in config.items():
        if value is None:
            if merged.get(key) is not None:
                del merged[key]
        elif isinstance(value, Mapping):
            below = merged.get(key)
            merged[key] = merge(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[key] = _copy(value)
    return merged


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list | tuple) else value


def difference(defaults: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """The least of `config` that, laid over the defaults, gives the same: what to send.

    What equals its default is left out, so that a new template brings its new defaults.
    """
    kept: dict[str, Any] = {}
    for key, value in config.items():
        if value is None:
            if defaults.get(key) is not None:
                kept[key] = None
            continue
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            if below := difference(default, value):
                kept[key] = below
        elif isinstance(value, Mapping) and value:
            # There is nothing to delete below a key that has no default.
            kept[key] = merge({}, value)
        elif key not in defaults or not same(default, value):
            kept[key] = _copy(value)
    return kept


def wanted(defaults: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Any]:
    """The config that makes `full` out of the defaults: keys that it lacks are deleted by null."""
    kept: dict[str, Any] = {key: None for key in defaults if key not in full and defaults[key] is not None}
    for key, value in full.items():
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            if below := wanted(default, value):
                kept[key] = below
        elif key not in defaults or not same(default, value):
            kept[key] = _copy(value)
    return kept


_ABSENT = object()


def at(values: Any, path: Iterable[str], absent: Any = None) -> Any:
    """What lies at this path of mappings, else `absent`."""
    for step in path:
        if not isinstance(values, Mapping) or step not in values:
            return absent
        values = values[step]
    return values


def has(values: Any, path: Iterable[str]) -> bool:
    """Whether anything, null included, lies at this path."""
    return at(values, path, _ABSENT) is not _ABSENT


def put(values: dict[str, Any], path: Path, value: Any) -> None:
    """Lay the value at this path; mappings on the way are made."""
    for step in path[:-1]:
        below = values.get(step)
        if not isinstance(below, dict):
            below = values[step] = {}
        values = below
    values[path[-1]] = value
