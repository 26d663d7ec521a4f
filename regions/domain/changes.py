"""The difference between two manifests of one object, in words: at most one row for the log.

Reasons are CamelCase and stable, most significant first: `Created`, `DeletionRequested`, `HealthChanged`,
`<Condition>BecameTrue|False|Unknown`, `<Condition>Changed` (another reason or message), `<Condition>Removed`,
`PhaseChanged`, `ServiceStateChanged`, `ComponentChanged`, `ReplicasChanged`, `TemplateChanged`, `VersionChanged`,
`SpecChanged`, `Paused`, `Resumed`, `LabelsChanged`, `DataChanged`, `StatusChanged`. The row has the first one;
its message has a sentence for each. (The journal writes `Deleted`, `StillContradicted`, and what happens to links.)
"""

from dataclasses import dataclass

from regions.domain import manifest as m
from regions.domain.differences import Sentence, differences
from regions.domain.health import Assessment, Health
from regions.domain.health_scale import ILL
from regions.domain.manifest import Manifest
from regions.domain.words import short

_BAD = frozenset({*ILL, Health.UNKNOWN})
_CAUSES = frozenset({"DeletionRequested", "TemplateChanged", "VersionChanged", "SpecChanged", "Paused", "Resumed"})
"""What somebody did. When health only follows from it, and is not bad, it is what the row is about."""


@dataclass(frozen=True, slots=True)
class News:
    """One row for the log."""

    reason: str
    message: str
    severity: str = "normal"  # normal, warning, error


def difference(before: Manifest | None, after: Manifest, was: Assessment | None, now_is: Assessment) -> News | None:
    """What is new between two manifests of one object; None when nothing that matters.

    Both as `redact` returns them. No value of a spec is ever named, only its place, save for names of templates and
    credentials, versions and numbers of replicas.
    """
    if before is None:
        return News("Created", short(_created(after)), _severity(now_is.health))
    found = differences(before, after)
    if was is not None and was.health is not now_is.health:
        turned = Sentence("HealthChanged", f"{now_is.health.label}, was {was.health.label}: {now_is.message}")
        caused = bool(found) and found[0].reason in _CAUSES and now_is.health not in _BAD
        found.insert(1 if caused else 0, turned)
    if not found:
        return None
    message = short(". ".join(sentence.text.rstrip(".") for sentence in _without_echo(found)))
    changed = was is None or was.health is not now_is.health
    severity = _severity(now_is.health) if changed else _ordinary(found, now_is.health)
    # A condition's type may be written as domain/Name, and be long.
    reason = found[0].reason.rpartition("/")[2][:128]
    return News(reason, message, severity)


def _created(after: Manifest) -> str:
    spec = m.mapping(after.get("spec"))
    said = f"{m.kind(after) or 'Object'} {m.name(after)} was created"
    if template := m.text(spec.get("template")) if m.kind(after) == "ClusterDeployment" else "":
        said += f" from template {template}"
        if credential := m.text(spec.get("credential")):
            said += f" with credential {credential}"
    return said


def _without_echo(found: list[Sentence]) -> list[Sentence]:
    """A condition whose message health already repeats is said once."""
    first = found[0]
    if first.reason != "HealthChanged" or len(found) < 2:
        return found
    return [first, *(sentence for sentence in found[1:] if not sentence.detail or sentence.detail not in first.text)]


def _severity(health: Health) -> str:
    if health is Health.FAILED:
        return "error"
    return "warning" if health in _BAD else "normal"


def _ordinary(found: list[Sentence], health: Health) -> str:
    """Nothing got worse as a whole; what turned bad within something bad is still a warning."""
    return "warning" if health in _BAD and any(sentence.bad for sentence in found) else "normal"
