"""What every object goes through: names, metadata that only the server sets, merging, what counts as a change."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from dashboard.demo.apiserver.errors import ApiError, Cause, bad_request, invalid
from dashboard.demo.apiserver.resources import Resource
from dashboard.demo.apiserver.schema import UNCHECKED, has_rules

Manifest = dict[str, Any]

_SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_VALUE = re.compile(r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$")
_LABEL_KEY = re.compile(r"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$")
_LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
SERVER_OWNED = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink")


def key_of(resource: Resource, namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if resource.namespaced else name


def check_body(resource: Resource, version: str, body: Any, namespace: str, name: str) -> Manifest:
    """The body of a write, when it is an object of this kind for this address; else a 400."""
    if not isinstance(body, dict):
        raise bad_request("the request body is not an object")
    wanted = resource.api_version(version)
    found, kind = body.get("apiVersion") or wanted, body.get("kind") or resource.kind
    if found != wanted:
        raise bad_request(f"the API version in the data ({found}) does not match the expected API version ({wanted})")
    metadata = dict(body.get("metadata") or {})
    if resource.namespaced:
        if metadata.get("namespace") not in (None, "", namespace):
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        metadata["namespace"] = namespace
    else:
        metadata.pop("namespace", None)
    if name and metadata.get("name", name) != name:
        raise bad_request(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
    if name:
        metadata["name"] = name
    if kind != resource.kind:
        cause = Cause("kind", "FieldValueInvalid", f'Invalid value: "{kind}": must be {resource.kind}')
        raise invalid(resource.group, kind, metadata.get("name", ""), [cause])
    metadata.pop("managedFields", None)
    rest = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"apiVersion": wanted, "kind": resource.kind, "metadata": metadata} | rest


def name_it(resource: Resource, version: str, metadata: Manifest, suffix: Callable[[], str]) -> None:
    """Give it its generated name if it asks for one."""
    if not metadata.get("name"):
        if not metadata.get("generateName"):
            cause = Cause("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")
            unchecked = [UNCHECKED] if has_rules(resource.schemas.get(version) or {}) else []
            raise invalid(resource.group, resource.kind, "", [cause, *unchecked])
        metadata["name"] = metadata["generateName"][:58] + suffix()


def metadata_problems(resource: Resource, metadata: Manifest) -> list[Cause]:
    found = []
    name = metadata["name"]
    rbac = resource.group == "rbac.authorization.k8s.io"
    if not rbac and (len(name) > 253 or not _SUBDOMAIN.match(name)):
        message = f'Invalid value: "{name}": {_SUBDOMAIN_RULE}'
        found.append(Cause("metadata.name", "FieldValueInvalid", message))
    for key, value in (metadata.get("labels") or {}).items():
        prefix, _, short = str(key).rpartition("/")
        if len(short) > 63 or not _LABEL_KEY.match(short) or (prefix and not _SUBDOMAIN.match(prefix)):
            message = f'Invalid value: "{key}": name part must be no more than 63 bytes and well formed'
            found.append(Cause("metadata.labels", "FieldValueInvalid", message))
        if not isinstance(value, str) or not _LABEL_VALUE.match(value):
            message = f'Invalid value: "{value}": {_LABEL_VALUE_RULE}'
            found.append(Cause("metadata.labels", "FieldValueInvalid", message))
        elif len(value) > 63:
            rule = "must be no more than 63 bytes"
            found.append(Cause("metadata.labels", "FieldValueInvalid", f'Invalid value: "{value}": {rule}'))
    return found


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386; `target` is not altered."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if name.startswith("$"):  # directives of strategic merge patches: for the kinds we have, merging is enough
            continue
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def json_patch(target: Manifest, operations: list[Manifest]) -> Manifest:
    """RFC 6902: add, replace, remove, test; a copy is answered."""
    document: Any = deepcopy(target)
    for each in operations:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in each["path"].split("/")[1:]]
        here: Any = document
        try:
            for step in steps[:-1]:
                here = here[int(step)] if isinstance(here, list) else here[step]
            _operate(here, steps[-1], each)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            message = "the server rejected our request due to an error in our request"
            raise ApiError(422, "Invalid", message) from error
    patched: Manifest = document
    return patched


def _operate(here: Any, last: str, each: Manifest) -> None:
    if isinstance(here, list):
        index = len(here) if last == "-" else int(last)
        if each["op"] == "add":
            here.insert(index, each["value"])
        elif each["op"] == "remove":
            del here[index]
        elif each["op"] == "replace":
            here[index] = each["value"]
        elif here[index] != each["value"]:
            raise ValueError("test failed")
    elif each["op"] in ("add", "replace"):
        if each["op"] == "replace":
            here[last]
        here[last] = each["value"]
    elif each["op"] == "remove":
        del here[last]
    elif here[last] != each["value"]:
        raise ValueError("test failed")


def same_but_for_metadata(a: Manifest, b: Manifest) -> bool:
    """Whether nothing that metadata.generation counts has changed."""
    ignored = ("metadata", "status", "apiVersion", "kind")
    return {k: v for k, v in a.items() if k not in ignored} == {k: v for k, v in b.items() if k not in ignored}
