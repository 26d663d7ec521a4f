"""Services that wait for one that failed."""

from collections.abc import Iterator
from typing import Any

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing
from regions.domain.causes.texts import clean
from regions.domain.causes.verdict import Finding, Tier
from regions.domain.words import counted, listed, one_line


def dependency(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """One service failed and others depend on it: these never start, and only say Pending."""
    if thing.kind not in ("ServiceSet", "MultiClusterService"):
        return
    # A ServiceSet does not repeat who depends on whom: only what it was made from does.
    of = thing if thing.kind == "MultiClusterService" else ground.subject
    asked = m.items(m.part(of.body, "spec", "serviceSpec", "services"))
    for one in m.items(m.part(thing.body, "status", "services")):
        name = m.text(one.get("name"))
        waiting = sorted({m.text(other.get("name")) for other in asked if _depends(other, name)})
        if one.get("state") == "Failed" and waiting:
            verb = "waits" if len(waiting) == 1 else "wait"
            yield Finding(
                "service-dependency",
                Tier.BREAKS,
                f"Service {name} failed, and {listed(waiting)} {verb} for it",
                f"Mend {name} first; the other {counted(len(waiting), 'service')} then start by themselves.",
                thing.ref,
                thing.ref,
                one_line(clean(m.text(one.get("failureMessage"))), 300),
                m.parse_time(one.get("lastStateTransitionTime")) or thing.since,
                thing.health,
                instead=("service-timeout",),
            )


def unreached(thing: Thing, ground: Evidence) -> Iterator[Finding]:
    """Sveltos does not reach the cluster: of an adopted one this is all that is ever known."""
    down = m.part(thing.body, "status", "connectionStatus") == "Down" or thing.message.startswith("Sveltos cannot")
    if thing.kind == "SveltosCluster" and down and thing.bad:
        why = m.text(m.part(thing.body, "status", "failureMessage")) or thing.message
        yield Finding(
            "sveltos-down",
            Tier.BREAKS,
            f"Sveltos does not reach cluster {thing.ref.name}",
            "Check the cluster's kubeconfig Secret (of an adopted one: that of its credential), and the network to it.",
            thing.ref,
            thing.ref,
            one_line(clean(why), 300),
            thing.since,
            thing.health,
        )


def _depends(service: dict[str, Any], name: str) -> bool:
    return any(m.text(on.get("name")) == name for on in m.items(service.get("dependsOn")))


RULES = (dependency, unreached)
