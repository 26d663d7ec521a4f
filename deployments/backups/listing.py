"""Backups: each ManagementBackup, and how every region was last backed up."""

from datetime import UTC, datetime
from typing import Any

from deployments.backups.values import Backup, Backups, LastBackup
from deployments.lists import why
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import Row
from regions.inventory.rows import manifests, row_of, worst_first
from regions.inventory.visibility import look
from regions.models import Resource
from regions.permitted import permits_region

GOOD = "Completed"
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def list_backups(*, viewer: Viewer) -> Backups:
    """Every ManagementBackup, and for management and each region the last good backup that is known."""
    sight = look(viewer)
    rows = list(worst_first(sight.resources.filter(kind="ManagementBackup", group=K0RDENT), sight))
    bodies = manifests(rows)
    backups = tuple(_backup(row_of(row, sight), bodies.get(row.pk, {})) for row in rows)
    attempts = [attempt for row in rows for attempt in _attempts(row.name, bodies.get(row.pk, {}))]
    places = Resource.objects.filter(kind="Region").order_by("name").values_list("name", flat=True)
    names = [name for name in (MANAGEMENT, *places) if permits_region(viewer, name)]
    regions = [_last(name, [attempt for attempt in attempts if attempt["region"] == name]) for name in names]
    regions.sort(key=lambda one: (one.good_at is not None, one.well, one.region != MANAGEMENT, one.region))
    empty = (
        None
        if rows
        else why(
            sight,
            "managementbackups",
            "backups",
            none="A ManagementBackup with a schedule saves management and its regions through Velero.",
        )
    )
    missing = tuple(one.region for one in regions if one.good_at is None)
    return Backups(backups, tuple(regions) if rows else (), empty, missing)


def _backup(row: Row, body: dict[str, Any]) -> Backup:
    status = m.mapping(body.get("status"))
    return Backup(
        row=row,
        schedule=m.text(m.part(body, "spec", "schedule")),
        location=m.text(m.part(body, "spec", "storageLocation")),
        phase=m.text(m.part(status, "lastBackup", "phase")),
        last_name=m.text(status.get("lastBackupName")),
        last_at=m.parse_time(status.get("lastBackupTime")),
        next_at=m.parse_time(status.get("nextAttempt")),
        error=m.text(status.get("error")),
    )


def _attempts(name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The last attempt of this ManagementBackup for each place that it saves."""
    status = m.mapping(body.get("status"))
    next_at = m.parse_time(status.get("nextAttempt"))
    found = []
    for one in [{**status, "region": MANAGEMENT}, *m.items(status.get("regions"))]:
        phase = m.text(m.part(one, "lastBackup", "phase"))
        if phase or one.get("error"):
            found.append(
                {
                    "by": name,
                    "region": m.text(one.get("region")),
                    "phase": phase,
                    "next_at": next_at,
                    "name": m.text(one.get("lastBackupName")),
                    "error": m.text(one.get("error")),
                    "at": m.parse_time(one.get("lastBackupTime"))
                    or m.parse_time(m.part(one, "lastBackup", "completionTimestamp")),
                }
            )
    return found


def _last(region: str, attempts: list[dict[str, Any]]) -> LastBackup:
    newest = max(attempts, key=lambda one: one["at"] or _EARLIEST, default=None)
    good = max((one for one in attempts if one["phase"] == GOOD and one["at"]), key=lambda one: one["at"], default=None)
    upcoming = [one["next_at"] for one in attempts if one["next_at"]]
    return LastBackup(
        region=region,
        good_at=good["at"] if good else None,
        good_name=good["name"] if good else "",
        good_by=good["by"] if good else "",
        phase=newest["phase"] if newest else "",
        tried_at=newest["at"] if newest else None,
        error=newest["error"] if newest else "",
        next_at=min(upcoming, default=None),
    )
