"""Things gone odd, by a seed: manifests, Events, ConfigMaps, kubeconfigs and versions as no sound server sends them."""

import json
import random
from copy import deepcopy
from typing import Any

Value = Any

ODD_TEXTS = (
    "",
    "\x00",
    "a\x00b",
    "x" * 64,
    "x" * 65,
    "x" * 254,
    "y" * 1_000,
    "z" * 60_000,
    "é" * 300,
    "😀" * 200,
    "\u202e",
    "\n",
    "../../../etc/passwd",
    "%2e%2e%2f",
    "a/b",
    "?watch=1",
    "~management",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "2026-13-45T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "True",
    "null",
    "NaN",
    "-1",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "%!s(MISSING)",
    "system:masters",
)
ODD_VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    1.5,
    -0.0,
    1e300,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": ""},
    {"a": {"b": {"c": []}}},
    ["x"] * 1_000,
)
ODD_KEYS = ("", "\x00", "k\x00", "n" * 300, "é", "a/b", "__class__", "‹redacted›")
IDENTITY = (
    "apiVersion",
    "kind",
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
)


def odd(rng: random.Random) -> Value:
    """A value that is seldom meant."""
    pick = rng.random()
    if pick < 0.45:
        return rng.choice(ODD_TEXTS)
    if pick < 0.9:
        return deepcopy(rng.choice(ODD_VALUES))
    if pick < 0.97:
        return "".join(rng.choice("ab\x00é{}[]\"'\\/%\u2028") for _ in range(rng.randrange(1, 400)))
    return nested(rng.choice((10, 70, 400)))


def nested(depth: int) -> Value:
    value: Value = "deep"
    for level in range(depth):
        value = [value] if level % 2 else {"d": value}
    return value


def mutated(manifest: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one to three things gone odd, its identity more often than chance would have it."""
    found = deepcopy(manifest)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if rng.random() < 0.25:
            field = rng.choice(IDENTITY)
            place = found if field in ("apiVersion", "kind") else found.get("metadata")
            if isinstance(place, dict):
                place[field] = odd(rng)
                continue
        parent, key = _somewhere(found, rng)
        _alter(parent, key, rng)
    return found


def garbled(line: bytes, rng: random.Random) -> bytes:
    """The same bytes, with some of them lost, doubled or changed; never a line end."""
    found = bytearray(line)
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        place = rng.randrange(len(found))
        match rng.randrange(4):
            case 0:
                del found[place : place + rng.choice((1, 1, 7, 100))]
            case 1:
                found[place] = rng.randrange(256)
            case 2:
                found[place:place] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 3))))
            case _:
                found[place:place] = found[place : place + 20]
        if not found:
            return b"{"
    return bytes(found).replace(b"\n", b" ")


def text_mutated(text: str, rng: random.Random) -> bytes:
    """A text file with lines lost, doubled or changed, or garbled as bytes."""
    if rng.random() < 0.3:
        return garbled(text.encode(), rng)
    lines = text.splitlines()
    for _ in range(rng.choice((1, 1, 2, 4))):
        place = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, lines[rng.randrange(len(lines))])
            case 2:
                key, colon, _ = lines[place].partition(":")
                lines[place] = f"{key}{colon} {json.dumps(odd(rng))}"
            case 3:
                lines.insert(place, f"    {json.dumps(str(odd(rng)))[:300]}: {json.dumps(odd(rng))[:300]}")
            case _:
                lines[place] = (
                    rng.choice(("- ", "  ", "\t", "&a ", "*a ", "!!python/object:os.system ", "<<: "))
                    + lines[place].strip()
                )
        if not lines:
            return b""
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _somewhere(value: Value, rng: random.Random) -> tuple[Value, Value]:
    """A mapping or list in it, and a key of that."""
    parent, key = value, rng.choice(list(value))
    while isinstance(parent[key], dict | list) and parent[key] and rng.random() < 0.8:
        parent = parent[key]
        key = rng.choice(list(parent)) if isinstance(parent, dict) else rng.randrange(len(parent))
    return parent, key


def _alter(parent: Value, key: Value, rng: random.Random) -> None:
    match rng.randrange(6):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, dict):
            parent[rng.choice(ODD_KEYS)] = parent.pop(key)
        case 2 if isinstance(parent[key], list) and parent[key]:
            parent[key] = parent[key] * rng.choice((2, 300))
        case 3:
            parent[key] = [parent[key], deepcopy(parent[key])]
        case 4:
            parent[key] = {rng.choice(ODD_KEYS): parent[key]}
        case _:
            parent[key] = odd(rng)
    if not parent:
        if isinstance(parent, dict):
            parent["metadata"] = {}
        else:
            parent.append(None)
