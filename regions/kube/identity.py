"""What tells one object from another, checked where it is read: nothing that stores or compares it need doubt it.

The bounds are Kubernetes' own (`k8s.io/apimachinery/pkg/util/validation`, `pkg/api/validation/path`): names of 253
letters that may stand in a path, namespaces that are DNS labels. No uid or resource version is longer than 64.
"""

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"(?!\.\.?\Z)[!-$&-.0-~]{1,253}").fullmatch  # printable ASCII, but neither / nor %
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?").fullmatch
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?").fullmatch
_TOKEN = re.compile(r"[!-~]{1,64}").fullmatch
_API_VERSION = re.compile(r"(?:[-.a-z0-9]{1,253}/)?[-a-z0-9]{1,63}").fullmatch
_KIND = re.compile(r"[A-Za-z0-9]{1,63}").fullmatch

_BOUNDS = (
    ("name", _NAME, "is no name that Kubernetes accepts"),
    ("namespace", _NAMESPACE, "is no namespace that Kubernetes accepts"),
    ("uid", _TOKEN, "is longer than 64 letters, or holds others than a uid does"),
    ("resourceVersion", _TOKEN, "is longer than 64 letters, or holds others than a version does"),
)


def problem(manifest: Mapping[str, Any]) -> str:
    """What is wrong with the identity of an object, in a clause that quotes nothing of it; empty when all is well.

    What is empty is not there: cluster-scoped objects have no namespace, and not every server gives a uid.
    """
    for field, fits in (("apiVersion", _API_VERSION), ("kind", _KIND)):
        value = manifest.get(field, "")
        if not isinstance(value, str) or (value and not fits(value)):
            return f"whose {field} is none that Kubernetes accepts"
    metadata = manifest["metadata"]
    if not metadata.get("name"):
        return "that has no name"
    for field, fits, wrong in _BOUNDS:
        value = metadata.get(field)
        if value and not fits(value):
            return f"whose {field} {wrong}"
    return ""


def is_served(group: str, version: str, kind: str, plural: str) -> bool:
    """Whether a kind can be served like this: plural and group together name its CRD, which is a name."""
    return bool(
        _API_VERSION(f"{group}/{version}" if group else version)
        and _KIND(kind)
        and _NAMESPACE(plural)
        and len(plural) + len(group) < 253
    )


def is_subdomain(value: object) -> bool:
    """Whether this is a DNS subdomain, as the names of all custom resources are."""
    return isinstance(value, str) and bool(_SUBDOMAIN(value))


def is_name(value: object) -> bool:
    """Whether an object can be called so."""
    return isinstance(value, str) and bool(_NAME(value))


def is_namespace(value: object) -> bool:
    """Whether a namespace can be called so."""
    return isinstance(value, str) and bool(_NAMESPACE(value))


def is_token(value: object) -> bool:
    """Whether this can be a uid or a resource version."""
    return isinstance(value, str) and bool(_TOKEN(value))


def called(manifest: Mapping[str, Any]) -> str:
    """Kind, namespace and name of an object, as far as they can be believed."""
    metadata = manifest["metadata"]
    kind, namespace, name = manifest.get("kind"), metadata.get("namespace"), metadata.get("name")
    path = [part for part, good in ((namespace, is_namespace(namespace)), (name, is_name(name))) if good]
    shown = kind if isinstance(kind, str) and _KIND(kind) else "object"
    return f"{shown} {'/'.join(path)}" if path else f"{shown} without a name"
