"""Whether a chart will take its values, by its schema and by what no schema says. Names paths, quotes no values."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from deployments.domain.findings import Problem, error, pointer, warning
from deployments.domain.schema import required
from deployments.domain.schema.form import musts_unfilled
from deployments.domain.schema.values import Path, at

MOST = 50
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys with values",
    "null": "nothing (null)",
}


def validate(schema: Mapping[str, Any] | None, merged: Mapping[str, Any]) -> list[Problem]:
    """What the schema does not allow in the merged values, at most 50 problems, each at its path (`config/…`).

    What k0rdent fills itself is passed over. A schema that cannot be used gives one warning: nothing was checked.
    """
    if not isinstance(schema, Mapping):
        return []
    try:
        Draft202012Validator.check_schema(schema)
        # A registry of its own: a schema from a cluster must not make us fetch what it refers to.
        validator = Draft202012Validator(schema, registry=Registry())
        failures = sorted(
            validator.iter_errors(merged), key=lambda failure: [str(step) for step in failure.absolute_path]
        )
    except (SchemaError, Unresolvable, RecursionError, ValueError, TypeError, AttributeError):
        return [warning("config", "The template's schema cannot be used, so these values could not be checked.")]
    except Exception as failure:  # what jsonschema wraps around a reference that it cannot resolve, or a broken pattern
        if type(failure).__module__.partition(".")[0] not in ("jsonschema", "referencing", "re", "sre_constants"):
            raise
        return [warning("config", "The template's schema cannot be used, so these values could not be checked.")]
    found = dict.fromkeys(problem for failure in failures for problem in _problems(failure))
    return list(found)[:MOST]


def _problems(failure: ValidationError) -> Iterator[Problem]:
    path = tuple(failure.absolute_path)
    named = tuple(str(step) for step in path)
    if required.is_hidden(named):
        return
    if failure.validator == "required":
        present = failure.instance if isinstance(failure.instance, Mapping) else {}
        for name in failure.validator_value:
            if name not in present and not required.is_hidden((*named, name)):
                yield error(pointer("config", (*path, name)), "This is needed.")
    elif failure.validator == "additionalProperties" and isinstance(failure.instance, Mapping):
        known = failure.schema.get("properties", {})
        for name in failure.instance:
            if name not in known and name in failure.message:
                yield error(pointer("config", (*path, name)), f"The template knows no {name} here, and refuses it.")
    else:
        yield error(pointer("config", path), _sentence(failure))


def _sentence(failure: ValidationError) -> str:
    wanted = failure.validator_value
    match failure.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else list(wanted)
            return f"This must be {' or '.join(_KINDS.get(kind, str(kind)) for kind in kinds)}."
        case "enum":
            return f"This must be one of {', '.join(str(one) if one != '' else 'empty' for one in wanted)}."
        case "minimum":
            return f"This must be at least {wanted}."
        case "maximum":
            return f"This must be at most {wanted}."
        case "exclusiveMinimum":
            return f"This must be more than {wanted}."
        case "exclusiveMaximum":
            return f"This must be less than {wanted}."
        case "minLength":
            return "This must not be empty." if wanted == 1 else f"This must have at least {wanted} characters."
        case "maxLength":
            return f"This must have at most {wanted} characters."
        case "minItems":
            return "At least one is needed." if wanted == 1 else f"At least {wanted} are needed."
        case "maxItems":
            return f"At most {wanted} are allowed."
        case "uniqueItems":
            return "The same is listed twice."
        case "pattern":
            return f"This does not look as the template wants it (pattern {wanted})."
        case "multipleOf":
            return f"This must be a multiple of {wanted}."
    return f"The template does not allow this (its rule: {failure.validator})."


def missing(schema: Mapping[str, Any] | None, merged: Mapping[str, Any], chart: str = "") -> list[Problem]:
    """What must be filled and is not: required by the schema but empty, or needed by what we know of the chart."""
    needed = dict.fromkeys([*_required(schema, merged, ()), *_musts(schema, merged, chart)])
    return [
        error(pointer("config", path), "This must be filled: without it the cluster does not come up.")
        for path in needed
    ]


def _required(schema: Any, values: Any, path: Path) -> Iterator[Path]:
    if not isinstance(schema, Mapping) or not isinstance(values, Mapping) or required.is_hidden(path):
        return
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        here = (*path, name)
        passed_over = required.is_hidden(here) or required.is_optional(here)
        allowed = (inner.get("enum") or ()) if isinstance(inner, Mapping) else ()
        if name in (schema.get("required") or ()) and values.get(name) == "" and not passed_over and "" not in allowed:
            yield here
        yield from _required(inner, values.get(name), here)


def _musts(schema: Any, merged: Any, chart: str) -> Iterator[Path]:
    for path in required.MUST.get(chart, ()):
        if not _in_schema(schema, path):
            continue
        instead = required.INSTEAD.get(path)
        if instead and at(merged, instead):
            continue
        yield from _gaps(merged, path, ())


def _in_schema(schema: Any, path: Iterable[str]) -> bool:
    for step in path:
        schema = at(schema, ("items",) if step == required.ANY else ("properties", step))
    return isinstance(schema, Mapping)


def _gaps(values: Any, path: Path, done: Path) -> Iterator[Path]:
    if not path:
        if musts_unfilled(values):
            yield done
    elif path[0] != required.ANY:
        yield from _gaps(at(values, path[:1]), path[1:], (*done, path[0]))
    elif not isinstance(values, list) or not values:
        yield done
    else:
        for place, member in enumerate(values):
            yield from _gaps(member, path[1:], (*done, str(place)))


def unknown(schema: Mapping[str, Any] | None, defaults: Mapping[str, Any], config: Mapping[str, Any]) -> list[Problem]:
    """Keys that neither the schema nor the defaults know: Helm takes them silently, and they do nothing."""
    return list(_unknown(schema, defaults, config, ())) if isinstance(schema, Mapping) else []


def _unknown(schema: Any, defaults: Any, config: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return  # whatever one likes may stand here
    known = {*properties, *(defaults if isinstance(defaults, Mapping) else ())}
    # Of keys that a closed mapping does not know, `validate` speaks.
    closed = schema.get("additionalProperties") is False or schema.get("patternProperties")
    for key, value in config.items():
        here = (*path, key)
        if required.is_hidden(here):
            continue
        if key not in known and not closed:
            close = get_close_matches(key, known, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            yield warning(pointer("config", here), f"The template knows no {'.'.join(here)}, so it does nothing.{hint}")
        elif key in known and isinstance(value, Mapping):
            yield from _unknown(properties.get(key), at(defaults, (key,)), value, here)


def problems(schema: Mapping[str, Any] | None, merged: Mapping[str, Any], chart: str = "") -> list[Problem]:
    """Everything about merged values: what is missing, what is not allowed, what is unwise."""
    gaps = missing(schema, merged, chart)
    seen = {gap.field for gap in gaps}
    found = [*gaps, *(problem for problem in validate(schema, merged) if problem.field not in seen)]
    number = merged.get("controlPlaneNumber")
    if isinstance(number, int) and not isinstance(number, bool) and number > 0 and number % 2 == 0:
        sentence = "An even number of control planes survives no more failures than one less: take an odd number."
        found.append(warning("config/controlPlaneNumber", sentence))
    return found
