"""Health: the one scale on which every object is judged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
