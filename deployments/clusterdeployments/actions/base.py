"""What an action is: a form over a case, and what it comes to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.clusterdeployments.actions.cases import Case
from deployments.domain.findings import Problem
from deployments.domain.manifests import Planned


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action as filled in: its changes in order, what is wrong, and what its template shows."""

    planned: tuple[Planned, ...] = ()
    problems: tuple[Problem, ...] = ()
    shows: Mapping[str, Any] = field(default_factory=dict)
    why_not: str = ""  # it cannot be done to this deployment at all, and why


@dataclass(frozen=True, slots=True)
class Action:
    """`ask` reads a filled form (None: as it is first shown). `whole`: it changes the deployment itself."""

    key: str
    title: str
    button: str
    lead: str
    ask: Callable[[Case, Mapping[str, str] | None], ActionRequest]
    whole: bool = True

    @property
    def template(self) -> str:
        return f"actions/{self.key}.html"
