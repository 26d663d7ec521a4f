"""Services that wait for one that failed."""

from collections.abc import Iterator
from typing import Any

from regions.domain import manifest as m
from regions.domain.causes.ground import Ground, Thing
from regions.domain.causes.shapes import Finding, Tier
from regions.domain.causes.texts import clean
from regions.domain.words import counted, listed, one_line


def dependency(thing: Thing, ground: Ground) -> Iterator[Finding]:
    """One service failed and others depend on it: these never start, and only say Pending."""
    if thing.kind not in ("ServiceSet", "MultiClusterService"):
        return
    asked = m.items(m.part(thing.body, "spec", "services")) + m.items(
        m.part(thing.body, "spec", "serviceSpec", "services")
    )
    for one in m.items(m.part(thing.body, "status", "services")):
        name = m.text(one.get("name"))
        waiting = sorted({m.text(other.get("name")) for other in asked if _depends(other, name)})
        if one.get("state") == "Failed" and waiting:
            verb = "waits" if len(waiting) == 1 else "wait"
            yield Finding(
                "service-dependency", Tier.BREAKS, f"Service {name} failed, and {listed(waiting)} {verb} for it",
                f"Mend {name} first; the other {counted(len(waiting), 'service')} then start by themselves.", thing.ref,
                thing.ref, one_line(clean(m.text(one.get("failureMessage"))), 300),
                m.parse_time(one.get("lastStateTransitionTime")) or thing.since, thing.health,
                instead=("service-timeout",),
            )  # fmt: skip


def _depends(service: dict[str, Any], name: str) -> bool:
    return any(m.text(on.get("name")) == name for on in m.items(service.get("dependsOn")))


RULES = (dependency,)
