"""Events that a cluster sent, from either Event API, in one shape."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.redact_text import without_credentials

_ARTEFACT = re.compile(r"%!\w?\((?:[\w.*\[\]]+=)?(.*?)\)(?=$|\s|[.,;])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reported:
    """One Event. Repeats of it share `series`; `count` is how often it had happened by then."""

    at: datetime | None
    series: str
    count: int
    severity: str  # normal, warning
    reason: str  # as reported, also where k0rdent's choice misleads
    message: str
    group: str
    kind: str
    namespace: str
    name: str
    uid: str
    controller: str


def reported(manifest: Manifest) -> Reported:
    """Read an Event of `events.k8s.io/v1` or core `v1`."""
    about = m.mapping(manifest.get("regarding") or manifest.get("involvedObject"))
    series = m.mapping(manifest.get("series"))
    source = m.mapping(manifest.get("source") or manifest.get("deprecatedSource"))
    count = m.number(series.get("count")) or _count(manifest)
    return Reported(
        at=_at(manifest, series),
        series=m.text(m.part(manifest, "metadata", "uid")) or f"{m.namespace(manifest)}/{m.name(manifest)}"[-128:],
        count=max(count, 1),
        severity="warning" if manifest.get("type") == "Warning" else "normal",
        reason=m.text(manifest.get("reason")),
        message=without_credentials(without_artefacts(m.text(manifest.get("note")) or m.text(manifest.get("message")))),
        group=m.group_of(about.get("apiVersion")),
        kind=m.text(about.get("kind")),
        namespace=m.text(about.get("namespace")),
        name=m.text(about.get("name")),
        uid=m.text(about.get("uid")),
        controller=m.text(manifest.get("reportingController"))
        or m.text(manifest.get("reportingComponent"))
        or m.text(source.get("component")),
    )


def _count(manifest: dict[str, Any]) -> int:
    return m.number(manifest.get("count")) or m.number(manifest.get("deprecatedCount")) or 1


def _at(manifest: dict[str, Any], series: dict[str, Any]) -> datetime | None:
    """When it happened last."""
    for value in (
        series.get("lastObservedTime"),
        manifest.get("lastTimestamp"),
        manifest.get("deprecatedLastTimestamp"),
        manifest.get("eventTime"),
        manifest.get("firstTimestamp"),
        manifest.get("deprecatedFirstTimestamp"),
    ):
        if moment := m.parse_time(value):
            return moment
    return m.created_at(manifest)


def without_artefacts(message: str) -> str:
    """The message without what Go's Printf leaves behind when a verb is wrong: `%!w(string=text)` becomes `text`."""
    return _ARTEFACT.sub(r"\1", message).strip()
