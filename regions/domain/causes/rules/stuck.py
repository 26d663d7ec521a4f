"""Nothing fails and nothing moves: said before k0rdent says Failed, which takes it half an hour."""

from collections.abc import Iterator
from datetime import timedelta

from regions.domain.causes.evidence import Evidence, Thing
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.health_scale import Health
from regions.domain.kinds import CAPI, CONTROL_PLANE, INFRASTRUCTURE
from regions.domain.rules.common import stalled
from regions.domain.words import clock

PATIENCE_WORDS = (
    "A cluster takes 5 to 20 minutes on most clouds. Pane says so when nothing has moved for a quarter of an hour."
)
DELETING_WORDS = (
    "Machines are emptied and removed first, then the network, then the rest. Pane says so when nothing has moved for "
    "a quarter of an hour."
)

_MINUTES = {"HelmRelease": 12, "Credential": 6, "Region": 15, "ServiceSet": 20, "ClusterSummary": 20}
_USUAL = 15


def stuck(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """This object is under way and has not moved for longer than its kind takes, and nothing beside it moved either."""
    under_way = thing.health is Health.PROGRESSING or (stalled(thing.message) and thing.health is Health.DEGRADED)
    moved_at = thing.progressed_at or thing.since
    if not under_way or moved_at is None or thing.deleting_at:
        return
    patience = timedelta(minutes=_MINUTES.get(thing.kind, _USUAL))
    moved = [one.progressed_at for one in ground.everything if one.progressed_at and _counts(one)]
    if ground.now - max([moved_at, *moved]) < patience:
        return
    what = f"{thing.kind} {thing.ref.name} has not moved since {clock(moved_at, ground.now)}"
    yield Finding(
        "stuck", Tier.STUCK, what, _advice(thing), thing.ref, thing.ref, thing.message, moved_at, Health.DEGRADED
    )


def _counts(thing: Thing) -> bool:
    """What belongs to this one alone: a region or a template moves for reasons of its own."""
    helpers = ("HelmRelease", "ServiceSet", "ClusterSummary", "SveltosCluster")
    return thing.kind in helpers or thing.ref.group.endswith(CAPI)


_ADVICE = {
    "ClusterDeployment": "k0rdent has not taken it up: see whether its controller runs and Management kcm is Ready "
    "(deployments wait for its component projectsveltos).",
    "HelmRelease": "See Flux's helm-controller, and whether the region answers; annotate the HelmRelease to retry.",
    "Machine": "The machine runs and no node appears, or it waits for its cloud: look at its console (cloud-init, "
    "k0s) and whether it reaches the cluster's API server.",
    "ServiceSet": "Look at Sveltos in the region, and at the service's pods on the cluster.",
    "ClusterSummary": "Look at Sveltos in the region, and at the service's pods on the cluster.",
    "SveltosCluster": "Sveltos does not reach the cluster: check its kubeconfig Secret and the network to it.",
}


def _advice(thing: Thing) -> str:
    kind, group = thing.kind, thing.ref.group
    if kind in _ADVICE:
        return _ADVICE[kind]
    if kind == "K0smotronControlPlane":
        service = f"kmc-{thing.ref.name.removesuffix('-cp')}"
        return (
            "A hosted control plane runs as pods beside the cluster: look at pods, volumes and the LoadBalancer "
            f"Service {service} in its namespace there."
        )
    if group == CONTROL_PLANE or kind.endswith("ControlPlane"):
        return "Its first machine does not bring up an API server: look at that machine's console and load balancer."
    if group == INFRASTRUCTURE:
        return "Read the logs of its infrastructure provider: it waits for the cloud, or gave up without a word."
    return "Read its events and the logs of its controller."


def contradicted(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """k0rdent calls it Ready, and it is not; when nothing below says why, that is all that is known."""
    if thing.health is not Health.CONTRADICTED:
        return
    yield Finding(
        "contradicted",
        Tier.STUCK,
        thing.message or f"{thing.kind} {thing.ref.name} is ready by k0rdent's word alone",
        "k0rdent has not looked at it since: see whether its controller (kcm-controller-manager) runs and reaches the "
        "region, and whether the HelmRelease of the deployment still renders a Cluster there.",
        thing.ref,
        thing.ref,
        "",
        thing.since,
        Health.CONTRADICTED,
    )


RULES = (stuck, contradicted)
