"""What the rules have in common: waiting, settling, being deleted, being paused, and the verdict of a condition."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import CAPI
from regions.domain.manifest import Condition, Manifest
from regions.domain.words import dated, listed, one_line, short

Rule = Callable[[Manifest, datetime, datetime], Assessment]
"""A rule takes the manifest, now, and when it last progressed."""

PATIENCE = timedelta(minutes=30)
"""How long something may be under way without any progress. k0rdent itself waits as long for Cluster API."""

_MINUTES = int(PATIENCE.total_seconds() // 60)

SETTLE = timedelta(seconds=30)
"""How long a Ready must stand before it is believed: controllers take it back within seconds when they know more."""

NOTHING_YET = "Nothing has been reported yet"

_WRONG = re.compile(r"Fail|Error|Exceed|NotFound|Invalid|Denied|Unauthori[sz]ed|Forbidden|Terminated|Stalled|Unhealthy")


_DELETED = "Deleted"
"""Cluster API's reason (v1beta2) for an object that another one refers to, that was there, and that is no longer."""


def gone(found: Condition | None) -> bool:
    """True when a condition tells that what it speaks of was deleted: nothing is under way that could bring it back."""
    return found is not None and found["status"] != "True" and found["reason"] == _DELETED


def sounds_wrong(found: Condition) -> bool:
    """True when a condition that is not True tells of a failure, not of something that is still under way."""
    return found["severity"] == "Error" or gone(found) or bool(_WRONG.search(found["reason"]))


def said(found: Condition) -> str:
    """What a condition says, in one line: its message, else its reason, else its type and status."""
    return one_line(found["message"]) or found["reason"] or f"{found['type']} is {found['status'] or 'not said'}"


def under_way(message: str, now: datetime, progressed_at: datetime) -> Assessment:
    """Progressing; Degraded once nothing has moved for as long as our patience lasts."""
    due_at = progressed_at + PATIENCE
    if now < due_at:
        return Assessment(Health.PROGRESSING, message, due_at)
    # "Over", because nobody looks again until something is heard: the sentence must stay true for hours.
    return Assessment(Health.DEGRADED, one_line(f"No progress for over {_MINUTES} minutes: {message}"))


def waiting(found: Condition, message: str, now: datetime, progressed_at: datetime) -> Assessment:
    """What a condition that is not True waits for.

    Unknown is the word of a controller that has not looked yet. When it has stood for as long as our patience lasts,
    that something else moved is no progress of this: then nobody knows.
    """
    verdict = under_way(message, now, progressed_at)
    turned_at = found["changed_at"]
    if found["status"] != "Unknown" or turned_at is None or verdict.health is Health.DEGRADED:
        return verdict
    due_at = turned_at + PATIENCE
    if now < due_at:
        return Assessment(verdict.health, verdict.message, min(due_at, progressed_at + PATIENCE))
    words = f"{found['type']} is Unknown for over {_MINUTES} minutes: {message}"
    return Assessment(Health.UNKNOWN, one_line(words), verdict.due_at)


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
    waits_for, since = (waits_for, None) if waits_for else holds_deletion(manifest)
    deleting = m.condition(manifest, "Deleting")
    if deleting and deleting["status"] == "True" and sounds_wrong(deleting):
        return Assessment(Health.DEGRADED, one_line(f"Deletion fails: {waits_for}"))
    due_at = max(asked_at, progressed_at) + PATIENCE
    if now < due_at:
        return Assessment(Health.DELETING, one_line(waits_for or "Deletion was requested"), due_at)
    held = _finalizers(manifest)
    words = short(one_line(waits_for), _ROOM) or "Nobody says what it waits for"
    tail = f", held by {held}" if held and held not in words else ""
    return Assessment(
        Health.DEGRADED,
        one_line(f"{words}, since {dated(since or asked_at)}: {STUCK_DELETION} {_MINUTES} minutes{tail}"),
    )


STUCK_DELETION = "deletion has not moved for over"

_ROOM = 330
"""What others say leaves room for what we say of it."""


def stalled(message: str) -> bool:
    """Whether a message of ours says that nothing moves: what is below may know why."""
    return message.startswith("No progress for over") or STUCK_DELETION in message


def holds_deletion(manifest: Manifest) -> tuple[str, datetime | None]:
    """What the deletion of an object waits for in its controller's words, and since when it says so.

    Its condition Deleting; else, of providers that have none, what its other conditions say of a deletion, or of a
    failure; else who holds it: its finalizers. Empty when nobody does.
    """
    others = [found for found in m.conditions(manifest) if found["status"] != "True" and found["type"] != "Paused"]
    deleting = m.condition(manifest, "Deleting")
    told = [deleting] if deleting and deleting["status"] == "True" else []
    told += [found for found in others if "Delet" in found["reason"] and sounds_wrong(found) and not gone(found)]
    told += [found for found in others if "Delet" in found["reason"] and found["message"] and not gone(found)]
    told += [found for found in others if sounds_wrong(found) and not gone(found)]
    if told:
        first = told[0]
        words = said(first)
        return (words if first is deleting else f"{first['type']}: {words}"), first["changed_at"]
    held = _finalizers(manifest)
    return (f"Held by {held}" if held else ""), None


def _finalizers(manifest: Manifest) -> str:
    holders = m.part(manifest, "metadata", "finalizers")
    return listed([m.text(name) for name in holders]) if isinstance(holders, list) else ""


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
    if found["status"] == "False" or gone(found):
        if sounds_wrong(found):
            return Assessment(Health.DEGRADED, said(found))
        return under_way(said(found), now, progressed_at)
    if found["status"] == "Unknown":
        return Assessment(Health.UNKNOWN, said(found))
    return Assessment(Health.UNKNOWN, f"Its condition {found['type']} cannot be read")
