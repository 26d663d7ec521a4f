"""Structural OpenAPI schemas of custom resources: defaults, unknown fields, validation with causes."""

import re
from collections.abc import Iterator
from typing import Any

from dashboard.demo.apiserver import cel
from dashboard.demo.apiserver.errors import Cause
from dashboard.demo.apiserver.store import encode

Schema = dict[str, Any]
UNCHECKED = Cause(
    "<nil>",
    "FieldValueInvalid",
    "Invalid value: null: some validation rules were not checked because the object was "
    "invalid; correct the existing errors to complete validation",
)
_BLOCKING = frozenset(
    {
        "FieldValueRequired",
        "FieldValueTypeInvalid",
        "FieldValueTooLong",
        "FieldValueTooMany",
        "FieldValueNotSupported",
    }
)
_ROOT = frozenset({"apiVersion", "kind", "metadata"})
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def fill_defaults(value: Any, schema: Schema) -> None:
    """Put in place what the schema says is the default, wherever the object around it exists."""
    if isinstance(value, dict):
        for name, inner in (schema.get("properties") or {}).items():
            if name not in value and "default" in inner:
                value[name] = _copy(inner["default"])
            if name in value:
                fill_defaults(value[name], inner)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            for each in value.values():
                fill_defaults(each, extra)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for each in value:
            fill_defaults(each, schema["items"])


def prune(value: Any, schema: Schema, path: str = "") -> list[str]:
    """Drop the fields that the schema does not know; answers their paths."""
    dropped: list[str] = []
    if isinstance(value, dict):
        known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
        keeps = schema.get("x-kubernetes-preserve-unknown-fields") or (not known and not extra and "type" not in schema)
        for name in list(value):
            here = f"{path}.{name}" if path else name
            if not path and name in _ROOT:
                continue
            if name in known:
                dropped += prune(value[name], known[name], here)
            elif isinstance(extra, dict):
                dropped += prune(value[name], extra, here)
            elif not keeps and extra is not True:
                del value[name]
                dropped.append(here)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, each in enumerate(value):
            dropped += prune(each, schema["items"], f"{path}[{index}]")
    return dropped


def problems(value: Any, schema: Schema, old: Any = None, before: list[Cause] | None = None) -> list[Cause]:
    """Everything that is wrong, after what is known `before`. The rules in CEL are asked only when the shape is right,
    and a real server says so when it did not ask."""
    found = (before or []) + list(_check(value, schema, ""))
    if any(cause.reason in _BLOCKING for cause in found):
        return [*found, UNCHECKED] if has_rules(schema) else found
    return found + list(_rules(value, schema, old, ""))


def has_rules(schema: Schema) -> bool:
    """Whether there are rules in CEL anywhere in it."""
    inner = [*(schema.get("properties") or {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return "x-kubernetes-validations" in schema or any(has_rules(each) for each in inner if isinstance(each, dict))


def _check(value: Any, schema: Schema, path: str) -> Iterator[Cause]:
    if value is None and schema.get("nullable"):
        return
    wanted = schema.get("type")
    if schema.get("x-kubernetes-int-or-string"):
        if not isinstance(value, int | str):
            yield _type_problem(path, "integer,string", value)
        return
    if wanted and not _is(value, wanted):
        yield _type_problem(path, wanted, value)
        return
    if "enum" in schema and value not in schema["enum"]:
        listed = ", ".join(_show(each) for each in schema["enum"])
        yield Cause(path, "FieldValueNotSupported", f"Unsupported value: {_show(value)}: supported values: {listed}")
    if isinstance(value, dict):
        yield from _check_object(value, schema, path)
    elif isinstance(value, list):
        yield from _check_list(value, schema, path)
    elif isinstance(value, str):
        yield from _check_text(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _check_number(value, schema, path)


def _check_object(value: dict[str, Any], schema: Schema, path: str) -> Iterator[Cause]:
    for name in schema.get("required") or []:
        if name not in value:
            yield Cause(_join(path, name), "FieldValueRequired", "Required value")
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, each in value.items():
        if not path and name in _ROOT:
            continue
        if name in known:
            yield from _check(each, known[name], _join(path, name))
        elif isinstance(extra, dict):
            yield from _check(each, extra, _join(path, name))


def _check_list(value: list[Any], schema: Schema, path: str) -> Iterator[Cause]:
    if len(value) < schema.get("minItems", 0):
        yield _value_problem(path, value, f"{path} in body should have at least {schema['minItems']} items")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        yield Cause(path, "FieldValueTooMany", f"Too many: {len(value)}: must have at most {schema['maxItems']} items")
    keys = schema.get("x-kubernetes-list-map-keys")
    seen: list[Any] = []
    for index, each in enumerate(value):
        here = f"{path}[{index}]"
        yield from _check(each, schema.get("items") or {}, here)
        if keys and isinstance(each, dict):
            identity = {key: each[key] for key in keys if key in each}
            if identity in seen:
                yield Cause(here, "FieldValueDuplicate", f"Duplicate value: {encode(identity).decode()}")
            seen.append(identity)


def _check_text(value: str, schema: Schema, path: str) -> Iterator[Cause]:
    if len(value) < schema.get("minLength", 0):
        yield _value_problem(path, value, f"{path} in body should be at least {schema['minLength']} chars long")
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield Cause(path, "FieldValueTooLong", f"Too long: may not be more than {schema['maxLength']} bytes")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield _value_problem(path, value, f"{path} in body should match '{schema['pattern']}'")


def _check_number(value: float, schema: Schema, path: str) -> Iterator[Cause]:
    if "minimum" in schema and value < schema["minimum"]:
        yield _value_problem(path, value, f"{path} in body should be greater than or equal to {schema['minimum']}")
    if "maximum" in schema and value > schema["maximum"]:
        yield _value_problem(path, value, f"{path} in body should be less than or equal to {schema['maximum']}")


def _rules(value: Any, schema: Schema, old: Any, path: str) -> Iterator[Cause]:
    for rule in schema.get("x-kubernetes-validations") or []:
        changes_only = "oldSelf" in rule["rule"]
        if changes_only and old is None:
            continue
        try:
            holds = cel.compiled(rule["rule"])({"self": value, "oldSelf": old})
        except cel.Unreadable:
            continue
        if not holds:
            message = rule.get("message") or f"failed rule: {rule['rule']}"
            yield Cause(path, "FieldValueInvalid", f"Invalid value: {_show(value)}: {message}")
    if isinstance(value, dict):
        for name, inner in (schema.get("properties") or {}).items():
            if name in value:
                before = old.get(name) if isinstance(old, dict) else None
                yield from _rules(value[name], inner, before, _join(path, name))
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, each in enumerate(value):
            yield from _rules(each, schema["items"], None, f"{path}[{index}]")


def _is(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    if wanted == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[wanted])


def _type_problem(path: str, wanted: str, value: Any) -> Cause:
    kind = _type_of(value)
    message = f'Invalid value: "{kind}": {path} in body must be of type {wanted}: "{kind}"'
    return Cause(path, "FieldValueTypeInvalid", message)


def _value_problem(path: str, value: Any, message: str) -> Cause:
    return Cause(path, "FieldValueInvalid", f"Invalid value: {_show(value)}: {message}")


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return {dict: "object", list: "array", str: "string", int: "integer", float: "number"}[type(value)]


def _show(value: Any) -> str:
    """As the server prints a value: text quoted, numbers bare, the rest as JSON."""
    return encode(value).decode()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
