"""Events are one set of objects behind two APIs: core/v1 and events.k8s.io/v1, with other field names."""

from typing import Any

Manifest = dict[str, Any]
_RENAMED = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_BACK = {new: old for old, new in _RENAMED.items()}
_FIRST = ("apiVersion", "kind", "metadata")


def to_new(core: Manifest) -> Manifest:
    """core/v1 → events.k8s.io/v1, which is how Events are kept here."""
    event = {_RENAMED.get(name, name): value for name, value in core.items()}
    event["apiVersion"] = "events.k8s.io/v1"
    return _dressed(event)


def as_kept(event: Manifest) -> Manifest:
    """An events.k8s.io/v1 Event with the fields that a server always shows."""
    return _dressed(event)


def to_core(event: Manifest) -> Manifest:
    core = {_BACK.get(name, name): value for name, value in event.items()}
    core["apiVersion"] = "v1"
    core.setdefault("reportingComponent", "")
    core.setdefault("reportingInstance", "")
    return core


def _dressed(event: Manifest) -> Manifest:
    event.setdefault("regarding", {})
    event.setdefault("eventTime", None)
    event.setdefault("deprecatedSource", {})
    event.setdefault("deprecatedFirstTimestamp", None)
    event.setdefault("deprecatedLastTimestamp", None)
    first = {name: event[name] for name in _FIRST}
    return first | {name: value for name, value in event.items() if name not in _FIRST}
