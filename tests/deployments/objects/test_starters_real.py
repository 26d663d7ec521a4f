"""What forms begin with is taken by a real API server that has k0rdent's own CRDs, to the last field."""

import pytest

from deployments.domain import safe_yaml
from deployments.domain.object_starters import CLUSTER_SCOPED, FIXED, SINGLE, WRITTEN, starter
from regions.domain.kinds import K0RDENT, KINDS
from tests.rig.fleet import Rig

pytestmark = pytest.mark.real
PLURALS = {kind.name: kind.plural for kind in KINDS if kind.group == K0RDENT}


def test_each_is_taken_and_is_of_the_scope_that_we_say(fresh_fleet: Rig) -> None:
    served = fresh_fleet.management.request("GET", f"/apis/{K0RDENT}/v1beta1")["resources"]
    scopes = {one["kind"]: one["namespaced"] for one in served if "/" not in one["name"]}
    assert {kind for kind in WRITTEN if not scopes[kind]} == CLUSTER_SCOPED
    for kind in sorted(WRITTEN):
        made = safe_yaml.load(starter(kind, "kcm-system"))
        made["metadata"]["name"] = SINGLE.get(kind, "one")
        where = "" if kind in CLUSTER_SCOPED else "/namespaces/kcm-system"
        path = f"/apis/{K0RDENT}/v1beta1{where}/{PLURALS[kind]}?dryRun=All&fieldValidation=Strict"
        assert fresh_fleet.management.request("POST", path, made)["spec"] == made["spec"], kind


def test_a_spec_that_we_call_fixed_is_fixed(fresh_fleet: Rig) -> None:
    crds = fresh_fleet.management.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    fixed = set()
    for spec in (crd["spec"] for crd in crds if crd["spec"]["group"] == K0RDENT):
        schema = spec["versions"][0]["schema"]["openAPIV3Schema"]["properties"].get("spec", {})
        if "self == oldSelf" in [rule["rule"] for rule in schema.get("x-kubernetes-validations", [])]:
            fixed.add(spec["names"]["kind"])
    assert fixed & WRITTEN == FIXED
