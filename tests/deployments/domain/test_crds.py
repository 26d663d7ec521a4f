"""Every manifest that we make fits the CRD of its kind, where a folder with CRDs is named."""

import os
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from deployments.domain.manifests import plan, wire
from deployments.domain.recipes import RECIPES
from tests.deployments.domain.test_deployments import service
from tests.deployments.domain.test_regions import by_deployment, region
from tests.deployments.domain.worlds import credential, deployment, world


@cache
def crds() -> dict[tuple[str, str], tuple[dict, bool]]:
    """By apiVersion and kind: the schema of the whole object, and whether it is namespaced."""
    found = {}
    for file in sorted(Path(os.environ.get("PANE_TEST_CRDS") or ".nowhere").rglob("*.yaml")):
        for crd in yaml.load_all(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(crd, dict) and crd.get("kind") == "CustomResourceDefinition":
                spec = crd["spec"]
                for version in spec["versions"]:
                    key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                    found[key] = (version["schema"]["openAPIV3Schema"], spec["scope"] == "Namespaced")
    return found


def closed(schema: dict) -> dict:
    """The schema as an API server takes it: what it does not know is dropped, which here is an error."""
    if (
        schema.get("type") == "object"
        and "properties" in schema
        and not schema.get("x-kubernetes-preserve-unknown-fields")
    ):
        properties = {name: closed(inner) for name, inner in schema["properties"].items()}
        return {**schema, "properties": properties, "additionalProperties": False}
    return {**schema, "items": closed(schema["items"])} if "items" in schema else schema


DRAFTS = [
    *(pytest.param(credential(recipe, region="fra1"), id=recipe) for recipe in RECIPES),
    pytest.param(region(certificates_by_kof=True), id="region"),
    pytest.param(by_deployment(), id="region-by-deployment"),
    pytest.param(
        deployment(
            services=(service(values="a: 1"), service("b", depends_on=(("default", "ingress"),))),
            validate_only=True,
            propagate_credentials=False,
            cleanup_on_deletion=True,
        ),
        id="deployment",
    ),
]


@pytest.mark.skipif(not os.environ.get("PANE_TEST_CRDS"), reason="PANE_TEST_CRDS names no folder with CRDs")
@pytest.mark.parametrize("draft", DRAFTS)
def test_what_is_made_fits_its_crd_and_its_scope(draft):
    checked = 0
    for one in plan(draft, world()):
        key = (one.manifest["apiVersion"], one.manifest["kind"])
        if key[0] == "v1":
            continue
        schema, namespaced = crds()[key]
        metadata = {"type": "object"}
        whole = closed({**schema, "properties": {**schema["properties"], "metadata": metadata}})
        jsonschema.Draft202012Validator(whole).validate(wire(one.manifest))
        assert bool(one.ref.namespace) is namespaced
        checked += 1
    assert checked
