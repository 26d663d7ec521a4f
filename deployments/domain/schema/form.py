"""A template's JSON schema, defaults and (when editing) config as a form. Never raises, whatever the schema says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.schema import required
from deployments.domain.schema.fields import Field, Form, Group, Widget
from deployments.domain.schema.values import Path, at, has

DEEPEST = 8

_WORDS = {
    "id": "ID",
    "ids": "IDs",
    "ip": "IP",
    "ips": "IPs",
    "vpc": "VPC",
    "ami": "AMI",
    "ssh": "SSH",
    "cpu": "CPU",
    "cpus": "CPUs",
    "cidr": "CIDR",
    "dns": "DNS",
    "api": "API",
    "ca": "CA",
    "vm": "VM",
    "os": "OS",
    "gb": "GB",
    "iam": "IAM",
    "pvcs": "PVCs",
    "url": "URL",
    "k0s": "k0s",
    "k0smotron": "k0smotron",
    "etcd": "etcd",
    "oidc": "OIDC",
    "ccm": "CCM",
    "arn": "ARN",
    "mtu": "MTU",
    "ssd": "SSD",
    "vnet": "VNet",
    "eks": "EKS",
    "gke": "GKE",
    "kms": "KMS",
    "cni": "CNI",
    "cp": "control plane",
    "numa": "NUMA",
    "io": "I/O",
    "ttl": "TTL",
    "sku": "SKU",
    "ipam": "IPAM",
    "vsphere": "vSphere",
    "org": "organisation",
}
_TITLES = {
    "controlPlane": "Control plane",
    "worker": "Workers",
    "k0s": "Kubernetes (k0s)",
    "k0smotron": "Hosted control plane",
}
_FIRST = (
    "controlPlane",
    "worker",
    "machines",
    "machinePools",
    "cluster",
    "vsphere",
    "identityRef",
    "network",
    "externalNetwork",
    "clusterNetwork",
)
_FOLDED = frozenset(
    {
        "audit",
        "encryption",
        "k0s",
        "k0smotron",
        "bastion",
        "storage",
        "clusterAnnotations",
        "ingress",
        "clusterNetwork",
        "ccmRegional",
        "securityProfile",
        "serviceMeshProfile",
    }
)
_GENERAL = "general"
_PARTS = re.compile(
    r"k0s(?:motron)?|(?:ID|IP|PVC|CPU|CIDR|URL)s?(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]+s?(?![a-z])|[A-Z]?[a-z0-9]+"
)


def form(
    schema: Mapping[str, Any] | None,
    defaults: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    chart: str = "",
) -> Form:
    """The form for a template. `config` fills it, as when editing; `chart` tells what must be filled beyond the schema.

    Filled with a config and posted untouched, it gives the same config again.
    """
    given = dict(config or {})
    must = required.MUST.get(chart, ())
    found = list(_fields(schema, (), defaults, must)) if isinstance(schema, Mapping) else []
    rest = _copy(given)
    filled = [_filled(one, given, rest) for one in found]
    other = Field((), Widget.YAML, "Other values", "YAML for what has no field above.", advanced=True)
    other = replace(other, text=safe_yaml.dump(rest).rstrip("\n") if rest else "")
    note = "" if found else "This template says nothing about its values: write them as YAML."
    return Form(tuple(_groups(filled, schema)), other, note)


def _copy(value: Any) -> Any:
    return {key: _copy(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def _filled(one: Field, given: Mapping[str, Any], rest: dict[str, Any]) -> Field:
    """The field with its part of the config, which is taken out of the rest."""
    if not has(given, one.path):
        return one
    text = one.write(at(given, one.path))
    if not text:
        return one
    _take(rest, one.path)
    return replace(one, text=text)


def _take(values: dict[str, Any], path: Path) -> None:
    below = at(values, path[:-1])
    del below[path[-1]]
    # What only held this field is gone with it; what was empty before stays, to come back as it was.
    for end in range(len(path) - 1, 0, -1):
        if at(values, path[:end]):
            return
        del at(values, path[: end - 1])[path[end - 1]]


def _fields(schema: Mapping[str, Any], path: Path, defaults: Any, must: tuple[Path, ...]) -> Iterator[Field]:
    properties = schema.get("properties")
    names = _strings(schema.get("required"))
    for name, inner in properties.items() if isinstance(properties, Mapping) else ():
        here = (*path, str(name))
        if not isinstance(inner, Mapping) or required.is_hidden(here):
            continue
        below = inner.get("properties")
        if inner.get("type") == "object" and isinstance(below, Mapping) and below and len(here) < DEEPEST:
            yield from _fields(inner, here, defaults, must)
        else:
            yield _field(inner, here, defaults, _is_needed(inner, here, defaults, name in names, must))


def _is_needed(schema: Mapping[str, Any], path: Path, defaults: Any, demanded: bool, must: tuple[Path, ...]) -> bool:
    """Whether somebody has to fill it: demanded by the schema but empty, or known to be needed."""
    default = at(defaults, path)
    if any(one == path or (required.ANY in one and one[: len(path)] == path) for one in must):
        return musts_unfilled(default)
    if not demanded or not has(defaults, path[:-1]) or required.is_optional(path):
        return False
    return not has(defaults, path) or (default == "" and "" not in (schema.get("enum") or ()))


def _field(schema: Mapping[str, Any], path: Path, defaults: Any, needed: bool) -> Field:
    kinds = schema.get("type")
    types = {kinds} if isinstance(kinds, str) else set(_strings(kinds))
    nullable = "null" in types and len(types) > 1
    types -= {"null"} if nullable else set()
    kind = next(iter(types)) if len(types) == 1 else ""
    choices = schema.get("enum")
    items = schema.get("items")
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        widget = Widget.CHOICE
    elif kind == "array" and isinstance(items, Mapping) and items.get("type") == "string":
        widget = Widget.LINES
    else:
        widget = {
            "string": Widget.TEXT,
            "integer": Widget.NUMBER,
            "number": Widget.NUMBER,
            "boolean": Widget.SWITCH,
        }.get(kind, Widget.YAML)
    known, default = has(defaults, path), at(defaults, path)
    if not known and "default" in schema:
        known, default = True, schema["default"]
    counted = isinstance(default, int) and not isinstance(default, bool)
    return Field(
        path=path,
        widget=widget,
        label=_label(schema, path),
        help=_text(schema.get("description")),
        required=needed,
        default=default,
        has_default=known,
        nullable=nullable,
        # Numbers of machines and ports are whole although the schema says number.
        whole=kind == "integer" or (kind == "number" and (counted or path[-1].endswith(("Number", "Count", "Port")))),
        minimum=_bound(schema.get("minimum")),
        maximum=_bound(schema.get("maximum")),
        min_length=_length(schema.get("minLength")),
        max_length=_length(schema.get("maxLength")),
        pattern=_text(schema.get("pattern")),
        choices=tuple(choices) if widget is Widget.CHOICE and isinstance(choices, list) else (),
        examples=tuple(str(one) for one in schema.get("examples") or () if isinstance(one, str | int)),
        advanced=(path[0] in _FOLDED or len(path) > 3 or widget is Widget.YAML) and not needed,
        schema=schema,
    )


def musts_unfilled(value: Any) -> bool:
    """Whether a value still waits for somebody to fill it in."""
    if isinstance(value, Mapping):
        return all(musts_unfilled(inner) for inner in value.values())
    if isinstance(value, list):
        # One member that is a stencil for others counts as none.
        return not value or any(isinstance(one, Mapping) and _has_gap(one) for one in value)
    return value is None or value in ("", required.PLACEHOLDER)


def _has_gap(member: Mapping[str, Any]) -> bool:
    values = list(member.values())
    return required.PLACEHOLDER in values or all(musts_unfilled(value) for value in values)


def _groups(fields: list[Field], schema: Any) -> Iterator[Group]:
    needed = [one for one in fields if one.required]
    if needed:
        ordered = sorted((replace(one, label=_full_label(one)) for one in needed), key=lambda one: len(one.path))
        yield Group("needed", "What this cluster needs", "The template has no value for these.", tuple(ordered))
    grouped: dict[str, list[Field]] = {}
    for one in fields:
        if not one.required:
            key = one.path[0] if len(one.path) > 1 else _GENERAL
            grouped.setdefault("more" if key == _GENERAL and one.advanced else key, []).append(one)
    order = (_GENERAL, *_FIRST)
    places = {key: place for place, key in enumerate(order)}
    for key in sorted(grouped, key=lambda key: (key in _FOLDED or key == "more", places.get(key, len(order)))):
        members = sorted(grouped[key], key=lambda one: (one.advanced, not one.path[-1].endswith("Number")))
        own = at(schema, ("properties", key))
        help = _text(own.get("description")) if isinstance(own, Mapping) and key != _GENERAL else ""
        title = {_GENERAL: "General", "more": "More"}.get(key) or _TITLES.get(key) or _humane(key)
        folded = key in _FOLDED or key == "more" or all(one.advanced for one in members)
        yield Group(key, title, help, tuple(members), folded)


def _label(schema: Mapping[str, Any], path: Path) -> str:
    if title := _text(schema.get("title")):
        return title
    inner = path[1:] if len(path) > 1 else path
    said = ": ".join(_humane(step) for step in inner)
    return said


def _full_label(one: Field) -> str:
    """Its label where its group's title does not stand above it."""
    return one.label if len(one.path) == 1 else f"{_TITLES.get(one.path[0]) or _humane(one.path[0])}: {one.label}"


def _humane(key: str) -> str:
    """`controlPlaneNumber` as `Control plane number`, `vpcID` as `VPC ID`."""
    if not re.fullmatch(r"[A-Za-z0-9]+", key):
        return key
    words = [_WORDS.get(word.lower(), word.lower()) for word in _PARTS.findall(key)]
    said = " ".join(words) or key
    return said if said[:3] in ("k0s", "vSp", "etc") else said[0].upper() + said[1:]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _bound(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _length(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
