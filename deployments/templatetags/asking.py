"""Forms on which something is asked for: `{% load asking %}`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from deployments.domain.findings import Problem, errors
from deployments.models import Step, Submission
from deployments.submissions import Outcome

register = template.Library()

_OUTCOMES = {
    Outcome.CREATE: ("check", "is-good"),
    Outcome.CHANGE: ("check", "is-good"),
    Outcome.SAME: ("check", "is-good"),
    Outcome.MOVED: ("cross", "is-bad"),
    Outcome.DELETE: ("cross", "is-open"),
    Outcome.TAKEN: ("cross", "is-bad"),
    Outcome.REFUSED: ("cross", "is-bad"),
    Outcome.UNCHECKED: ("dash", "is-open"),
}
_STEPS = {
    Step.State.STANDS: ("check", "is-good", "stands"),
    Step.State.SHARED: ("check", "is-good", "is there for all"),
    Step.State.REFUSED: ("cross", "is-bad", "was refused"),
    Step.State.UNKNOWN: ("dash", "is-open", "may stand"),
    Step.State.SENDING: ("dash", "is-open", "is being sent"),
    Step.State.WAITING: ("dash", "is-open", "was not sent"),
    Step.State.REMOVED: ("dash", "is-open", "was removed"),
}
_SUBMISSIONS = {
    Submission.State.WRITING: "Being sent",
    Submission.State.DONE: "Accepted",
    Submission.State.PARTIAL: "Accepted in part",
    Submission.State.REFUSED: "Refused",
    Submission.State.REMOVED: "Taken back",
}


@register.filter
def at(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """What a mapping has under a key that a template cannot spell."""
    return (mapping or {}).get(key)


@register.filter
def wrong(found: Iterable[Problem] | None) -> bool:
    """Whether anything is wrong with a box, rather than worth knowing."""
    return bool(errors(found or ()))


@register.filter
def outcome_icon(outcome: Outcome) -> str:
    return _OUTCOMES[outcome][0]


@register.filter
def outcome_class(outcome: Outcome) -> str:
    return _OUTCOMES[outcome][1]


@register.filter
def step_icon(state: str) -> str:
    return _STEPS[Step.State(state)][0]


@register.filter
def step_class(state: str) -> str:
    return _STEPS[Step.State(state)][1]


@register.filter
def step_words(step: Step) -> str:
    words = {("patch", Step.State.STANDS): "was changed", ("patch", Step.State.UNKNOWN): "may be changed"}
    return words.get((step.verb, Step.State(step.state)), _STEPS[Step.State(step.state)][2])


@register.filter
def submission_words(state: str) -> str:
    return _SUBMISSIONS[Submission.State(state)]
