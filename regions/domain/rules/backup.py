"""How backups of the management cluster and of its regions are doing."""

from datetime import datetime, timedelta
from typing import Any

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import clock, one_line

LATE = timedelta(minutes=30)
"""How long after its time a backup may begin before it counts as missed."""

_FAILED = frozenset({"Failed", "FailedValidation"})
_PARTLY = frozenset({"PartiallyFailed", "FinalizingPartiallyFailed", "WaitingForPluginOperationsPartiallyFailed"})


def management_backup(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether there is a good backup of everything, and whether the next one comes."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    status = m.mapping(manifest.get("status"))
    scheduled = bool(m.text(m.part(manifest, "spec", "schedule")))
    own = _one(status, "", scheduled, now, progressed_at)
    regions = [
        _one(part, f"Region {m.text(part.get('region'))}: ", scheduled, now, progressed_at)
        for part in m.items(status.get("regions"))
    ]
    verdicts = [own, *regions]
    worst = min(verdicts, key=lambda verdict: verdict.health.rank)
    due = min((verdict.due_at for verdict in verdicts if verdict.due_at), default=None)
    if worst.health is Health.FAILED and worst is not own:
        # The management cluster can still be restored: what failed is one region of it.
        return Assessment(Health.DEGRADED, worst.message, due)
    return Assessment(worst.health, worst.message, due)


def _one(part: dict[str, Any], whose: str, scheduled: bool, now: datetime, progressed_at: datetime) -> Assessment:
    backup = m.mapping(part.get("lastBackup"))
    phase = m.text(backup.get("phase"))
    name = m.text(part.get("lastBackupName")) or "the last backup"
    ended_at = m.parse_time(backup.get("completionTimestamp")) or m.parse_time(part.get("lastBackupTime"))
    when = f" at {clock(ended_at, now)}" if ended_at else ""
    why = _why(part, backup)
    if phase in _FAILED:
        return Assessment(Health.FAILED, one_line(f"{whose}{name} failed{when}{why}"))
    if phase in _PARTLY:
        return Assessment(Health.DEGRADED, one_line(f"{whose}{name} failed in part{when}{why}"))
    if why:
        return Assessment(Health.DEGRADED, one_line(f"{whose}{why.removeprefix(': ')}"))
    next_at = m.parse_time(part.get("nextAttempt")) if scheduled else None
    if next_at and now >= next_at + LATE:
        return Assessment(Health.DEGRADED, f"{whose}the backup due at {clock(next_at, now)} has not been made")
    due_at = next_at + LATE if next_at else None
    if phase == "Completed":
        return Assessment(Health.READY, f"{whose}{name} completed{when}", due_at)
    if phase:
        return common.under_way(f"{whose}{name} is {phase}", now, progressed_at)
    if next_at:
        message = f"{whose}no backup yet, the first is due at {clock(next_at, now)}"
        return Assessment(Health.PROGRESSING, message, due_at)
    return common.under_way(f"{whose}no backup has been made yet", now, progressed_at)


def _why(part: dict[str, Any], backup: dict[str, Any]) -> str:
    reasons = backup.get("validationErrors")
    found = [m.text(part.get("error")), m.text(backup.get("failureReason"))]
    found += [m.text(reason) for reason in reasons] if isinstance(reasons, list) else []
    errors = m.number(backup.get("errors"))
    if errors and not any(found):
        found.append(f"{errors} errors")
    said = "; ".join(reason for reason in found if reason)
    return f": {said}" if said else ""
