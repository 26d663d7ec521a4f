"""What is left of a health when the link to its cluster is taken into account."""

from collections.abc import Sequence
from datetime import datetime

from regions.domain.health_scale import Assessment, Health
from regions.domain.links import Link
from regions.domain.words import clock, listed, one_line


def assess_region_linked(
    own: Assessment,
    link: Link | None,
    now: datetime,
    failing_components: Sequence[str] = (),
    ready_since: datetime | None = None,
) -> Assessment:
    """Say how a Region is doing, link included. Its own status stays Ready for good when its API goes away.

    `failing_components` names its HelmReleases that are Failed or Degraded. `ready_since` is when its Ready condition
    last turned (or since when its row has this health): it tells whether k0rdent has looked at a replaced cluster.
    """
    if link is None:
        return Assessment(Health.UNKNOWN, f"We hold no link to it. {_last_known(own)}")
    if silent := _silence(link, now):
        return Assessment(Health.UNKNOWN, one_line(f"{silent}. {_last_known(own)}"), own.due_at)
    if link.replaced_at and (ready_since is None or ready_since <= link.replaced_at):
        replaced = f"Another cluster answers under this name since {clock(link.replaced_at, now)}"
        return Assessment(Health.UNKNOWN, f"{replaced}; k0rdent has not looked at it yet", own.due_at)
    if failing_components and own.health.rank > Health.DEGRADED.rank and own.health is not Health.DELETING:
        many = "Components fail" if len(failing_components) > 1 else "A component fails"
        message = f"{many}: {listed(failing_components)} (k0rdent last said: {own.message})"
        return Assessment(Health.DEGRADED, one_line(message), own.due_at)
    return own


def assess_in_region(own: Assessment, link: Link | None, now: datetime) -> Assessment:
    """Say how an object in a region is doing: Unknown while the region is silent, with what was last known."""
    if link is None or not link.quiet(now):
        return own
    if link.heard_at is None:
        return Assessment(Health.UNKNOWN, f"Its region was never heard. {_last_known(own)}", own.due_at)
    known = f"Last known: {own.health}, as of {clock(link.heard_at, now)}"
    return Assessment(Health.UNKNOWN, one_line(f"{known}. {own.message}"), own.due_at)


def _silence(link: Link, now: datetime) -> str:
    """Why we no longer know; empty while we do."""
    if not link.quiet(now):
        return ""
    why = f": {link.message.rstrip('.')}" if link.message else ""
    since = f" since {clock(link.since, now)}" if link.since else ""
    if link.state == "refused":
        return f"It refuses us{since}{why}"
    if link.state == "unsupported":
        return f"Pane does not ask it{since}{why}"
    if link.state == "broken":
        return f"Pane fails at following it{since}{why}"
    if link.heard_at is None:
        return f"Never heard{why}"
    return f"No word since {clock(link.heard_at, now)}{why}"


def _last_known(own: Assessment) -> str:
    return f"Last known: {own.health}"
