"""Readers over manifests as a cluster sends them. None raises on a malformed one: what is not there is empty."""

from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypedDict

Manifest = dict[str, Any]


class Condition(TypedDict):
    """One condition, every field present, of whichever shape the cluster sent."""

    type: str
    status: str  # True, False or Unknown
    reason: str
    message: str
    severity: str  # Cluster API before v1beta2: Error, Warning or Info
    changed_at: datetime | None
    observed_generation: int | None


def mapping(value: object) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[dict[str, Any]]:
    """Those members of a list that are mappings; nothing for what is no list."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """A scalar as text, never with NUL in it, which PostgreSQL refuses; empty for what is no scalar."""
    if isinstance(value, str):
        return value if "\x00" not in value else value.replace("\x00", "")
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:
        return ""  # a number of more digits than Python writes out


def texts(value: object) -> list[str]:
    """Those members of a list that are scalars, as text; nothing for what is no list."""
    return [said for one in value if (said := text(one))] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """A whole number, also if it was written as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return None


def part(manifest: object, *path: str) -> Any:
    """What lies at this path of mappings, else None."""
    for step in path:
        if not isinstance(manifest, dict):
            return None
        manifest = manifest.get(step)
    return manifest


def parse_time(value: object) -> datetime | None:
    """A moment as Kubernetes writes it, in UTC; None when it is not one.

    Go's zero time means that there is none; and a moment without a year before or after it cannot be reckoned with.
    """
    return _moment(value) if isinstance(value, str) and _SHORTEST <= len(value) <= _LONGEST else None


_SHORTEST, _LONGEST = len("2026-01-01T00:00:00"), 64


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime | None:
    # The conditions of an object share their moments, and are read more than once.
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1 < moment.year < MAXYEAR else None


def group_of(api_version: object) -> str:
    """The group in an apiVersion; empty for the core group."""
    group, slash, _ = text(api_version).partition("/")
    return group if slash else ""


def group(manifest: Manifest) -> str:
    """The API group of an object."""
    return group_of(manifest.get("apiVersion"))


def kind(manifest: Manifest) -> str:
    """The kind of an object."""
    return text(manifest.get("kind"))


def name(manifest: Manifest) -> str:
    """The name of an object."""
    return text(part(manifest, "metadata", "name"))


def namespace(manifest: Manifest) -> str:
    """The namespace of an object; empty for cluster-scoped ones."""
    return text(part(manifest, "metadata", "namespace"))


def labels(manifest: Manifest) -> dict[str, str]:
    """Its labels."""
    return {text(key): text(value) for key, value in mapping(part(manifest, "metadata", "labels")).items()}


def annotations(manifest: Manifest) -> dict[str, str]:
    """Its annotations."""
    return {key: text(value) for key, value in mapping(part(manifest, "metadata", "annotations")).items()}


def created_at(manifest: Manifest) -> datetime | None:
    """When it was created."""
    return parse_time(part(manifest, "metadata", "creationTimestamp"))


def deleting_at(manifest: Manifest) -> datetime | None:
    """When somebody asked for its deletion; None if nobody did."""
    return parse_time(part(manifest, "metadata", "deletionTimestamp"))


def age(manifest: Manifest, now: datetime) -> timedelta | None:
    """How old it is; never negative, None when it does not say."""
    created = created_at(manifest)
    return max(now - created, timedelta(0)) if created else None


def owner(manifest: Manifest, group: str, kind: str) -> str:
    """The name of the owner of this kind; empty if it has none."""
    for reference in items(part(manifest, "metadata", "ownerReferences")):
        if reference.get("kind") == kind and group_of(reference.get("apiVersion")) == group:
            return text(reference.get("name"))
    return ""


def conditions(manifest: Manifest) -> list[Condition]:
    """Its conditions, one of each type, in their order.

    A Cluster API object of version v1beta1 has classic conditions and, under `status.v1beta2`, the newer ones: where
    both speak of one type the newer is taken, because it is what v1beta2 would say.
    """
    found: dict[str, Condition] = {}
    for raw in _raw_conditions(mapping(manifest.get("status"))):
        if type := text(raw.get("type")):
            found[type] = _read(raw, type)
    return list(found.values())


def _raw_conditions(status: dict[str, Any]) -> list[dict[str, Any]]:
    found = items(status.get("conditions"))
    newer = status.get("v1beta2")
    return found if newer is None else found + items(part(newer, "conditions"))


def condition(manifest: Manifest, type: str) -> Condition | None:
    """The condition of this type, if it has been reported."""
    found = None
    for raw in _raw_conditions(mapping(manifest.get("status"))):
        if raw.get("type") == type:
            found = raw  # the last one wins, as in `conditions`
    return _read(found, type) if found else None


def _read(raw: dict[str, Any], type: str) -> Condition:
    return Condition(
        type=type,
        status=text(raw.get("status")).capitalize(),
        reason=text(raw.get("reason")),
        message=text(raw.get("message")),
        severity=text(raw.get("severity")),
        changed_at=parse_time(raw.get("lastTransitionTime")),
        observed_generation=number(raw.get("observedGeneration")),
    )


def ready(manifest: Manifest) -> bool | None:
    """What the condition Ready says; None when it is unknown or was not reported."""
    found = condition(manifest, "Ready")
    return {"True": True, "False": False}.get(found["status"]) if found else None


def observed(manifest: Manifest) -> bool:
    """False when its controller has not yet looked at the newest spec; True when it has, or does not say."""
    generation = number(part(manifest, "metadata", "generation"))
    seen = number(part(manifest, "status", "observedGeneration"))
    return generation is None or seen is None or seen >= generation


def last_transition(manifest: Manifest) -> datetime | None:
    """The newest moment that the object itself tells of: creation, request of deletion, a condition's transition.

    For an object seen for the first time this is the best that is known of when it last progressed.
    """
    last = {said: raw for raw in _raw_conditions(mapping(manifest.get("status"))) if (said := text(raw.get("type")))}
    turned = (parse_time(raw.get("lastTransitionTime")) for raw in last.values())
    moments = [created_at(manifest), deleting_at(manifest), *turned]
    return max((moment for moment in moments if moment), default=None)
