"""From validated to real."""

from collections.abc import Mapping

from deployments.clusterdeployments.actions.base import Action, ActionRequest
from deployments.clusterdeployments.actions.cases import Case
from deployments.domain.findings import error
from regions.domain import manifest as m


def ask(case: Case, data: Mapping[str, str] | None) -> ActionRequest:
    if m.part(case.opened.manifest, "spec", "dryRun") is not True:
        return ActionRequest(why_not="It is real already: nothing of it is only validated.")
    bad = [one for one in m.conditions(case.opened.manifest) if one["status"] == "False"]
    found = [error("", f"k0rdent found something wrong with it: {one['message'] or one['type']}") for one in bad]
    patch, seen = {"spec": {"dryRun": False}}, {"spec": {"dryRun": True}}
    planned = case.own(patch, seen, "k0rdent makes the cluster now: its machines, disks and load balancers.")
    return ActionRequest((planned,) if data is not None else (), tuple(found))


APPLY = Action(
    "apply",
    "Make it real",
    "Make it real",
    "It was only validated so far. From now on k0rdent makes its machines, which cost what they cost.",
    ask,
)
