"""The fast way to redact gives the same bytes as the plain one, whatever a cluster may send."""

import os
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from regions.domain.redact import _ALLOWED, _FREE, redact
from tests.recorded import notes
from tests.regions.domain.files import every_manifest
from tests.regions.domain.redact_plainly import redact_plainly
from tests.regions.watcher.mutations import mutated

KEYS = [
    *sorted(_FREE | _ALLOWED),
    *("extraArgs", "preKubeadmCommands", "userData", "cloudInit", "values", "key", "operator", "Config", "password"),
    *("clientSecret", "secretName", "token", "annotations", "podAnnotations", "labels", "conditions", "managedFields"),
    *("message", "reason", "name", "namespace", "metadata", "spec", "status", "template", "items", "a\x00b", ""),
]
TEXTS = [
    *("", "x", "True", "m5.large", "2026-11-22T09:00:00Z", "ordinary words of some length", "line\nline", "nul\x00"),
    *("https://user:Passw0rd7@host/x", "Bearer abcdef0123456789", "token=abc123def", "eyJhbGciOi.eyJzdWIiOi.c2ln"),
    *(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
        "S3cretWord99",
        "said: S3cretWord99 again",
        '{"a": 1}',
        "é" * 300,
    ),
    *("x" * 201, "y" * 16_001, "password: Abcdefg1"),
]
KINDS = [("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Pod"), ("k0rdent.mirantis.com/v1beta1", "ClusterTemplate")]


def same(one: dict[str, Any]) -> None:
    # In bytes, so that order counts, and a number is not the same as its text.
    assert msgspec.json.encode(redact(one)) == msgspec.json.encode(redact_plainly(one))


def value(rng: random.Random, depth: int) -> Any:
    what = rng.random()
    if depth and what < 0.45:
        return {rng.choice(KEYS): value(rng, depth - 1) for _ in range(rng.randrange(6))}
    if depth and what < 0.6:
        return [value(rng, depth - 1) for _ in range(rng.choice((0, 1, 3)))]
    if what < 0.9:
        return rng.choice(TEXTS)
    if what < 0.999:
        return rng.choice((None, True, 0, 3.5, 2**70))
    return rng.choice(([0] * 5_001, dict.fromkeys(map(str, range(5_001)), "z")))


def test_every_recorded_manifest() -> None:
    recorded = [*every_manifest(), *(note.manifest for note in notes("creation"))]
    folder = os.environ.get("PANE_TEST_SAMPLES")
    for path in sorted(Path(folder).glob("*.yaml")) if folder else ():
        recorded += [one for one in yaml.safe_load_all(path.read_text()) if isinstance(one, dict)]
    for one in recorded:
        same(one)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shaped_like_an_object(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        version, kind = rng.choice(KINDS)
        parts = {part: value(rng, 5) for part in ("spec", "status", "data", "config") if rng.random() < 0.7}
        meta = {"name": "one", "labels": value(rng, 1), "annotations": value(rng, 2), "managedFields": [{}]}
        same({"apiVersion": version, "kind": kind, "metadata": meta, **parts})


def test_recorded_manifests_with_something_odd_in_them() -> None:
    rng = random.Random(7)
    sound = every_manifest()
    for _ in range(400):
        same(mutated(rng.choice(sound), rng))


@pytest.mark.parametrize("key", ["spec", "config"])
def test_what_lies_too_deep(key: str) -> None:
    deep: Any = "bottom of it all"
    for level in range(80):
        deep = {"a": deep, "b": "short"} if level % 3 else [deep, "ordinary words"]
    same({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, key: deep, "status": {"conditions": deep}})
