"""How a change looks outside: in the API and on the socket for programs. These names are kept stable."""

from datetime import UTC, datetime
from typing import Any, Protocol


class ChangeRow(Protocol):
    """The columns of a Change that are told outside."""

    id: Any
    at: Any
    cluster: Any
    region: Any
    kind: Any
    namespace: Any
    name: Any
    source: Any
    severity: Any
    reason: Any
    message: Any
    series: Any
    blind_from: Any


def change_as_json(change: ChangeRow, log: str) -> dict[str, Any]:
    """A change as JSON types. `log` is the name of the log it stands in; `cursor` continues after this change."""
    return {
        "id": change.id,
        "cursor": f"{log}.{change.id}",
        "at": time_as_json(change.at),
        "cluster": change.cluster,
        "region": change.region,
        "kind": change.kind,
        "namespace": change.namespace,
        "name": change.name,
        "source": str(change.source),
        "severity": str(change.severity),
        "reason": change.reason,
        "message": change.message,
        "series": change.series,
    }


def gap_as_json(since: datetime | None, until: datetime | None, why: str) -> dict[str, Any]:
    """A stretch of time of which nothing is known; `from` is null when not even its beginning is."""
    return {"gap": {"from": time_as_json(since), "to": time_as_json(until), "why": why}}


def time_as_json(time: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, such as 2026-11-22T10:00:00.000Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else None
