"""Ready by k0rdent's word alone: what it is made of says otherwise.

k0rdent mirrors Cluster API into the conditions of a ClusterDeployment (kcm.md 4.1: `CAPIClusterSummary`, read again
every minute by its poller since 1.11). When that stops, its Ready stays: seen with three of three Machines gone for
twenty minutes, and, on the real manager, for an hour without any Cluster in the region (kcm.md 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain.health_scale import Assessment, Health
from regions.domain.refs import in_words
from regions.domain.words import dated, one_line, short

GRACE = timedelta(minutes=2)
"""How long k0rdent may need to notice: it looks every minute."""

KINDS = ("Machine", "Cluster", "MachineDeployment", "MachinePool", "SveltosCluster", "HelmRelease")
"""Those that speak of a cluster as a whole. Control planes and infrastructure are in the conditions of Cluster and
Machine; ServiceSets and ClusterSummaries may be those of a MultiClusterService, which k0rdent's Ready leaves out."""

_SILENT_IS_BAD = frozenset({"Machine", "Cluster"})
"""Of these k0rdent cannot know that they are well while Cluster API does not."""

_ROOM = 250


@dataclass(frozen=True, slots=True)
class Below:
    """An object that serves a deployment, as it was judged."""

    kind: str
    name: str
    health: Health
    message: str
    since: datetime

    @property
    def otherwise(self) -> bool:
        """Whether it says that the deployment is not ready."""
        if self.health is Health.UNKNOWN:
            return self.kind in _SILENT_IS_BAD
        return self.health in (Health.FAILED, Health.DEGRADED)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Why a Ready is not believed, and since when."""

    message: str
    since: datetime

    @property
    def assessment(self) -> Assessment:
        return Assessment(Health.CONTRADICTED, self.message)


def by_parts(parts: Sequence[Below], machines: int, now: datetime) -> Contradiction | None:
    """What its parts say against a Ready; `machines` is how many it has. None when nothing has said so for long."""
    found = [one for one in parts if one.otherwise and now - one.since >= GRACE]
    if not found:
        return None
    bad = [one for one in found if one.kind == "Machine"] or _first_kind(found)
    since = min(one.since for one in bad)
    worst = min(bad, key=lambda one: (one.health.rank, one.since, one.name))
    said = short(worst.message, _ROOM) or worst.health.value
    if worst.kind == "Machine":
        many = f"{len(bad)} of {max(machines, len(bad))} machines {'is' if len(bad) == 1 else 'are'} not"
        return _contradiction(f"{many}, since {dated(since)}: {worst.name}: {said}", since)
    what = f"its {worst.kind}" if worst.kind != "Cluster" else f"Cluster {worst.name}"
    return _contradiction(f"{what} is {worst.health}, since {dated(since)}: {said}", since)


def without_cluster(name: str, region: str, since: datetime, now: datetime) -> Contradiction | None:
    """A Ready of which the region, heard and listed whole, has no Cluster; `since`: no earlier than it was listed."""
    if now - since < GRACE:
        return None
    where = f"{in_words(region)} has"
    return _contradiction(f"{where} no Cluster {name}, since {dated(since)} at the latest", since)


def _first_kind(found: Sequence[Below]) -> list[Below]:
    first = min(found, key=lambda one: KINDS.index(one.kind))
    return [one for one in found if one.kind == first.kind]


def _contradiction(what: str, since: datetime) -> Contradiction:
    return Contradiction(one_line(f"k0rdent says Ready, but {what}"), since)
