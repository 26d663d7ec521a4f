"""CustomResourceDefinitions of the kinds in data/kinds.yaml: for the demo's servers, and fit for a real one.

`python -m dashboard.demo.crds` prints them, to be applied to any cluster.
"""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dashboard.demo.apiserver.resources import Resource, from_crd

Manifest = dict[str, Any]
DATA = Path(__file__).parent / "data"
_ANY = {"x-kubernetes-preserve-unknown-fields": True}
_NAMES = {"int": "integer", "bool": "boolean"}
_SCALAR = re.compile(
    r"(?P<type>\w+)(?P<must>!?)(?:\s+=(?P<default>\S+))?(?:\s+\((?P<enum>[^)]*)\))?(?:\s+(?P<low>\d+)\.\.(?P<high>\d*))?"
)

# Shipped to regions: Cluster API and Sveltos, and of k0rdent the interfaces of the installed providers.
_REGIONAL_GROUPS = ("cluster.x-k8s.io", "projectsveltos.io")
_CLOUDS = {
    "aws": "AWS",
    "azure": "Azure",
    "gcp": "GCP",
    "openstack": "OpenStack",
    "vsphere": "VSphere",
    "kubevirt": "Kubevirt",
    "docker": "Dev",
}


@cache
def manifests() -> tuple[Manifest, ...]:
    """Every definition, as a CustomResourceDefinition."""
    found = []
    for group, kinds in yaml.safe_load((DATA / "kinds.yaml").read_text()).items():
        standard = kinds.pop("$versions", ["v1beta1"])
        found += [_crd(group, kind, entry, entry.get("versions", standard)) for kind, entry in kinds.items()]
    return tuple(found)


def management() -> list[Resource]:
    """What the management cluster serves beyond Kubernetes."""
    return [from_crd(crd) for crd in manifests()]


def region(clouds: set[str]) -> list[Resource]:
    """What a region serves on which the providers of these clouds are installed."""
    absent = tuple(prefix for cloud, prefix in _CLOUDS.items() if cloud not in clouds)
    found = []
    for crd in manifests():
        kind, group = crd["spec"]["names"]["kind"], crd["spec"]["group"]
        provided = group.startswith(("infrastructure.", "controlplane.")) and kind.startswith(absent)
        if kind == "ProviderInterface" or (group.endswith(_REGIONAL_GROUPS) and not (absent and provided)):
            found.append(from_crd(crd))
    return found


def _crd(group: str, kind: str, entry: Manifest, versions: list[str]) -> Manifest:
    parts: Manifest = {}
    required = []
    for name in ("spec", "spec!", "status"):
        if name in entry:
            parts[name.rstrip("!")] = _field(entry[name])[0]
            required += ["spec"] if name.endswith("!") else []
    parts.setdefault("status", {"type": "object"} | _ANY)
    schema: Manifest = {"type": "object", "properties": parts} | ({"required": required} if required else {})
    columns = [_column(column) for column in entry.get("columns", [])]
    names = {"kind": kind, "listKind": f"{kind}List", "plural": entry["plural"], "singular": kind.lower()}
    if entry.get("short"):
        names["shortNames"] = entry["short"]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{entry['plural']}.{group}"},
        "spec": {
            "group": group,
            "names": names,
            "scope": entry.get("scope", "Namespaced"),
            "versions": [
                {"name": version, "served": True, "storage": version == versions[0]}
                | ({"additionalPrinterColumns": columns} if columns else {})
                | ({} if entry.get("no-status") else {"subresources": {"status": {}}})
                | {"schema": {"openAPIV3Schema": schema}}
                for version in versions
            ],
        },
    }


def _column(column: list[Any]) -> Manifest:
    """[name], [name, path], [name, path, type], [name, path, type, priority]; `if:X` is the status of a condition."""
    name, path, type_, priority = [*column, *[None, "string", 0][len(column) - 1 :]][:4]
    if path is None:
        path, type_ = ".metadata.creationTimestamp", "date"
    elif path.startswith("if:"):
        path = f".status.conditions[?(@.type=='{path[3:]}')].status"
    return {"name": name, "jsonPath": path, "type": type_} | ({"priority": priority} if priority else {})


def _field(notation: Any) -> tuple[Manifest, bool]:
    """The schema of one field, and whether it must be there."""
    if isinstance(notation, list):
        item = notation[0]
        keys = item.get("$keys") if isinstance(item, dict) else None
        schema: Manifest = {"type": "array", "items": _field(item)[0]}
        if keys:
            schema |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}
        return schema, False
    if isinstance(notation, dict):
        return _object(notation), False
    return _scalar(str(notation))


def _object(notation: Manifest) -> Manifest:
    rules = [{"rule": rule, "message": message} for rule, message in notation.get("$rules", [])]
    ruled: Manifest = {"x-kubernetes-validations": rules} if rules else {}
    if "$type" in notation:
        return _scalar(notation["$type"])[0] | ruled
    required, properties = [], {}
    for name, inner in notation.items():
        if name.startswith("$"):
            continue
        schema, must = _field(inner)
        short = name.rstrip("!")
        properties[short] = schema
        if must or name.endswith("!"):
            required.append(short)
    return {"type": "object", "properties": properties} | ({"required": required} if required else {}) | ruled


def _scalar(notation: str) -> tuple[Manifest, bool]:
    if notation.startswith("any"):
        return dict(_ANY), notation.endswith("!")
    if notation.startswith("map("):
        return {"type": "object", "additionalProperties": _scalar(notation[4:-1])[0]}, False
    found = _SCALAR.fullmatch(notation)
    if not found:
        raise ValueError(f"not in the notation: {notation}")
    type_ = _NAMES.get(found["type"], found["type"])
    schema: Manifest = {"type": type_}
    if found["default"] is not None:
        schema["default"] = yaml.safe_load(found["default"]) if type_ != "string" else found["default"]
    if found["enum"]:
        schema["enum"] = found["enum"].split("|")
    low, high = ("minLength", "maxLength") if type_ == "string" else ("minimum", "maximum")
    if found["low"]:
        schema[low] = int(found["low"])
    if found["high"]:
        schema[high] = int(found["high"])
    return schema, found["must"] == "!"


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


if __name__ == "__main__":
    yaml.dump_all(manifests(), sys.stdout, Dumper=_Plain, sort_keys=False)
