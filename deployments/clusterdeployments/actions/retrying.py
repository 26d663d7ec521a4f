"""Flux asked to look again at once: what an operator does with annotations on the HelmRelease."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from deployments.clusterdeployments.actions.base import Action, ActionRequest
from deployments.clusterdeployments.actions.cases import Case
from deployments.domain.findings import Problem, warning
from regions.domain import manifest as m

REQUESTED, FORCED = "reconcile.fluxcd.io/requestedAt", "reconcile.fluxcd.io/forceAt"


def ask(case: Case, data: Mapping[str, str] | None) -> ActionRequest:
    release = case.release
    if release is None:
        return ActionRequest(
            why_not="It has no HelmRelease yet (one that is only validated has none), so there is nothing to try again."
        )
    said = (data or {}).get("at", "")
    at = said if _is_time(said) else timezone.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    force = "force" in (data or {})
    found: list[Problem] = []
    if m.part(release, "spec", "suspend") is True:
        found.append(warning("", "Its HelmRelease is suspended: Flux does nothing until it is resumed."))
    if force:
        found.append(warning("force", "Flux upgrades the release once, whether anything differs or not."))
    shows = {"at": at, "force": force}
    if data is None:
        return ActionRequest(shows=shows, problems=tuple(found))
    notes = {REQUESTED: at} | ({FORCED: at} if force else {})
    patch = {"metadata": {"annotations": notes}}
    planned = case.part(release, patch, {}, "Asks Flux to reconcile now. It acts on it once.")
    return ActionRequest((planned,), tuple(found), shows)


def _is_time(text: str) -> bool:
    try:
        return len(text) < 40 and parse_datetime(text) is not None
    except ValueError:
        return False


RETRY = Action(
    "retry",
    "Retry now",
    "Retry now",
    "Flux looks at the HelmRelease at once instead of in a few minutes, and tries what failed again.",
    ask,
    whole=False,
)
