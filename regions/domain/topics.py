"""Topics: what a page or a program follows. A change belongs to all topics that it is about."""

from typing import Protocol

from regions.domain.refs import MANAGEMENT

FLEET = "fleet"
"""Everything."""

METRICS = "metrics"
"""Every round of the meter. Pages that show figures of one region follow `metrics(region)` instead."""


class ChangeLike(Protocol):
    """Whatever says which cluster, region, deployment and object it is about."""

    @property
    def cluster(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def deployment(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...


def region(name: str) -> str:
    """All that happens in a region."""
    return f"region:{name}"


def metrics(region: str) -> str:
    """New figures of the clusters of a region."""
    return f"metrics:{region}"


def measured(region: str) -> frozenset[str]:
    """What hears of new figures of a region (empty: of some region, or of the fleet)."""
    return frozenset({METRICS, metrics(region)}) if region else frozenset({METRICS})


def deployment(namespace: str, name: str) -> str:
    """All that happens to a ClusterDeployment and what serves it."""
    return f"deployment:{namespace}/{name}"


def kind(name: str) -> str:
    """All that happens to objects of one kind."""
    return f"kind:{name}"


def object_(kind: str, namespace: str, name: str) -> str:
    """All that happens to one object; the namespace of a cluster-scoped one is empty."""
    return f"object:{kind}/{namespace}/{name}"


LINKS = (kind("Region"), kind("Management"))
"""A link that falls silent is news of its Region, and changes what may be said of all that lies there."""


def link(cluster: str) -> frozenset[str]:
    """What hears of the link to a cluster, and of what is known of it as a whole: the page of its Region, and lists."""
    owner = ("Management", "kcm") if cluster == MANAGEMENT else ("Region", cluster)
    return frozenset({FLEET, region(cluster), kind(owner[0]), object_(owner[0], "", owner[1])})


def topics_of(change: ChangeLike) -> frozenset[str]:
    """Every topic that this change is news for; always at least the fleet."""
    found = {FLEET}
    # A region's cluster carries the region's name, so a gap or a lost link of a cluster reaches the region's page.
    found.update(region(name) for name in (change.region, change.cluster if not change.region else "") if name)
    if change.deployment:
        found.add(f"deployment:{change.deployment}")
    if change.kind:
        found.add(kind(change.kind))
        if change.name:
            found.add(object_(change.kind, change.namespace, change.name))
    return frozenset(found)
