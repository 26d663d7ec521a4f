"""Deletions that do not come to an end."""

from collections.abc import Iterator
from datetime import timedelta

from regions.domain.causes.evidence import Evidence, Thing
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.health_scale import Health
from regions.domain.rules.common import holds_deletion
from regions.domain.words import clock, short

PATIENCE = timedelta(minutes=15)

_ADVICE = {
    "Machine": "See what holds its node (pods that may not be evicted, volumes still attached), and whether its "
    "cloud still "
    "has the machine.",
    "HelmRelease": "Flux cannot uninstall the chart: read its Ready condition, and check that the region answers.",
    "Cluster": "See which of its machines and infrastructure objects are still there: Cluster API waits for them.",
    "Credential": "k0rdent has to remove its copies from the region first: the region must answer.",
    "Region": "Flux has to uninstall every component in the region first: it must answer. Of a cluster that is gone "
    "for good "
    "the finalizers have to be removed by hand.",
}


def not_deleted(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Something that was to be deleted long ago is still there."""
    if thing.deleting_at is None or ground.now - thing.deleting_at < PATIENCE:
        return
    if thing.progressed_at and ground.now - thing.progressed_at < PATIENCE:
        return
    waits_for, since = holds_deletion(thing.body)
    what = f"{thing.kind} {thing.ref.name} is to be deleted since {clock(thing.deleting_at, ground.now)}"
    if waits_for.startswith("Held by "):
        what = f"{what}, h{short(waits_for, 200)[1:]}"
    elif waits_for:
        says = "" if since is None or since == thing.deleting_at else f" since {clock(since, ground.now)}"
        what = f"{what} and waits{says}: {short(waits_for, 200)}"
    yield Finding(
        "deletion-stuck",
        Tier.STUCK,
        what,
        _ADVICE.get(thing.kind, "See the logs of the controller that its finalizer names: it has to let go of it."),
        thing.ref,
        thing.ref,
        thing.message,
        thing.deleting_at,
        Health.DEGRADED,
    )


RULES = (not_deleted,)
