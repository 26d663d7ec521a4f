"""The parts that k0rdent installs on a cluster, as the status of its Region (or of Management) tells."""

from datetime import datetime, timedelta

from regions.domain import manifest as m
from regions.domain.health_scale import Health
from regions.domain.manifest import Manifest
from regions.domain.words import one_line

READ_TOO_EARLY = timedelta(minutes=2)
"""For so long after the last progress that a HelmRelease is "not found" may mean that it was only just made: the
manager asks for its new object before its own cache shows it (seen on k0rdent 1.11.4: a region is seconds old then)."""

_UNDER_WAY = (
    "Some dependencies are not ready yet",
    "Ready condition is not updated yet",
    "has not observed new values yet",
    "is not yet ready: Running ",
    "is not yet ready: Fulfilling ",
    "has empty deployment history",
    "actual status is pending-",
    "is not yet reconciled the latest values",
    "InfrastructureProvider is not yet ready",
)
"""What a component says while it is still being installed; everything else in its `error` is one."""

_NOT_SEEN = "failed to check provider status: "


def errors(manifest: Manifest) -> dict[str, str]:
    """Components that have not succeeded, with what they say, in one line."""
    components = m.mapping(m.part(manifest, "status", "components"))
    return {
        name: one_line(m.text(m.part(component, "error"))) or "not ready yet"
        for name, component in components.items()
        if m.part(component, "success") is not True
    }


def under_way(error: str) -> bool:
    """True for what a component says while it is being installed."""
    return any(words in error for words in _UNDER_WAY)


def told(error: str, now: datetime, progressed_at: datetime) -> tuple[Health, datetime | None]:
    """How a component is doing by its error, and when that is another answer though nothing was heard.

    `progressed_at`: when the Region last changed in a way that matters.
    """
    if under_way(error):
        return Health.PROGRESSING, None
    if error.startswith(_NOT_SEEN) and error.endswith("not found") and now < progressed_at + READ_TOO_EARLY:
        return Health.PROGRESSING, progressed_at + READ_TOO_EARLY
    return Health.DEGRADED, None


def installing(manifest: Manifest) -> dict[str, tuple[str, str]]:
    """What is asked for and not there yet: Cluster API's provider (infrastructure-aws) -> component, what it says."""
    components = m.mapping(m.part(manifest, "status", "components"))
    failing = errors(manifest)
    found: dict[str, tuple[str, str]] = {}
    for asked in m.items(m.part(manifest, "spec", "providers")):
        name = m.text(asked.get("name"))
        if name in components and name not in failing:
            continue
        exposed = m.texts(m.part(m.mapping(components.get(name)), "exposedProviders"))
        for provider in exposed or (f"infrastructure-{name.removeprefix('cluster-api-provider-')}",):
            found[provider] = name, failing.get(name, "k0rdent has not begun with it yet")
    return found
