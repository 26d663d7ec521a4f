"""The demo's cluster templates, beside the real ones: what they have in common is the same."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.demo.charts import charts

Schema = dict[str, Any]
NAMES = {
    "adopted-cluster",
    "aws-eks",
    "aws-hosted-cp",
    "aws-standalone-cp",
    "azure-aks",
    "azure-hosted-cp",
    "azure-standalone-cp",
    "docker-hosted-cp",
    "gcp-gke",
    "gcp-hosted-cp",
    "gcp-standalone-cp",
    "kubevirt-hosted-cp",
    "kubevirt-standalone-cp",
    "openstack-hosted-cp",
    "openstack-standalone-cp",
    "remote-cluster",
    "vsphere-hosted-cp",
    "vsphere-standalone-cp",
}
# Where the demo's own text is stricter than the real one, or older.
STRICTER = {
    "gcp-standalone-cp: controlPlaneNumber: type",
    "gcp-standalone-cp: workersNumber: type",
    "gcp-standalone-cp: required",
    "azure-standalone-cp: required",
    "gcp-gke: version: minLength",
}


def test_there_are_the_eighteen_that_k0rdent_publishes():
    assert set(charts()) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_template_has_no_field_that_the_real_one_lacks(name: str):
    folder = os.environ.get("PANE_TEST_TEMPLATES")
    if not folder:
        pytest.skip("PANE_TEST_TEMPLATES names no folder with <template>/schema.json and values.json")
    real = json.loads((Path(folder) / name / "schema.json").read_text())
    found = {f"{name}: {line}" for line in differences(charts()[name].schema, real)}
    assert found - STRICTER == set()


def differences(own: Schema, real: Schema, path: str = "") -> Iterator[str]:
    for key, field in own.get("properties", {}).items():
        there = real.get("properties", {}).get(key)
        if there is None:
            yield f"{path}{key}: absent"
            continue
        for bound in ("type", "enum", "minimum", "maximum", "minLength", "minItems"):
            if _comparable(field.get(bound)) != _comparable(there.get(bound)):
                yield f"{path}{key}: {bound}"
        yield from differences(field, there, f"{path}{key}.")
    if set(own.get("required", [])) != set(real.get("required", [])):
        yield f"{path}required"


def _comparable(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value
