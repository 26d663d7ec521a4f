"""What is looked at of the place where a deployment is to run, before it is asked for: each with what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from deployments.domain.drafts import DeploymentDraft
from deployments.domain.world import World, cluster_of
from regions.domain.refs import MANAGEMENT


class State(StrEnum):
    """How a check came out; `open`: it could not be made."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    state: State
    sentence: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the place besides the World. None in it: not known."""

    heard: bool | None  # its API server answers us
    heard_said: str = ""  # since when it does not
    proven: bool | None = None  # a cluster has shown that the cloud accepts the credential
    proof_said: str = ""
    leftovers: Mapping[str, bool] | None = None  # kind of an object of this name -> whether it is there
    load: str = ""  # what metrics say of the clusters that run there already


def checks(draft: DeploymentDraft, world: World, ground: Ground) -> tuple[Check, ...]:
    """In the order in which things go wrong. The draft names a credential and a template that are there."""
    credential = world.credentials[draft.namespace, draft.credential]
    hosting = cluster_of(credential.region)
    place = "the management cluster" if hosting == MANAGEMENT else hosting
    return (
        _reachable(place, ground), *_providers(draft, world, hosting, place),
        _namespace(draft, world, hosting, place, credential.kind), _live(draft, ground), _free(draft, place, ground),
        Check("Capacity", State.OPEN, f"What the cloud has left is known to nobody before machines are made. "
                                      f"{ground.load or 'No metrics are known of what runs there.'}"),
    )  # fmt: skip


def _reachable(place: str, ground: Ground) -> Check:
    if ground.heard is None:
        return Check("Reachable", State.OPEN, f"Whether {place} answers is not known.")
    if ground.heard:
        return Check("Reachable", State.GOOD, f"Pane hears {place}.")
    said = f"Pane has not heard {place}{ground.heard_said}, and k0rdent may not reach it either."
    return Check("Reachable", State.BAD, said)


def _providers(draft: DeploymentDraft, world: World, hosting: str, place: str) -> list[Check]:
    template = world.templates[draft.namespace, draft.template]
    found = []
    for provider in template.providers:
        if not provider.startswith("infrastructure-") or provider == "infrastructure-internal":
            continue
        takes = world.interface(hosting, provider)
        name = provider.removeprefix("infrastructure-")
        if takes is None:
            found.append(Check("Provider", State.OPEN, f"Whether {name} is installed on {place} is not known."))
        elif takes:
            found.append(Check("Provider", State.GOOD, f"{name} is installed on {place}."))
        else:
            found.append(Check("Provider", State.BAD, f"{name} is not installed on {place}."))
    return found


def _namespace(draft: DeploymentDraft, world: World, hosting: str, place: str, identity: str) -> Check:
    there = world.has_namespace(hosting, draft.namespace)
    if there is None:
        return Check("Namespace", State.OPEN, f"{place} could not be asked for the namespace {draft.namespace}.")
    if there:
        return Check("Namespace", State.GOOD, f"{draft.namespace} is there on {place}.")
    if identity.startswith("AWS"):
        return Check("Namespace", State.BAD, f"There is no {draft.namespace} on {place}, and with a credential of this "
                                             "kind nobody makes it: make it there first.")  # fmt: skip
    return Check("Namespace", State.OPEN, f"There is no {draft.namespace} on {place} yet; k0rdent makes it when it "
                                          "copies the credential.")  # fmt: skip


def _live(draft: DeploymentDraft, ground: Ground) -> Check:
    state = {True: State.GOOD, False: State.BAD, None: State.OPEN}[ground.proven]
    said = ground.proof_said or f"No cluster has shown yet whether {draft.credential} works."
    return Check("Credential", state, said)


def _free(draft: DeploymentDraft, place: str, ground: Ground) -> Check:
    if ground.leftovers is None:
        return Check("Name", State.OPEN, f"Whether something called {draft.name} is left on {place} is not known.")
    left = [kind for kind, there in ground.leftovers.items() if there]
    if left:
        return Check("Name", State.BAD, f"A {' and a '.join(left)} {draft.name} is there already, of something else.")
    return Check("Name", State.GOOD, f"Nothing is called {draft.name} in {draft.namespace} on {place}.")
