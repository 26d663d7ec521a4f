"""Which changes of the log are turns that somebody may want to be told of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regions.domain.health_scale import ILL, Health, label
from regions.domain.links import LOST
from regions.domain.refs import MANAGEMENT

REGION_LOST, REGION_BACK = "region_lost", "region_back"
DEPLOYMENT_FAILED, DEPLOYMENT_READY = "deployment_failed", "deployment_ready"
CREDENTIAL_REJECTED, BACKUP_FAILED = "credential_rejected", "backup_failed"
TEST = "test"

TURNS = {
    REGION_LOST: "A region is lost, refuses us, has no kubeconfig that Pane accepts, or is another cluster",
    REGION_BACK: "A region answers again",
    DEPLOYMENT_FAILED: "A deployment failed, degraded, or is ready by k0rdent’s word alone",
    DEPLOYMENT_READY: "A deployment became ready",
    CREDENTIAL_REJECTED: "A credential is no longer good",
    BACKUP_FAILED: "A backup failed",
}
SEVERITIES = ("error", "warning", "info")
"""Worst first."""

_LOST = (*LOST, "ClusterReplaced")
_WHEN_ILL = {
    "ClusterDeployment": DEPLOYMENT_FAILED,
    "Credential": CREDENTIAL_REJECTED,
    "ManagementBackup": BACKUP_FAILED,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Something turned: which way, and how bad that is."""

    what: str
    severity: str


def turn(change: Any) -> Turn | None:
    """What this row of the log turns, if anything that people are told of. Takes anything with a Change's columns."""
    if change.kind in ("Region", "Management") and change.source == "observed":
        if change.reason in _LOST:
            return Turn(REGION_LOST, "error")
        if change.reason == "LinkRestored":
            return Turn(REGION_BACK, "info")
        return None
    if change.source != "observed" or change.health == change.previous_health:
        return None
    worse = change.health == Health.FAILED or change.previous_health not in ILL
    if change.health in ILL and worse and change.kind in _WHEN_ILL:
        return Turn(_WHEN_ILL[change.kind], "error" if change.health == Health.FAILED else "warning")
    if change.kind == "ClusterDeployment" and change.health == Health.READY and change.previous_health:
        return Turn(DEPLOYMENT_READY, "info")
    return None


def sentence(what: str, change: Any) -> str:
    """What happened, to what, in its own words."""
    name = f"{change.namespace}/{change.name}" if change.namespace else change.name
    if what in (REGION_LOST, REGION_BACK):
        return str(change.message)
    kind = {"ClusterDeployment": "Deployment", "ManagementBackup": "Backup"}.get(change.kind, change.kind)
    place = "" if change.region in ("", MANAGEMENT) else f" in {change.region}"
    if what == DEPLOYMENT_READY:
        return f"{kind} {name}{place} is Ready, was {label(change.previous_health)}"
    said = str(change.message).partition(": ")[2] if change.reason == "HealthChanged" else str(change.message)
    return f"{kind} {name}{place} is {label(change.health)}: {said}"


def parse_selector(text: str) -> list[tuple[str, str, frozenset[str]]]:
    """A label selector as kubectl takes it: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, between commas.

    Raises ValueError with a sentence.
    """
    found: list[tuple[str, str, frozenset[str]]] = []
    for part in _parts(text):
        head, _, values = part.partition("(")
        words = head.split()
        if values and len(words) == 2 and words[1] in ("in", "notin"):
            found.append((words[0], words[1], frozenset(v.strip() for v in values.rstrip(") ").split(","))))
        elif "!=" in part:
            key, _, value = part.partition("!=")
            found.append((key.strip(), "notin", frozenset({value.strip()})))
        elif "=" in part:
            key, _, value = part.replace("==", "=").partition("=")
            found.append((key.strip(), "in", frozenset({value.strip()})))
        elif part.startswith("!"):
            found.append((part[1:].strip(), "absent", frozenset()))
        else:
            found.append((part, "present", frozenset()))
        if not found[-1][0] or any(c.isspace() or c in "()=!," for c in found[-1][0]):
            raise ValueError(f"“{part}” is no label selector. Write team=shop, stage!=dev or team in (shop, search).")
    return found


def selects(selector: list[tuple[str, str, frozenset[str]]], labels: Mapping[str, str]) -> bool:
    """Whether these labels fit; as in Kubernetes, `!=` and `notin` also fit what lacks the label."""
    for key, operator, values in selector:
        value = labels.get(key)
        fits = {
            "in": value in values,
            "notin": value not in values,
            "present": value is not None,
            "absent": value is None,
        }[operator]
        if not fits:
            return False
    return True


def _parts(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]
