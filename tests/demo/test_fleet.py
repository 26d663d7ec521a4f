"""The plan and what follows from it: the same for the same seed, whole, and valid."""

import copy
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dashboard.demo import crds
from dashboard.demo.apiserver import schema
from dashboard.demo.apiserver.metadata import merge
from dashboard.demo.charts import chart_of, charts
from dashboard.demo.fleet import build, plan
from dashboard.demo.fleet.model import Fleet, Size

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Manifest = dict[str, Any]


def drawn(seed: int = 7, size: Size | None = None) -> Fleet:
    return plan.draw(seed, NOON, size)


def everything(fleet: Fleet) -> Iterator[tuple[str, Manifest]]:
    """(cluster, manifest) of all there is."""
    for manifest in build.management(fleet, lambda place: f"kubeconfig of {place.name}"):
        yield "~management", manifest
    for place in fleet.places:
        for manifest in build.region(fleet, place):
            yield place.name, manifest


def digest(fleet: Fleet) -> str:
    whole = hashlib.sha256()
    for cluster, manifest in everything(fleet):
        whole.update(cluster.encode() + json.dumps(manifest).encode())
    return whole.hexdigest()


def test_the_same_seed_makes_the_same_bytes():
    assert digest(drawn(7)) == digest(drawn(7))
    assert digest(drawn(7)) != digest(drawn(8))


def test_no_object_is_there_twice_and_no_uid_is_shared():
    keys: Counter[Any] = Counter()
    uids: Counter[str] = Counter()
    for cluster, manifest in everything(drawn()):
        metadata = manifest["metadata"]
        group = manifest["apiVersion"].rpartition("/")[0]
        keys[cluster, group, manifest["kind"], metadata.get("namespace"), metadata["name"]] += 1
        uids[metadata["uid"]] += 1
    assert [key for key, count in keys.items() if count > 1] == []
    assert [uid for uid, count in uids.items() if count > 1] == []


@pytest.mark.parametrize(("regions", "deployments"), [(1, 1), (1, 30), (6, 60), (40, 1000)])
def test_a_fleet_is_as_large_as_it_is_asked_to_be(regions: int, deployments: int):
    fleet = drawn(size=Size(regions, deployments))
    assert (len(fleet.places), len(fleet.deployments)) == (regions, deployments)
    assert len({place.name for place in fleet.places}) == regions
    assert len({d.key for d in fleet.deployments}) == deployments
    assert all(len(place.name) <= 21 for place in fleet.places)
    assert all(len(d.name) <= 53 for d in fleet.deployments)


def test_there_are_about_as_many_machines_as_asked():
    fleet = drawn(size=Size(20, 1000, 5000))
    machines = sum(manifest["kind"] == "Machine" for _, manifest in everything(fleet))
    assert 3500 < machines < 7000


def test_there_is_some_of_everything_that_a_page_can_show():
    fleet = drawn()
    kinds: dict[str, list[Manifest]] = {}
    for _, manifest in everything(fleet):
        kinds.setdefault(manifest["kind"], []).append(manifest)
    regions = kinds["Region"]
    assert len({place.cloud for place in fleet.places}) == 4
    assert any("clusterDeployment" in region["spec"] for region in regions)
    assert any("k0rdent.mirantis.com/region-pause" in region["metadata"].get("annotations", {}) for region in regions)
    assert {region["status"]["conditions"][0]["status"] for region in regions} == {"True", "False"}
    identities = {credential["spec"]["identityRef"]["kind"] for credential in kinds["Credential"]}
    aws = {"AWSClusterStaticIdentity", "AWSClusterRoleIdentity", "AWSClusterControllerIdentity"}
    assert identities == aws | {"AzureClusterIdentity", "VSphereClusterIdentity", "Secret"}
    assert {credential["status"]["ready"] for credential in kinds["Credential"]} == {True, False}
    clouds = {chart_of(cld["spec"]["template"]).cloud for cld in kinds["ClusterDeployment"]}
    assert clouds == {chart.cloud for chart in charts().values()}
    reasons = {ready(cld)["reason"] for cld in kinds["ClusterDeployment"]}
    assert reasons == {"Succeeded", "Failed", "Progressing", "Deleting"}
    assert any(cld["spec"].get("dryRun") for cld in kinds["ClusterDeployment"])
    assert any(cld["status"].get("availableUpgrades") for cld in kinds["ClusterDeployment"])
    for kind in (
        "MultiClusterService",
        "ServiceSet",
        "ManagementBackup",
        "AccessManagement",
        "HelmRelease",
        "Machine",
        "MachinePool",
        "K0sControlPlane",
        "K0smotronControlPlane",
        "SveltosCluster",
        "ClusterSummary",
        "Event",
        "ProviderInterface",
        "StateManagementProvider",
        "Release",
        "ClusterTemplateChain",
    ):
        assert kinds[kind], kind


def ready(cld: Manifest) -> Manifest:
    return next(each for each in cld["status"]["conditions"] if each["type"] == "Ready")


def test_every_deployment_names_a_template_and_a_credential_of_its_namespace():
    fleet = drawn()
    there = {
        (manifest["kind"], manifest["metadata"].get("namespace"), manifest["metadata"]["name"])
        for cluster, manifest in everything(fleet)
        if cluster == "~management"
    }
    for d in fleet.deployments:
        assert ("ClusterTemplate", d.namespace, d.template) in there, d.key
        assert ("ConfigMap", d.namespace, f"schema-ct-{d.template}") in there, d.key
        assert ("Credential", d.namespace, d.credential) in there, d.key
        for _, _, template in d.services:
            assert ("ServiceTemplate", d.namespace, template) in there, d.key


def test_what_people_filled_in_is_what_the_templates_ask_for():
    for d in drawn().deployments:
        chart = chart_of(d.template)
        values = merge(merge(chart.values, {"clusterIdentity": {"name": "x", "namespace": "", "kind": "x"}}), d.config)
        problems = list(Draft202012Validator(chart.schema).iter_errors(values))
        assert bool(problems) == (d.trouble == "values"), (d.key, problems)


@pytest.mark.parametrize("name", charts())
def test_a_templates_schema_is_a_schema_and_its_defaults_fit_but_for_what_must_be_filled(name: str):
    chart = charts()[name]
    Draft202012Validator.check_schema(chart.schema)
    assert list(Draft202012Validator(chart.schema).iter_errors(chart.values)) == []


def real_schemas() -> dict[tuple[str, str], Manifest]:
    folder = os.environ.get("PANE_TEST_CRDS")
    if not folder:
        pytest.skip("PANE_TEST_CRDS names no folder with the real definitions")
    found = []
    for file in sorted(Path(folder).rglob("*.yaml")):
        found += list(yaml.load_all(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    return schemas([each for each in found if each and each.get("kind") == "CustomResourceDefinition"])


def schemas(definitions: Any) -> dict[tuple[str, str], Manifest]:
    found = {}
    for crd in definitions:
        spec = crd["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            found[key] = version["schema"]["openAPIV3Schema"]
    return found


def faults(manifest: Manifest, against: Manifest) -> list[str]:
    trial = copy.deepcopy(manifest)
    unknown = schema.prune(trial, against)
    return [f"unknown: {path}" for path in unknown] + [
        f"{cause.field}: {cause.message}" for cause in schema.problems(trial, against)
    ]


def test_every_object_is_valid_by_the_demos_own_definitions():
    own = schemas(crds.manifests())
    for _, manifest in everything(drawn()):
        against = own.get((manifest["apiVersion"], manifest["kind"]))
        if against:
            assert faults(manifest, against) == [], manifest


def test_every_object_is_valid_by_the_real_definitions():
    real = real_schemas()
    checked = 0
    for _, manifest in everything(drawn(size=Size(12, 200))):
        against = real.get((manifest["apiVersion"], manifest["kind"]))
        if against:
            checked += 1
            assert faults(manifest, against) == [], manifest
    assert checked > 1000


def test_the_demos_definitions_know_every_kind_that_pane_watches():
    from regions.domain.kinds import KINDS

    served = {
        (crd["spec"]["group"], crd["spec"]["names"]["kind"], crd["spec"]["names"]["plural"]): {
            version["name"] for version in crd["spec"]["versions"]
        }
        for crd in crds.manifests()
    }
    for kind in KINDS:
        if kind.group in ("", "events.k8s.io"):
            continue
        versions = served[kind.group, kind.name, kind.plural]
        assert versions & set(kind.versions), kind
