"""Bodies in Kubernetes' protobuf: kubectl sends some kinds no other way (`create configmap`, `auth can-i`).

Only reading, and only the fields below: answers are JSON, which every client takes.
"""

import base64
from collections.abc import Iterator
from typing import Any

Manifest = dict[str, Any]
MAGIC = b"k8s\x00"

# A field is (name, what it is): text, bytes (base64 in JSON), number, or the fields of a message; "*" makes it a list,
# "%" a map.
Fields = dict[int, tuple[str, Any]]
_META: Fields = {
    1: ("name", "text"),
    2: ("generateName", "text"),
    3: ("namespace", "text"),
    5: ("uid", "text"),
    6: ("resourceVersion", "text"),
    11: ("labels", "text%"),
    12: ("annotations", "text%"),
    14: ("finalizers", "text*"),
}
_RESOURCE: Fields = {
    1: ("namespace", "text"),
    2: ("verb", "text"),
    3: ("group", "text"),
    4: ("version", "text"),
    5: ("resource", "text"),
    6: ("subresource", "text"),
    7: ("name", "text"),
}
_PATH: Fields = {1: ("path", "text"), 2: ("verb", "text")}
_KINDS: dict[str, Fields] = {
    "Namespace": {1: ("metadata", _META)},
    "ConfigMap": {1: ("metadata", _META), 2: ("data", "text%"), 3: ("binaryData", "bytes%")},
    "Secret": {1: ("metadata", _META), 2: ("data", "bytes%"), 3: ("type", "text"), 4: ("stringData", "text%")},
    "ServiceAccount": {1: ("metadata", _META)},
    "SelfSubjectAccessReview": {
        1: ("metadata", _META),
        2: ("spec", {1: ("resourceAttributes", _RESOURCE), 2: ("nonResourceAttributes", _PATH)}),
    },
    "SelfSubjectRulesReview": {1: ("metadata", _META), 2: ("spec", {1: ("namespace", "text")})},
    "DeleteOptions": {
        1: ("gracePeriodSeconds", "number"),
        4: ("propagationPolicy", "text"),
        5: ("dryRun", "text*"),
        2: ("preconditions", {1: ("uid", "text"), 2: ("resourceVersion", "text")}),
    },
}
_TYPE: Fields = {1: ("apiVersion", "text"), 2: ("kind", "text")}


def read(body: bytes) -> Manifest | None:
    """The object in it; None when it is of a kind that is not known here. Raises ValueError on a broken body."""
    if not body.startswith(MAGIC):
        raise ValueError("not Kubernetes' protobuf")
    envelope = dict(_parts(body[len(MAGIC) :]))
    about = _message(envelope.get(1, b""), _TYPE)
    fields = _KINDS.get(about.get("kind", ""))
    return about | _message(envelope.get(2, b""), fields) if fields else None


def _message(data: bytes, fields: Fields) -> Manifest:
    found: Manifest = {}
    for number, value in _parts(data):
        name, what = fields.get(number, ("", ""))
        if not name:
            continue
        if isinstance(what, dict):
            found[name] = _message(value, what)
        elif what.endswith("%"):
            entry = dict(_parts(value))
            found.setdefault(name, {})[entry.get(1, b"").decode()] = _value(entry.get(2, b""), what[:-1])
        elif what.endswith("*"):
            found.setdefault(name, []).append(_value(value, what[:-1]))
        elif value or what != "text":
            found[name] = _value(value, what)
    return found


def _value(value: Any, what: str) -> Any:
    if what == "text":
        return value.decode()
    if what == "bytes":
        return base64.b64encode(value).decode()
    return int(value)


def _parts(data: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers with their raw values: numbers, or bytes."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("cut short")
            yield number, data[at : at + length]
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("an unknown wire type")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
    raise ValueError("cut short")
