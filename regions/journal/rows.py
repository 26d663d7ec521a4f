"""Columns of the copy and rows of the log, made from what is known of an object."""

from datetime import datetime
from typing import Any

from regions.domain.changes import News
from regions.domain.facts import Facts
from regions.domain.health import Assessment
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.journal.row import CopyRow
from regions.models import Change, Resource


def apply_facts(row: CopyRow, facts: Facts, region: str) -> None:
    row.region, row.deployment = region, facts.deployment
    row.template, row.credential, row.labels = facts.template, facts.credential, facts.labels
    row.created_at, row.deleting_at = facts.created_at, facts.deleting_at


def apply_health(row: CopyRow | Resource, judgement: Assessment, now: datetime) -> None:
    """Put a judgement into the columns of a row; `since` moves only when the health does."""
    if row.health != judgement.health:
        row.since = now
    row.health, row.rank = judgement.health.value, judgement.health.rank
    row.message, row.due_at = judgement.message, judgement.due_at


def observed(row: CopyRow | Resource, news: News, was: str, at: datetime, now: datetime) -> Change:
    """One row of the log: what was seen to happen to this object, with its list columns after it."""
    return Change(
        at=at,
        seen_at=now,
        source=Change.Source.OBSERVED,
        severity=news.severity,
        cluster=row.cluster,
        region=row.region,
        deployment=row.deployment,
        group=row.group,
        kind=row.kind,
        namespace=row.namespace,
        name=row.name,
        uid=row.uid,
        reason=news.reason,
        message=news.message,
        health=row.health,
        previous_health=was,
        columns={"template": row.template, "credential": row.credential, "labels": row.labels},
    )


def of_link(cluster: str, reason: str, message: str, severity: str, at: datetime, now: datetime, **more: Any) -> Change:
    """One row of the log about the link to a cluster, filed under its Region (or under Management)."""
    kind, name = ("Management", "kcm") if cluster == MANAGEMENT else ("Region", cluster)
    return Change(
        at=at,
        seen_at=now,
        source=more.pop("source", Change.Source.OBSERVED),
        severity=severity,
        cluster=cluster,
        region=cluster,
        group=K0RDENT,
        kind=kind,
        name=name,
        reason=reason,
        message=message,
        **more,
    )
