"""Events that a cluster sent, from either Event API, in one shape."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regions.domain import manifest as m
from regions.domain.facts import clipped
from regions.domain.manifest import Manifest
from regions.domain.redact_text import without_credentials

_VERB = re.compile(r"%!\w?\(")
_TYPE = re.compile(r"[\w.*\[\]]+=")
_MOST = 2**31 - 1
_NOTHING = frozenset({"<nil>", "MISSING", "NOVERB", "BADINDEX", "EXTRA"})


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
    uid = m.text(m.part(manifest, "metadata", "uid"))
    return Reported(
        at=_at(manifest, series),
        series=clipped((uid or f"{m.namespace(manifest)}/{m.name(manifest)}")[-128:], 128),
        count=min(max(count, 1), _MOST),
        severity="warning" if manifest.get("type") == "Warning" else "normal",
        reason=clipped(m.text(manifest.get("reason")), 128),
        message=without_credentials(without_artefacts(m.text(manifest.get("note")) or m.text(manifest.get("message")))),
        # The old Event API checks none of these: whoever may write Events may write anything.
        group=clipped(m.group_of(about.get("apiVersion"))),
        kind=clipped(m.text(about.get("kind")), 63),
        namespace=clipped(m.text(about.get("namespace"))),
        name=clipped(m.text(about.get("name"))),
        uid=clipped(m.text(about.get("uid")), 64),
        controller=clipped(
            m.text(manifest.get("reportingController"))
            or m.text(manifest.get("reportingComponent"))
            or m.text(source.get("component"))
        ),
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
    while found := _VERB.search(message):
        end = _closing(message, found.end())
        inner = message[found.end() : end]
        said = _TYPE.sub("", inner, count=1) if _TYPE.match(inner) else inner
        message = message[: found.start()] + ("" if said in _NOTHING else said) + message[end + 1 :]
    return message.strip()


def _closing(text: str, start: int) -> int:
    """Where the parenthesis ends that was opened just before `start`: at its partner, else at the end."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)
