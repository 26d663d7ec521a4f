"""The last log lines about an object, from KOF's logs of all regions: asked when wanted, by a deadline, never kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from regions.domain import manifest as m
from regions.domain.metrics.absences import Absence
from regions.domain.metrics.measures import Missing
from regions.domain.metrics.stores import StoreSource
from regions.domain.viewer import Viewer
from regions.domain.words import short
from regions.metrics.stores.client import StoreClient
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.store_registry import reach
from regions.permitted import resources, sees_fleet

DEADLINE = 5.0
LONGEST = 600
SINCE = timedelta(hours=1)
SERVICE = "vlselect-kof-mothership-logs-multilevel-select"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a container's log, without what looks like a credential."""

    at: datetime | None
    cluster: str
    source: str  # pod and container
    severity: str
    text: str


def last_lines(name: str, *, viewer: Viewer, limit: int = 8) -> tuple[LogLine, ...] | Missing:
    """The newest lines of the last hour that name this object; Missing says why none can be had."""
    namespace = settings.PANE_KOF_NAMESPACE
    url = f"http://{SERVICE}.{namespace}.svc:9471"
    source = StoreSource(
        "logs", "logs", "KOF's logs", url, "the log store of all regions", namespace=namespace, sources=""
    )
    asked = {
        "query": f"{_phrase(name)} _time:1h | sort by (_time) desc | limit {limit}",
        "limit": str(limit),
        "start": f"{datetime.now(UTC) - SINCE:%Y-%m-%dT%H:%M:%SZ}",
    }

    deployments = resources(viewer).filter(kind="ClusterDeployment").values_list("name", flat=True)
    shown = set(deployments) if not sees_fleet(viewer) else None  # None: of every cluster

    def question(client: StoreClient) -> tuple[LogLine, ...]:
        rows = client.lines("/select/logsql/query", deadline=DEADLINE, params=asked)
        lines = (_line(m.mapping(row), client) for row in rows[:limit])
        return tuple(line for line in lines if shown is None or line.cluster in shown)

    try:
        return reach().access.ask(source, question)
    except StoreError as error:
        return Absence.STORE_FAILED.missing(why=error.why, said=error.sentence)


def _phrase(text: str) -> str:
    """A phrase of LogsQL: what a person or an object says cannot end it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _line(row: Mapping[str, Any], client: StoreClient) -> LogLine:
    source = "/".join(part for part in (m.text(row.get("k8s.pod.name")), m.text(row.get("k8s.container.name"))) if part)
    severity = m.text(row.get("severity_text")) or m.text(row.get("severity"))
    text = short(client.scrub(m.text(row.get("_msg"))), LONGEST)
    return LogLine(m.parse_time(row.get("_time")), m.text(row.get("k8s.cluster.name")), source, severity, text)
