"""Whose an object is, and what it names."""

from datetime import UTC, datetime

import pytest

from regions.domain import manifest as m
from regions.domain.facts import facts
from regions.domain.references import named_kinds, named_objects
from regions.domain.refs import MANAGEMENT
from tests.regions.domain.files import NOON, every_manifest, manifest

SHOP = "team-shop/checkout-prod"


def test_a_deployment_knows_its_region_template_and_credential():
    found = facts(manifest("clusterdeployments", "checkout-prod"), MANAGEMENT)
    assert (found.region, found.deployment) == ("dublin", SHOP)
    assert (found.template, found.credential) == ("aws-standalone-cp-1-0-43", "team-shop/aws-dublin")
    assert found.labels["team"] == "shop"
    assert found.created_at == datetime(2026, 10, 2, 8, 11, 40, tzinfo=UTC)
    assert found.deleting_at is None


@pytest.mark.parametrize("file", ["helmreleases", "capi"])
def test_only_a_deployment_has_a_template_and_a_credential(file):
    found = facts(manifest(file, "checkout-prod"), MANAGEMENT)
    assert (found.template, found.credential) == ("", "")


def test_a_credential_is_its_own_credential():
    assert facts(manifest("catalog", "Credential aws-dublin"), MANAGEMENT).credential == "team-shop/aws-dublin"


def test_the_namespace_that_flux_names_wins_over_that_of_the_object():
    moved = manifest("capi", "checkout-prod-cp")
    moved["metadata"]["namespace"] = "elsewhere"
    assert facts(moved, "dublin").deployment == SHOP


def test_the_region_of_a_deployment_without_status_is_left_to_its_credential():
    found = facts(manifest("clusterdeployments", "just-made"), MANAGEMENT)
    assert (found.region, found.credential) == ("", "team-shop/aws-dublin")


@pytest.mark.parametrize(
    ("file", "name", "region"),
    [
        ("catalog", "Credential aws-dublin", "dublin"),
        ("catalog", "moved", MANAGEMENT),
        ("regions", "Region oslo", "oslo"),
        ("helmreleases", "dublin-cluster-api-provider-aws", "dublin"),
        ("catalog", "aws-standalone-cp-1-0-43", MANAGEMENT),
        ("capi", "Cluster checkout-prod", MANAGEMENT),
    ],
)
def test_an_object_on_management_belongs_to_the_region_that_it_is_about(file, name, region):
    assert facts(manifest(file, name), MANAGEMENT).region == region


def test_whatever_lies_on_the_cluster_of_a_region_belongs_to_that_region():
    assert {facts(one, "dublin").region for one in every_manifest()} == {"dublin"}


@pytest.mark.parametrize(
    ("file", "name", "deployment"),
    [
        ("helmreleases", "checkout-prod", SHOP),
        ("helmreleases", "dublin-cluster-api-provider-aws", ""),
        ("services", "ServiceSet checkout-prod", SHOP),
        ("services", "MultiClusterService observability", ""),
        ("capi", "Cluster checkout-prod", SHOP),
        ("capi", "Cluster coming-up", "team-shop/coming-up"),
        ("capi", "checkout-prod-cp-0", SHOP),
        ("capi", "checkout-prod-md", SHOP),
        ("capi", "checkout-prod-cp", SHOP),
        ("capi", "AWSMachine no-capacity", "team-shop/checkout-canary"),
        ("services", "p--checkout-prod-capi-checkout-prod", SHOP),
        ("services", "legacy-shop", "team-shop/legacy-shop"),
        ("services", "SveltosCluster mgmt", ""),
        ("services", "self-management", ""),
        ("events", "checkout-canary.187f3b2a1c9d0e01", "team-shop/checkout-canary"),
        ("events", "lyon.187f3b2a1c9d0e02", ""),
        ("catalog", "ProviderInterface aws", ""),
        ("catalog", "AWSClusterStaticIdentity aws-dublin", ""),
    ],
)
def test_an_object_serves_the_deployment_that_it_was_made_for(file, name, deployment):
    assert facts(manifest(file, name), "dublin").deployment == deployment


def test_a_cluster_names_its_infrastructure_and_control_plane_in_either_api():
    wanted = {("infrastructure.cluster.x-k8s.io", "AWSCluster"), ("controlplane.cluster.x-k8s.io", "K0sControlPlane")}
    assert named_kinds(manifest("capi", "coming-up")) == wanted
    assert named_kinds(manifest("capi", "old-region-no-quota")) == wanted


def test_machines_and_pools_name_their_infrastructure():
    assert named_kinds(manifest("capi", "checkout-prod-cp-0")) == {("infrastructure.cluster.x-k8s.io", "AWSMachine")}
    pool = ("infrastructure.cluster.x-k8s.io", "AzureASOManagedMachinePool")
    assert named_kinds(manifest("capi", "lake-pool")) == {pool}


def test_a_machine_deployment_names_only_templates_and_so_no_kinds():
    assert named_kinds(manifest("capi", "checkout-prod-md")) == set()


@pytest.mark.parametrize(
    ("file", "name", "named"),
    [
        ("regions", "Region dublin", {("Secret", "kcm-system", "dublin-kubeconfig")}),
        ("regions", "Region oslo", {("Secret", "platform", "oslo-ground-kubeconfig")}),
        (
            "catalog",
            "Credential aws-dublin",
            {
                ("ConfigMap", "team-shop", "aws-dublin-resource-template"),
                ("Secret", "team-shop", "aws-dublin-secret"),
                ("Secret", "kcm-system", "aws-dublin-secret"),
            },
        ),
        (
            "catalog",
            "moved",
            {
                ("ConfigMap", "team-data", "os-lab-resource-template"),
                ("Secret", "team-data", "os-lab"),
                ("Secret", "kcm-system", "os-lab"),
            },
        ),
        ("catalog", "AWSClusterStaticIdentity aws-dublin", {("Secret", "kcm-system", "aws-dublin-secret")}),
        ("catalog", "AzureClusterIdentity azure-ams", {("Secret", "kcm-system", "azure-ams-secret")}),
        ("catalog", "vs-berlin", {("Secret", "kcm-system", "vs-berlin-secret")}),
        (
            "catalog",
            "aws-standalone-cp-1-0-43",
            {("ConfigMap", "team-shop", "schema-ct-aws-standalone-cp-1-0-43")},
        ),
        ("secrets", "config-everywhere", {("Secret", "team-shop", "ingress-values")}),
        ("capi", "Cluster checkout-prod", set()),
    ],
)
def test_an_object_names_the_secrets_and_configmaps_that_are_read_for_it(file, name, named):
    assert named_objects(manifest(file, name)) == named


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("2026-11-22T12:00:00.000000Z", NOON),
        ("2026-11-22T12:00:00.000000999Z", NOON),
        ("2026-11-22T12:00:00", NOON),
        ("yesterday", None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("", None),
        (None, None),
        (1234567890123456789, None),
    ],
)
def test_a_moment_is_read_in_every_form_that_kubernetes_writes_and_in_no_other(text, moment):
    assert m.parse_time(text) == moment


def test_a_condition_that_both_lists_have_is_taken_from_the_newer_list():
    found = m.condition(manifest("capi", "old-region-fine"), "InfrastructureReady")
    assert found is not None
    assert found["reason"] == "Ready"
    assert [c["type"] for c in m.conditions(manifest("capi", "old-region-fine"))].count("InfrastructureReady") == 1


def test_an_age_is_never_negative():
    young = {"metadata": {"creationTimestamp": "2026-11-22T12:00:05Z"}}
    age = m.age(young, NOON)
    assert age is not None
    assert age.total_seconds() == 0


@pytest.mark.parametrize("odd", [{}, {"metadata": []}, {"metadata": {"labels": "x"}, "spec": 3, "status": [1]}])
def test_odd_manifests_have_empty_facts_and_name_nothing(odd):
    assert facts(odd, MANAGEMENT).deployment == ""
    assert named_kinds(odd) == set()
    assert named_objects(odd) == set()
    assert m.conditions(odd) == []
    assert m.ready(odd) is None


def test_a_reference_longer_than_any_name_does_not_burst_our_columns():
    long = manifest("clusterdeployments", "checkout-prod")
    long["spec"].update(credential="c" * 9999, template="t" * 9999)
    long["status"]["region"] = "r" * 9999
    found = facts(long, MANAGEMENT)
    assert (len(found.credential), len(found.template), len(found.region)) == (506, 253, 253)
