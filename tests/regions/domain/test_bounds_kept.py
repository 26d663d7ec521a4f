"""What is kept of an object that is as large as Kubernetes lets it be."""

import json
import random
import time

import pytest

from regions.domain import manifest as m
from regions.domain.bounds_kept import LARGEST, LONGEST, MOST, MOST_CONDITIONS, left_out
from regions.domain.facts import MOST_LABELS, facts
from regions.domain.health import Health, assess
from regions.domain.redact import redact
from regions.domain.refs import MANAGEMENT
from regions.journal.packing import pack
from tests.regions.domain.files import NOON, every_manifest


def conditions(number: int, message: str = "all is well") -> list[dict]:
    return [
        {"type": f"Odd{place}", "status": "True", "reason": "Fine", "message": message,
         "lastTransitionTime": "2026-11-20T10:00:00Z"} for place in range(number)
    ]  # fmt: skip


def deployment(**status) -> dict:
    found = next(one for one in every_manifest() if one["kind"] == "ClusterDeployment")
    return {**found, "status": {**found["status"], **status}}


def test_of_5000_conditions_those_are_kept_that_matter_and_the_rest_is_counted() -> None:
    bad = {"type": "Broken", "status": "False", "reason": "Failed", "message": "no such template"}
    ready = {"type": "Ready", "status": "False", "reason": "Failed", "message": "it is broken",
             "lastTransitionTime": "2026-11-20T10:00:00Z"}  # fmt: skip
    kept = redact(deployment(conditions=[*conditions(4_998), bad, ready]))
    found = m.conditions(kept)
    assert len(found) == MOST_CONDITIONS
    assert [one["type"] for one in found[-2:]] == ["Broken", "Ready"]
    assert left_out(kept) == {"conditions": 5_000 - MOST_CONDITIONS}
    assert assess(kept, NOON, NOON).health in (Health.FAILED, Health.DEGRADED)


def test_an_ordinary_object_is_kept_whole() -> None:
    for one in every_manifest():
        assert left_out(redact(one)) == {}


def test_an_object_of_megabytes_is_kept_in_a_fraction_and_within_a_moment() -> None:
    huge = deployment(
        conditions=conditions(120, "word " * 4_000),
        services=[{"name": f"s-{n}", "state": "Failed"} for n in range(9_000)],
    )
    huge["metadata"] = {
        **huge["metadata"],
        "labels": {f"label-{n}": "v" * 63 for n in range(10_000)},
        "annotations": {f"a/{n}": "w" * 1_000 for n in range(1_000)},
    }
    began = time.process_time()
    kept = redact(huge)
    took = time.process_time() - began
    assert took < 2
    assert len(json.dumps(huge)) > 4_000_000
    assert len(json.dumps(kept)) < 1_500_000
    assert len(pack(kept)) < 100_000
    assert left_out(kept) == {"labels": 5_000, "services": 4_000}
    assert max(len(one["message"]) for one in m.conditions(kept)) <= LONGEST
    assert sum(len(one["message"]) for one in m.conditions(kept)) < LARGEST + 2 * LONGEST
    assert len(facts(kept, MANAGEMENT).labels) == MOST_LABELS


def test_what_a_text_lacks_is_said_at_its_end() -> None:
    kept = redact(deployment(conditions=[{"type": "Ready", "status": "True", "message": "m" * 20_000}]))
    message = m.conditions(kept)[0]["message"]
    assert (len(message), message[-24:]) == (LONGEST, "mm… (4,000 letters more)")


def test_a_secret_that_a_cut_would_halve_is_hidden_first() -> None:
    secret = "Sup3rSecretValue9"
    text = "x" * (LONGEST - 8) + secret
    kept = redact(deployment(conditions=[{"type": "Ready", "status": "True", "message": f"password={secret} {text}"}]))
    assert secret[:8] not in json.dumps(kept)


def test_the_defaults_and_schemas_of_charts_are_kept_whole() -> None:
    """Forms are drawn from them."""
    template = next(one for one in every_manifest() if one["kind"] == "ClusterTemplate")
    config = {f"key{n}": {"value": n} for n in range(MOST + 10)}
    template["status"] = {**template.get("status", {}), "config": config, "conditions": conditions(300)}
    assert redact(template)["status"]["config"] == config
    schema = json.dumps({"properties": {f"key{n}": {"type": "string"} for n in range(4_000)}})
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "schema-x", "labels": {
        f"l{n}": "" for n in range(MOST + 1)}}, "data": {"schema": schema}}  # fmt: skip
    assert redact(made)["data"]["schema"] == schema


@pytest.mark.parametrize("seed", range(5))
def test_redacting_and_bounding_twice_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    huge = deployment(
        conditions=conditions(rng.choice((10, 199, 201, 3_000)), "w" * rng.choice((10, 201, 15_999, 16_001, 40_000))),
        services=[{"name": "n" * rng.choice((3, 300))} for _ in range(rng.choice((3, 4_999, 5_001)))],
    )
    once = redact(huge)
    assert redact(once) == once
