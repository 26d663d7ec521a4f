"""How many machines: of the workers, of the control plane, and of the pools where a template has several."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployments.clusterdeployments.actions.base import Action, ActionRequest
from deployments.clusterdeployments.actions.cases import Case
from deployments.domain import schema
from deployments.domain.findings import Problem, Severity, error, errors, warning
from deployments.domain.manifests import Planned
from deployments.domain.problems import problems
from deployments.domain.risks import COUNTS
from deployments.domain.schema.fields import Field, Unreadable
from deployments.domain.schema.values import Path, at, has, merge, put
from deployments.domain.snapshot import KnownTemplate


@dataclass(frozen=True, slots=True)
class Count:
    """One number that may be changed. `text` is what the box holds; `now` what runs, None when nothing says so."""

    field: Field
    now: Any
    text: str

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def label(self) -> str:
        step = self.field.path[-1]
        own = {"workersNumber": "Workers", "controlPlaneNumber": "Control plane machines"}.get(step)
        return own or " ".join(self.field.path)


def ask(case: Case, data: Mapping[str, str] | None) -> ActionRequest:
    known, template = case.known()
    draft = case.opened.draft
    counts = [_count(one, case, template, data) for one in _fields(template)]
    if not counts:
        return ActionRequest(
            why_not="Its template has no number of machines. Machines that are listed one by one are added "
            "and taken away by editing it."
        )
    found: list[Problem] = []
    config: dict[str, Any] = {}
    seen: dict[str, Any] = {}
    for one in counts:
        if data is None:
            continue
        try:
            wanted = one.field.read(one.text)
        except Unreadable as problem:
            found.append(error(one.name, str(problem)))
            continue
        if wanted == one.now:
            continue
        found += _judged(one, wanted)
        put(config, one.field.path, wanted)
        stated = at(draft.config, one.field.path) if has(draft.config, one.field.path) else None
        put(seen, one.field.path, stated)
    if config and not errors(found):
        after = replace(draft, config=merge(draft.config, config))
        boxes = {one.name for one in counts}
        found += [
            one
            for one in problems(after, known, case.opened.manifest)
            if one.severity is Severity.ERROR or one.field in boxes
        ]
    planned: tuple[Planned, ...] = ()
    if config:
        patch = {"spec": {"config": config}}
        planned = (case.own(patch, {"spec": {"config": seen}}, "How many machines the cluster has."),)
    return ActionRequest(planned, tuple(dict.fromkeys(found)), {"counts": counts})


def _fields(template: KnownTemplate) -> list[Field]:
    form = schema.form(template.schema, template.defaults, None, template.chart)
    numbers = [one for one in form.fields if one.path[-1] in COUNTS and one.widget == schema.Widget.NUMBER]
    if not form.fields:  # no schema was published: the defaults say what is counted
        numbers = [
            Field((key,), schema.Widget.NUMBER, key, whole=True, minimum=0)
            for key, value in template.defaults.items()
            if key in COUNTS and type(value) is int
        ]
    return sorted(numbers, key=lambda one: COUNTS.index(one.path[-1]))


def _count(one: Field, case: Case, template: KnownTemplate, data: Mapping[str, str] | None) -> Count:
    now = at(merge(template.defaults, case.opened.draft.config), one.path)
    shown = "" if now is None else str(now)
    return Count(one, now, shown if data is None else data.get(one.name, shown).strip())


def _judged(one: Count, wanted: Any) -> list[Problem]:
    path: Path = one.field.path
    found: list[Problem] = []
    less = isinstance(one.now, int) and isinstance(wanted, int) and wanted < one.now
    if path[-1] == "controlPlaneNumber":
        if isinstance(wanted, int) and wanted > 0 and wanted % 2 == 0:
            found.append(
                error(
                    one.name,
                    "Take an odd number: an even one survives no more failures than one less, and "
                    "leaves no majority when it splits.",
                )
            )
        elif less:
            found.append(warning(one.name, "Members of etcd leave one by one, and fewer survive fewer failures."))
    elif less:
        gone = one.now - wanted
        found.append(
            warning(
                one.name,
                f"{gone} machine{'s' if gone > 1 else ''} will be drained and removed, with what lies on their disks.",
            )
        )
    return found


SCALE = Action(
    "scale", "Scale", "Scale", "How many machines the cluster has. Machines come and go one after the other.", ask
)
