"""Health: the one scale on which every object is judged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """Worst first. Unknown means that we do not know (silent, unreachable, not permitted): never red, never green."""

    FAILED = "Failed"
    DEGRADED = "Degraded"
    CONTRADICTED = "Contradicted"  # k0rdent says Ready, and what it is made of says otherwise
    UNKNOWN = "Unknown"
    PROGRESSING = "Progressing"
    DELETING = "Deleting"
    PAUSED = "Paused"
    VALIDATED = "Validated"
    READY = "Ready"

    @property
    def rank(self) -> int:
        """0 is worst; sort by it."""
        return _RANKS[self]

    @property
    def label(self) -> str:
        """How people are told: what k0rdent says stays visible where we doubt it."""
        return "Ready, contradicted" if self is Health.CONTRADICTED else self.value


_RANKS = {health: rank for rank, health in enumerate(Health)}

ILL = (Health.FAILED, Health.DEGRADED, Health.CONTRADICTED)
"""What needs somebody. Unknown may, too, and is told apart: there it is the link that does."""


def label(health: str | None) -> str:
    """A health as people are told it, also of one that was kept as text; what is none is left as it is."""
    return Health(health).label if health in set(Health) else health or ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """How an object is doing, why in its own words, and when to look again though nothing was heard."""

    health: Health
    message: str
    due_at: datetime | None = None
