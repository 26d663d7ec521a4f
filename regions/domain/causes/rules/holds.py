"""What somebody has stopped: paused, suspended, only validated. And names that cannot work."""

from collections.abc import Iterator

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing, region_ref
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.health_scale import Health
from regions.domain.kinds import CAPI, K0RDENT
from regions.domain.refs import MANAGEMENT

PAUSE = f"{K0RDENT}/region-pause"
AUTOSCALED = f"{CAPI}/cluster-api-autoscaler-node-group-max-size"
REGION, DEPLOYMENT = 21, 53


def region_paused(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """k0rdent leaves all deployments of the region alone."""
    if ground.subject.well or ground.region == MANAGEMENT:
        return
    region = thing.kind == "Region" and (PAUSE in m.annotations(thing.body) or thing.health is Health.PAUSED)
    said = m.condition(thing.body, "Paused")
    own = (
        thing is ground.subject
        and thing.kind == "ClusterDeployment"
        and (bool(said and said["status"] == "True") or "Related Region" in thing.message)
    )
    if region or own:
        ref = region_ref(ground.region)
        yield Finding(
            "region-paused",
            Tier.HOLDS,
            f"Region {ref.name} is paused: k0rdent leaves its deployments alone",
            f"When whatever it was paused for (often a restore) is done: kubectl annotate region {ref.name} {PAUSE}-",
            ref,
            ref if region else thing.ref,
            said["message"] if said and not region else "",
            said["changed_at"] if said and not region else None,
            Health.PAUSED,
            ref,
        )


def suspended(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Flux leaves its HelmRelease alone, or Cluster API or Sveltos leaves an object alone."""
    if thing.kind == "HelmRelease" and (m.part(thing.body, "spec", "suspend") is True or thing.health is Health.PAUSED):
        yield Finding(
            "suspended",
            Tier.HOLDS,
            f"Its HelmRelease {thing.ref.name} is suspended: Flux changes nothing",
            "Resume it when whoever suspended it is done: no change of the deployment reaches its cluster until then.",
            thing.ref,
            thing.ref,
            thing.message,
            thing.since,
            Health.PAUSED,
        )
    elif thing.health is Health.PAUSED and thing.kind not in ("Region", "ClusterDeployment", "HelmRelease"):
        yield Finding(
            "paused",
            Tier.HOLDS,
            f"{thing.kind} {thing.ref.name} is paused: nothing of it is reconciled",
            "Take the pause away when whoever paused it is done.",
            thing.ref,
            thing.ref,
            thing.message,
            thing.since,
            Health.PAUSED,
        )


def validated_only(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Nothing is deployed while spec.dryRun is set; a deployment made without spec.config gets it silently."""
    if (
        thing is ground.subject
        and thing.kind == "ClusterDeployment"
        and (m.part(thing.body, "spec", "dryRun") is True or thing.health is Health.VALIDATED)
    ):
        yield Finding(
            "dry-run",
            Tier.HOLDS,
            "It is only validated: spec.dryRun is set, and nothing is deployed",
            "Take spec.dryRun away to deploy it. k0rdent sets it by itself on a deployment made without spec.config.",
            thing.ref,
            thing.ref,
            thing.message,
            thing.created_at,
            Health.VALIDATED,
        )


def too_long(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Names that admission lets pass and Helm does not."""
    most = {"Region": REGION, "ClusterDeployment": DEPLOYMENT}.get(thing.kind)
    if most and len(thing.ref.name) > most and thing.bad:
        yield Finding(
            "name-too-long",
            Tier.BLOCKS,
            f"Its name has {len(thing.ref.name)} characters, and more than {most} do not work",
            "Names cannot be changed: make it anew under a shorter one.",
            thing.ref,
            thing.ref,
            thing.message,
            thing.since,
            thing.health,
            instead=("name-too-long",),
        )


def autoscaled(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Somebody else decides how many machines there are: that they come and go is no fault."""
    if (
        thing.kind == "MachineDeployment"
        and thing.health is Health.PROGRESSING
        and (AUTOSCALED in m.annotations(thing.body))
    ):
        most = m.annotations(thing.body)[AUTOSCALED]
        yield Finding(
            "autoscaled",
            Tier.WAITS,
            f"The cluster autoscaler is changing {thing.ref.name} (at most {most} machines)",
            "Its machines come and go with the load; replicas in spec.config do not count for it.",
            thing.ref,
            thing.ref,
            thing.message,
            thing.since,
            thing.health,
        )


RULES = (region_paused, suspended, validated_only, too_long, autoscaled)
