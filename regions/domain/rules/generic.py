"""The rule for objects that we know only by custom: infrastructure, control planes of other makes, identities."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common

_SUMMARIES = ("Ready", "Available")
_NEUTRAL = frozenset({"Paused", "Deleting", "RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Updating"})
"""Conditions whose False is nothing bad."""


def anything(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Judge by what nearly every controller reports: Ready or Available, else `status.ready`."""
    verdict = (
        common.deletion(manifest, now, progressed_at)
        or common.terminal(manifest)
        or common.paused(manifest)
        or common.unobserved(manifest, now, progressed_at)
    )
    if verdict:
        return verdict
    for summary in _SUMMARIES:
        if found := m.condition(manifest, summary):
            return common.by_condition(found, now, progressed_at)
    return _without_summary(manifest, now, progressed_at)


def _without_summary(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    conditions = [found for found in m.conditions(manifest) if found["type"] not in _NEUTRAL]
    lacking = [found for found in conditions if found["status"] == "False"]
    for found in sorted(lacking, key=common.sounds_wrong, reverse=True):
        return common.by_condition(found, now, progressed_at)
    if m.part(manifest, "status", "ready") is True:
        return common.ready("Ready")
    if m.part(manifest, "status", "initialization", "provisioned") is True:
        return common.ready("Provisioned")
    if m.part(manifest, "status", "ready") is False or not m.mapping(manifest.get("status")):
        return common.under_way(_not_yet(manifest), now, progressed_at)
    return Assessment(Health.UNKNOWN, "It does not say whether it is ready")


def exists(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """What only holds facts is well as soon as it is there."""
    return common.deletion(manifest, now, progressed_at) or common.ready("Present")


def identity(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Most identities report nothing: they are there, and their Credential says whether they are of use."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    for found in m.conditions(manifest):
        if found["status"] == "False" and found["type"] not in _NEUTRAL:
            return Assessment(Health.DEGRADED, common.said(found))
    if m.part(manifest, "status", "ready") is False:
        return common.under_way("Not ready yet", now, progressed_at)
    return common.ready("Present")


def _not_yet(manifest: Manifest) -> str:
    return "Not ready yet" if m.mapping(manifest.get("status")) else common.NOTHING_YET
