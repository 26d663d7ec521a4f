"""Health: the one scale on which every object is judged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regions.domain import manifest as m
from regions.domain.manifest import Manifest


class Health(StrEnum):
    """Worst first. Unknown means that we do not know (silent, unreachable, not permitted): never red, never green."""

    FAILED = "Failed"
    DEGRADED = "Degraded"
    UNKNOWN = "Unknown"
    PROGRESSING = "Progressing"
    DELETING = "Deleting"
    PAUSED = "Paused"
    VALIDATED = "Validated"
    READY = "Ready"

    @property
    def rank(self) -> int:
        """0 is worst; sort by it."""
        return list(Health).index(self)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How an object is doing, why in its own words, and when to look again though nothing was heard."""

    health: Health
    message: str
    due_at: datetime | None = None


def assess(manifest: Manifest, now: datetime, progressed_at: datetime | None) -> Assessment:
    """Say how an object is doing, and why. `progressed_at` is when it last changed in a way that matters."""
    if m.deleting_at(manifest):
        return Assessment(Health.DELETING, "Deleting")
    ready = m.condition(manifest, "Ready")
    if ready is None:
        return Assessment(Health.PROGRESSING, "Nothing has been reported yet")
    if ready["status"] == "True":
        return Assessment(Health.READY, ready["message"] or "Ready")
    return Assessment(Health.DEGRADED, ready["message"] or ready["reason"])
