"""What people say of something for a time: that it is being worked on, or that somebody knows of its trouble.

Maintenance covers a region with all that lies in it, or one object; it ends at its time. An acknowledgement covers one
object as bad as it was then: it ends when that is well again or gets worse, or at its time.
"""

from dataclasses import dataclass
from datetime import datetime

from regions.domain.health_scale import Health
from regions.domain.refs import MANAGEMENT

MAINTENANCE = "maintenance"
ACKNOWLEDGED = "acknowledged"

_WELL = (Health.READY, Health.VALIDATED)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One thing that somebody said. `until` None: an acknowledgement without a time. All times in UTC."""

    id: int
    kind: str  # MAINTENANCE | ACKNOWLEDGED
    object_kind: str  # Region, ClusterDeployment, Credential, …
    namespace: str
    name: str
    reason: str
    person: str
    starts_at: datetime
    until: datetime | None
    health: str = ""  # of the object when this was said

    @property
    def is_maintenance(self) -> bool:
        return self.kind == MAINTENANCE

    @property
    def region(self) -> str:
        """The region that this covers whole; empty when it covers one object."""
        if not self.is_maintenance:
            return ""
        return self.name if self.object_kind == "Region" else MANAGEMENT if self.object_kind == "Management" else ""

    @property
    def label(self) -> str:
        """How the thing is called: namespace/name, or only the name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def short(self) -> str:
        """For a badge or a tile: "Maintenance until 18:00", "Known"."""
        if self.is_maintenance:
            return f"Maintenance until {clock(self.until, self.starts_at)}" if self.until else "Maintenance"
        return "Known"

    @property
    def sentence(self) -> str:
        """Whole: what, until when, why and who."""
        what = "In maintenance" if self.is_maintenance else "Known of"
        when = f" until {clock(self.until, self.starts_at)}" if self.until else ""
        return f"{what}{when}: {self.reason} ({self.person})"

    def covers(self, kind: str, namespace: str, name: str, region: str = "") -> bool:
        """Whether it speaks of this object; `region` is where the object belongs."""
        if (kind, namespace, name) == (self.object_kind, self.namespace, self.name):
            return True
        return bool(self.region) and region == self.region

    def over(self, health: Health, now: datetime) -> str:
        """Why it ends now, in words; empty while it goes on. `health` is the object's at this moment."""
        if self.until and now >= self.until:
            return "its time was over"
        if self.is_maintenance:
            return ""
        if health in _WELL:
            return f"it is {health} again"
        if self.health and health.rank < Health(self.health).rank:
            return f"it got worse: {health}, was {self.health}"
        return ""


def clock(until: datetime, now: datetime) -> str:
    """The time of day in UTC, with the day when that is another one."""
    return f"{until:%H:%M} UTC" if until.date() == now.date() else f"{until:%d %b %H:%M} UTC"


def covering(all_of_them: tuple[Upkeep, ...], kind: str, namespace: str, name: str, region: str = "") -> Upkeep | None:
    """What is said of this object, maintenance before an acknowledgement."""
    found = [one for one in all_of_them if one.covers(kind, namespace, name, region)]
    return min(found, key=lambda one: (not one.is_maintenance, one.id), default=None)
