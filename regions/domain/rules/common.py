"""What the rules have in common: waiting, settling, being deleted, being paused, and the verdict of a condition."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import CAPI
from regions.domain.manifest import Condition, Manifest
from regions.domain.words import listed, one_line

Rule = Callable[[Manifest, datetime, datetime], Assessment]
"""A rule takes the manifest, now, and when it last progressed."""

PATIENCE = timedelta(minutes=30)
"""How long something may be under way without any progress. k0rdent itself waits as long for Cluster API."""

SETTLE = timedelta(seconds=30)
"""How long a Ready must stand before it is believed: controllers take it back within seconds when they know more."""

NOTHING_YET = "Nothing has been reported yet"

_WRONG = re.compile(r"Fail|Error|Exceed|NotFound|Invalid|Denied|Unauthori[sz]ed|Forbidden|Terminated|Stalled|Unhealthy")


def sounds_wrong(found: Condition) -> bool:
    """True when a condition that is not True tells of a failure, not of something that is still under way."""
    return found["severity"] == "Error" or bool(_WRONG.search(found["reason"]))


def said(found: Condition) -> str:
    """What a condition says, in one line: its message, else its reason, else its type and status."""
    return one_line(found["message"]) or found["reason"] or f"{found['type']} is {found['status'] or 'not said'}"


def under_way(message: str, now: datetime, progressed_at: datetime) -> Assessment:
    """Progressing; Degraded once nothing has moved for as long as our patience lasts."""
    due_at = progressed_at + PATIENCE
    if now < due_at:
        return Assessment(Health.PROGRESSING, message, due_at)
    minutes = int(PATIENCE.total_seconds() // 60)
    # "Over", because nobody looks again until something is heard: the sentence must stay true for hours.
    return Assessment(Health.DEGRADED, one_line(f"No progress for over {minutes} minutes: {message}"))


def ready(message: str) -> Assessment:
    return Assessment(Health.READY, one_line(message) or "Ready")


def settled(message: str, turned_at: datetime | None, now: datetime, progressed_at: datetime) -> Assessment:
    """Ready, but only after it has stood for a moment."""
    # A clock ahead of ours must not hold it back: then what counts is when we saw it.
    began = turned_at if turned_at and turned_at <= now else progressed_at
    if now < began + SETTLE:
        return Assessment(Health.PROGRESSING, "Settling: it has only just become ready", began + SETTLE)
    return ready(message)


def deletion(manifest: Manifest, now: datetime, progressed_at: datetime, waits_for: str = "") -> Assessment | None:
    """Deleting, and Degraded when it is stuck; None if nobody asked for its deletion."""
    asked_at = m.deleting_at(manifest)
    if asked_at is None:
        return None
    deleting = m.condition(manifest, "Deleting")
    if not waits_for and deleting and deleting["status"] == "True":
        waits_for = said(deleting)
    if not waits_for:
        holders = m.part(manifest, "metadata", "finalizers")
        names = [m.text(name) for name in holders] if isinstance(holders, list) else []
        waits_for = f"Held by {listed(names)}" if names else "Deletion was requested"
    if deleting and deleting["status"] == "True" and sounds_wrong(deleting):
        return Assessment(Health.DEGRADED, one_line(f"Deletion fails: {waits_for}"))
    due_at = max(asked_at, progressed_at) + PATIENCE
    if now < due_at:
        return Assessment(Health.DELETING, one_line(waits_for), due_at)
    minutes = int(PATIENCE.total_seconds() // 60)
    return Assessment(Health.DEGRADED, one_line(f"Deletion has not moved for over {minutes} minutes: {waits_for}"))


def paused(manifest: Manifest) -> Assessment | None:
    """Paused by condition or by Cluster API's annotation; None if it is not."""
    found = m.condition(manifest, "Paused")
    if found and found["status"] == "True":
        return Assessment(Health.PAUSED, one_line(found["message"]) or "Paused: nothing is reconciled")
    if f"{CAPI}/paused" in m.annotations(manifest):
        return Assessment(Health.PAUSED, f"Paused by annotation {CAPI}/paused")
    return None


def unobserved(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment | None:
    """Settling, when its controller has not yet looked at the newest spec: what the status says is of the old one."""
    if m.observed(manifest):
        return None
    return under_way("Settling: the newest change has not been looked at yet", now, progressed_at)


def terminal(manifest: Manifest) -> Assessment | None:
    """Failed, when a Cluster API object says that it has failed for good."""
    status = m.mapping(manifest.get("status"))
    for place in (status, m.mapping(m.part(status, "deprecated", "v1beta1"))):
        reason, message = m.text(place.get("failureReason")), m.text(place.get("failureMessage"))
        if reason or message:
            return Assessment(Health.FAILED, one_line(message) or reason)
    if status.get("phase") == "Failed":
        wrong = [said(found) for found in m.conditions(manifest) if found["status"] == "False" and sounds_wrong(found)]
        return Assessment(Health.FAILED, wrong[0] if wrong else "Failed")
    return None


def by_condition(found: Condition, now: datetime, progressed_at: datetime) -> Assessment:
    """The verdict of one condition that is good when True."""
    if found["status"] == "True":
        return ready(found["message"])
    if found["status"] == "False":
        if sounds_wrong(found):
            return Assessment(Health.DEGRADED, said(found))
        return under_way(said(found), now, progressed_at)
    if found["status"] == "Unknown":
        return Assessment(Health.UNKNOWN, said(found))
    return Assessment(Health.UNKNOWN, f"Its condition {found['type']} cannot be read")
