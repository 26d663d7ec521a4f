"""Cluster templates as k0rdent publishes them: default values, JSON schema, versions (data/templates.yaml)."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from dashboard.demo.crds import DATA

Manifest = dict[str, Any]
_ROW = re.compile(
    r"(?P<path>\S+) (?P<type>\[?\w+\]?)(?P<null>/null)?(?: =(?P<default>\S*))?(?: \((?P<enum>[^)]*)\))?"
    r"(?: (?P<low>\d*)\.\.(?P<high>\d*))?(?: -- (?P<about>.*))?"
)
_TYPES = {"int": "integer", "bool": "boolean"}
_MACHINE = {
    "type": "object",
    "required": ["address"],
    "properties": {
        "address": {"type": "string"},
        "name": {"type": "string", "maxLength": 253},
        "port": {"type": "number", "minimum": 1, "maximum": 65535, "default": 22},
        "user": {"type": "string", "default": "root"},
        "useSudo": {"type": "boolean", "default": False},
        "preInstalledK0s": {"type": "boolean", "default": False},
    },
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart in all its versions, the newest last."""

    name: str
    cloud: str
    versions: tuple[str, ...]
    description: str
    providers: tuple[str, ...]
    values: Manifest
    schema: Manifest

    def template(self, version: str = "") -> str:
        """The name of the template of this version (the newest)."""
        return f"{self.name}-{(version or self.versions[-1]).replace('.', '-')}"

    @property
    def infrastructure(self) -> str:
        return next(provider for provider in self.providers if provider.startswith("infrastructure-"))

    @property
    def hosted(self) -> bool:
        """The control plane is pods on the cluster that hosts it."""
        return self.name.endswith("-hosted-cp") or self.cloud == "remote"

    @property
    def managed(self) -> bool:
        """The cloud runs the control plane."""
        return self.name.endswith(("-eks", "-aks", "-gke"))


@cache
def charts() -> dict[str, Chart]:
    document = yaml.safe_load((DATA / "templates.yaml").read_text())
    common = {True: document.pop("$common"), "hosted": document.pop("$hosted")}
    return {name: _chart(name, entry, common.get(entry.get("common"), [])) for name, entry in document.items()}


@cache
def chart_of(template: str) -> Chart:
    """The chart that a template's name belongs to."""
    return charts()[re.sub(r"-\d+-\d+-\d+$", "", template)]


def version_of(template: str) -> str:
    return ".".join(template.rsplit("-", 3)[1:])


def _chart(name: str, entry: Manifest, common: list[str]) -> Chart:
    schema: Manifest = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": f"Values of {name}",
        "properties": {},
    }
    values: Manifest = {}
    for row in common + entry["rows"]:
        for path in _spread(row.split(" ", 1)[0]):
            _add(schema, values, path, row)
    return Chart(
        name, entry["cloud"], tuple(entry["versions"]), entry["description"], tuple(entry["providers"]), values, schema
    )


def _spread(path: str) -> list[str]:
    found = re.fullmatch(r"(.*?)\{([^}]*)\}(.*)", path)
    return [f"{found[1]}{part}{found[3]}" for part in found[2].split(",")] if found else [path]


def _add(schema: Manifest, values: Manifest, path: str, row: str) -> None:
    found = _ROW.fullmatch(row)
    if not found:
        raise ValueError(f"not in the notation: {row}")
    *parents, last = path.split(".")
    for step in parents:
        name = step.rstrip("!")
        if step.endswith("!"):
            _require(schema, name)
        schema = schema["properties"].setdefault(name, {"type": "object", "properties": {}})
        values = values.setdefault(name, {})
    name = last.rstrip("!")
    if last.endswith("!"):
        _require(schema, name)
    schema["properties"][name] = _value_schema(found)
    if found["default"] is not None:
        text = found["type"] == "string" and found["default"] != "null"
        values[name] = found["default"] if text else json.loads(found["default"])


def _value_schema(found: re.Match[str]) -> Manifest:
    type_ = found["type"]
    if type_.startswith("["):
        item = type_[1:-1]
        schema: Manifest = {"type": "array", "items": _MACHINE if item == "machine" else {"type": item}}
        if found["low"]:
            schema["minItems"] = int(found["low"])
    else:
        named = _TYPES.get(type_, type_)
        schema = {"type": [named, "null"] if found["null"] else named}
        low, high = ("minLength", "maxLength") if type_ == "string" else ("minimum", "maximum")
        schema |= {low: int(found["low"])} if found["low"] else {}
        schema |= {high: int(found["high"])} if found["high"] else {}
    if found["enum"] is not None:
        schema["enum"] = found["enum"].split("|")
    return schema | ({"description": found["about"]} if found["about"] else {})


def _require(schema: Manifest, name: str) -> None:
    required = schema.setdefault("required", [])
    if name not in required:
        required.append(name)
