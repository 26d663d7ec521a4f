"""From what was posted to config. What was typed is kept, readable or not, and shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.findings import Problem, error, warning
from deployments.domain.schema.fields import Field, Form, Unreadable
from deployments.domain.schema.values import has, put
from deployments.domain.spellings import spelled


@dataclass(frozen=True, slots=True)
class Parsed:
    """`config` has what could be read; `form` is the same form with what was typed in its boxes."""

    config: dict[str, Any]
    form: Form
    problems: tuple[Problem, ...]


def parse(form: Form, data: Mapping[str, str]) -> Parsed:
    """The config that was typed. A field that was not posted, or is empty, says nothing."""
    config: dict[str, Any] = {}
    found: list[Problem] = []
    typed: dict[str, Field] = {}
    for one in form.fields:
        text = data.get(one.name, "")
        typed[one.name] = replace(one, text=text)
        if not text.strip():
            continue
        try:
            if len(text) > safe_yaml.LARGEST:
                raise Unreadable("This is longer than a cluster stores in one object.")
            put(config, one.path, one.read(text))
            found += spelled(one.name, one.surprises(text))
        except Unreadable as problem:
            found.append(error(one.name, str(problem)))
    rest = replace(form.rest, text=data.get(form.rest.name, ""))
    if rest.text.strip():
        try:
            found += _lay(config, rest, form)
        except Unreadable as problem:
            found.append(error(rest.name, str(problem)))
    groups = tuple(replace(group, fields=tuple(typed[one.name] for one in group.fields)) for group in form.groups)
    return Parsed(config, replace(form, groups=groups, rest=rest), tuple(found))


def _lay(config: dict[str, Any], rest: Field, form: Form) -> list[Problem]:
    values = rest.read(rest.text)
    if values is None:
        return []
    if not isinstance(values, dict):
        raise Unreadable("Other values are keys with values, such as `region: eu-west-1`.")
    twice = [one for one in form.fields if has(config, one.path) and has(values, one.path)]
    _over(config, values)
    return spelled(rest.name, rest.surprises(rest.text)) + [
        warning(rest.name, f"{'.'.join(one.path)} is given here and in its own field; what is here counts.")
        for one in twice
    ]


def _over(config: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        below = config.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            _over(below, value)
        else:
            config[key] = value
