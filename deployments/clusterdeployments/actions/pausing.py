"""What can be paused of one deployment, and what cannot."""

from collections.abc import Mapping
from typing import Any

from deployments.clusterdeployments.actions.base import Action, ActionRequest
from deployments.clusterdeployments.actions.cases import SERVICES_PAUSED, Case
from deployments.domain.findings import Problem, warning
from deployments.domain.manifests import Planned
from regions.domain import manifest as m

LEFT = (
    "While it is suspended no change of the deployment reaches the cluster, and deleting it would leave its "
    "machines behind: Flux does not uninstall what is suspended."
)


def ask(case: Case, data: Mapping[str, str] | None) -> ActionRequest:
    release, sets = case.release, case.service_sets
    if release is None and not sets:
        return ActionRequest(why_not="It has neither a HelmRelease nor services yet, so there is nothing to pause.")
    suspended = release is not None and m.part(release, "spec", "suspend") is True
    paused = bool(sets) and all(SERVICES_PAUSED in m.annotations(one) for one in sets)
    mixed = not paused and any(SERVICES_PAUSED in m.annotations(one) for one in sets)
    wanted: dict[str, bool] = {
        "suspend": suspended if data is None else "suspend" in data,
        "services": paused if data is None else "services" in data,
    }
    region = m.text(m.part(case.opened.manifest, "status", "region"))
    shows: dict[str, Any] = {
        "release": release,
        "sets": sets,
        "wanted": wanted,
        "mixed": mixed,
        "region": region,
        "suspended": suspended,
        "paused": paused,
    }
    if data is None:
        return ActionRequest(shows=shows)
    planned: list[Planned] = []
    found: list[Problem] = []
    if release is not None and wanted["suspend"] != suspended:
        why = "Flux leaves the release alone." if wanted["suspend"] else "Flux goes on with the release."
        patch = {"spec": {"suspend": wanted["suspend"]}}
        planned.append(case.part(release, patch, {"spec": {"suspend": True}} if suspended else {}, why))
        found.append(
            warning(
                "suspend",
                "k0rdent writes this HelmRelease itself, and may put this back when it writes "
                "it next: at every change of the deployment.",
            )
        )
        if wanted["suspend"]:
            found.append(warning("suspend", LEFT))
    for one in sets:
        has = SERVICES_PAUSED in m.annotations(one)
        if has == wanted["services"]:
            continue
        value = "true" if wanted["services"] else None
        why = "Its services stay as they are." if value else "Its services are reconciled again."
        planned.append(case.part(one, {"metadata": {"annotations": {SERVICES_PAUSED: value}}}, {}, why))
    return ActionRequest(tuple(planned), tuple(found), shows)


PAUSE = Action(
    "pause",
    "Pause or resume",
    "Send it",
    "Parts of it can be left alone for a while. k0rdent itself cannot pause a single deployment.",
    ask,
    whole=False,
)
