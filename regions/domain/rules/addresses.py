"""How pools of addresses are doing: ClusterIPAM and what is claimed of it (kcm 1.11)."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.manifest import Manifest
from regions.domain.rules import common
from regions.domain.words import listed

_UNSAID = (
    "Its addresses are not allocated yet. Why not is on no object: the log of k0rdent's manager has it, such as that "
    "the provider of addresses is not installed"
)
"""kcm 1.11.4 writes the condition that is meant for it in memory alone (findings/kcm-ipam-says-nothing.sh)."""


def cluster_ipam(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether every part of what its provider made is ready."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    parts = m.items(m.part(manifest, "status", "providerData"))
    lacking = [m.text(one.get("name")) for one in parts if one.get("ready") is not True]
    if lacking:
        return common.under_way(f"Not ready yet: {listed(lacking, most=3)}", now, progressed_at)
    if m.text(m.part(manifest, "status", "phase")) == "Bound":
        return common.ready("Bound: its addresses are allocated")
    return common.under_way(_UNSAID, now, progressed_at)


def cluster_ipam_claim(manifest: Manifest, now: datetime, progressed_at: datetime) -> Assessment:
    """Say whether all addresses that it asks for are allocated. k0rdent gives it a condition only for a fault, with
    the status Unknown (controllers of kcm 1.11.4)."""
    if being_deleted := common.deletion(manifest, now, progressed_at):
        return being_deleted
    for found in m.conditions(manifest):
        if found["type"] in ("InvalidClaimCondition", "IPAMProviderConditionError"):
            return Assessment(Health.FAILED, common.said(found))
    if m.part(manifest, "status", "bound") is True:
        return common.ready("Bound: all of its addresses are allocated")
    return common.under_way(_UNSAID, now, progressed_at)
