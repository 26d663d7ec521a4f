"""The difference between two manifests of one object, in words."""

from dataclasses import dataclass

from regions.domain import manifest as m
from regions.domain.health import Assessment, Health
from regions.domain.manifest import Manifest


@dataclass(frozen=True, slots=True)
class News:
    """One row for the log."""

    reason: str
    message: str
    severity: str = "normal"  # normal, warning, error
    keep: bool = False  # spec or status changed: keep the manifest with the row


def difference(before: Manifest | None, after: Manifest, was: Assessment | None, now_is: Assessment) -> News | None:
    """What is new between two manifests of one object; None when nothing that matters."""
    severity = _severity(now_is.health)
    if before is None:
        return News("Created", f"{m.kind(after)} {m.name(after)} was created", "normal", True)
    keep = before.get("spec") != after.get("spec") or before.get("status") != after.get("status")
    if was is None or was.health is not now_is.health:
        return News("HealthChanged", f"{now_is.health}: {now_is.message}", severity, keep)
    if keep:
        return News("Updated", now_is.message, "normal", keep)
    return None


def _severity(health: Health) -> str:
    if health is Health.FAILED:
        return "error"
    return "warning" if health in (Health.DEGRADED, Health.UNKNOWN) else "normal"
