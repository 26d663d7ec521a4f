"""What is looked at of the place where a deployment is to run, before it is asked for: each with what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from deployments.domain.drafts import DeploymentDraft
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.refs import in_words, located


class CheckState(StrEnum):
    """How a check came out; `open`: it could not be made."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class PreflightCheck:
    """One thing that was looked at."""

    what: str
    state: CheckState
    sentence: str


@dataclass(frozen=True, slots=True)
class Destination:
    """What is known of the place besides the snapshot. None in it: not known."""

    heard: bool | None  # its API server answers us
    heard_said: str = ""  # since when it does not
    proven: bool | None = None  # a cluster has shown that the cloud accepts the credential
    proof_said: str = ""
    leftovers: Mapping[str, bool] | None = None  # kind of an object of this name -> whether it is there
    load: str = ""  # what metrics say of the clusters that run there already


def checks(draft: DeploymentDraft, snapshot: ClusterSnapshot, destination: Destination) -> tuple[PreflightCheck, ...]:
    """In the order in which things go wrong. The draft names a credential and a template that are there."""
    credential = snapshot.credentials[draft.namespace, draft.credential]
    hosting = credential.region
    return (
        _reachable(in_words(hosting), destination),
        *_providers(draft, snapshot, hosting),
        _namespace(draft, snapshot, hosting, credential.kind),
        _live(draft, destination),
        _free(draft, hosting, destination),
        PreflightCheck(
            "Capacity",
            CheckState.OPEN,
            f"What the cloud has left is known to nobody before machines are made. "
            f"{destination.load or 'No metrics are known of what runs there.'}",
        ),
    )


def _reachable(place: str, destination: Destination) -> PreflightCheck:
    if destination.heard is None:
        return PreflightCheck("Reachable", CheckState.OPEN, f"Whether {place} answers is not known.")
    if destination.heard:
        return PreflightCheck("Reachable", CheckState.GOOD, f"Pane hears {place}.")
    said = f"Pane has not heard {place}{destination.heard_said}, and k0rdent may not reach it either."
    return PreflightCheck("Reachable", CheckState.BAD, said)


def _providers(draft: DeploymentDraft, snapshot: ClusterSnapshot, hosting: str) -> list[PreflightCheck]:
    where = located(hosting)
    template = snapshot.templates[draft.namespace, draft.template]
    found = []
    for provider in template.providers:
        if not provider.startswith("infrastructure-") or provider == "infrastructure-internal":
            continue
        takes = snapshot.interface(hosting, provider)
        name = provider.removeprefix("infrastructure-")
        if takes is None:
            found.append(
                PreflightCheck("Provider", CheckState.OPEN, f"Whether {name} is installed {where} is not known.")
            )
        elif takes:
            found.append(PreflightCheck("Provider", CheckState.GOOD, f"{name} is installed {where}."))
        else:
            found.append(PreflightCheck("Provider", CheckState.BAD, f"{name} is not installed {where}."))
    return found


def _namespace(draft: DeploymentDraft, snapshot: ClusterSnapshot, hosting: str, identity: str) -> PreflightCheck:
    where = located(hosting)
    there = snapshot.has_namespace(hosting, draft.namespace)
    if there is None:
        return PreflightCheck(
            "Namespace",
            CheckState.OPEN,
            f"Whether there is a namespace {draft.namespace} is not known: {in_words(hosting)} could not be asked.",
        )
    if there:
        return PreflightCheck("Namespace", CheckState.GOOD, f"{draft.namespace} is there {where}.")
    if identity.startswith("AWS"):
        return PreflightCheck(
            "Namespace",
            CheckState.BAD,
            f"There is no {draft.namespace} {where}, and with a credential of this "
            "kind nobody makes it: make it there first.",
        )
    return PreflightCheck(
        "Namespace",
        CheckState.OPEN,
        f"There is no {draft.namespace} {where} yet; k0rdent makes it when it copies the credential.",
    )


def _live(draft: DeploymentDraft, destination: Destination) -> PreflightCheck:
    state = {True: CheckState.GOOD, False: CheckState.BAD, None: CheckState.OPEN}[destination.proven]
    said = destination.proof_said or f"No cluster has shown yet whether {draft.credential} works."
    return PreflightCheck("Credential", state, said)


def _free(draft: DeploymentDraft, hosting: str, destination: Destination) -> PreflightCheck:
    where = located(hosting)
    if destination.leftovers is None:
        return PreflightCheck(
            "Name", CheckState.OPEN, f"Whether something called {draft.name} is left {where} is not known."
        )
    left = [kind for kind, there in destination.leftovers.items() if there]
    if left:
        return PreflightCheck(
            "Name", CheckState.BAD, f"A {' and a '.join(left)} {draft.name} is there already, of something else."
        )
    return PreflightCheck("Name", CheckState.GOOD, f"Nothing is called {draft.name} in {draft.namespace} {where}.")
