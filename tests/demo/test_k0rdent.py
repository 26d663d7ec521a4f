"""k0rdent's webhooks on the demo's management: the sentences that forms must understand."""

import copy
from typing import Any

import pytest

from dashboard.demo.installation import Installation
from tests.conformance.api import Api
from tests.conformance.threads import Loop

K0RDENT = "/apis/k0rdent.mirantis.com/v1beta1"
CLDS = f"{K0RDENT}/namespaces/search/clusterdeployments"
REGIONS = f"{K0RDENT}/regions"
WEBHOOK = 'admission webhook "validation.{}.k0rdent.mirantis.com" denied the request: '


def cld(name: str = "fresh", **spec: Any) -> dict[str, Any]:
    whole = {
        "template": "aws-standalone-cp-1-0-42",
        "credential": "aws-eu-west",
        "config": {
            "region": "eu-west-1",
            "controlPlane": {"instanceType": "m6i.large"},
            "worker": {"instanceType": "m6i.large"},
        },
    } | spec
    whole = {key: value for key, value in whole.items() if value is not None}
    return {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "ClusterDeployment",
        "metadata": {"name": name, "namespace": "search"},
        "spec": whole,
    }


def denied(answer: Any, kind: str, sentence: str) -> bool:
    assert (answer.status, answer.reason) == (403, "Forbidden"), answer.text
    assert answer.body["message"] == WEBHOOK.format(kind) + sentence
    return True


def test_a_whole_form_can_be_tried_without_effect(management: Api):
    answer = management.create(CLDS, cld(), dryRun="All")
    assert answer.status == 201
    assert answer.body["spec"]["propagateCredentials"] is True
    assert management.get(f"{CLDS}/fresh").status == 404


def test_without_config_it_becomes_a_dry_run_with_the_templates_values(management: Api):
    answer = management.create(CLDS, cld(config=None), dryRun="All").body["spec"]
    assert answer["dryRun"] is True
    assert answer["config"]["workersNumber"] == 2
    assert "dryRun" not in management.create(CLDS, cld(config={}), dryRun="All").body["spec"]


def test_unknown_names_surface_as_the_404_of_what_is_missing(management: Api):
    template = management.create(CLDS, cld(template="nothing-1-0-0"))
    assert (template.status, template.reason) == (404, "NotFound")
    assert template.body["message"] == 'ClusterTemplate.k0rdent.mirantis.com "nothing-1-0-0" not found'
    credential = management.create(CLDS, cld(credential="nobody"))
    assert credential.body["message"] == 'Credential.k0rdent.mirantis.com "nobody" not found'


def test_a_template_needs_its_providers_where_the_credential_leads(management: Api):
    answer = management.create(CLDS, cld(template="azure-standalone-cp-1-0-45"))
    assert denied(
        answer,
        "clusterdeployment",
        (
            "failed to validate required providers: incompatible providers in Region eu-west: one or more required "
            "providers are not deployed yet: [infrastructure-azure]"
        ),
    )
    assert answer.warnings == ['299 - "Failed to validate required providers"']


def test_a_credential_must_be_ready_and_of_a_kind_that_the_provider_takes(management: Api):
    body = cld(template="azure-standalone-cp-1-0-45", credential="azure-legacy")
    body["metadata"]["namespace"] = "data"
    answer = management.create(CLDS.replace("search", "data"), body)
    sentence = "the ClusterDeployment is invalid: the Credential data/azure-legacy is not Ready"
    assert denied(answer, "clusterdeployment", sentence)
    path = f"{K0RDENT}/namespaces/search/credentials"
    reference = {"apiVersion": "v1", "kind": "Secret", "name": "x", "namespace": "search"}
    management.create(path, {"metadata": {"name": "odd"}, "spec": {"identityRef": reference, "region": "eu-west"}})
    management.patch(f"{path}/odd/status", {"status": {"ready": True}})
    answer = management.create(CLDS, cld(credential="odd"))
    assert denied(
        answer,
        "clusterdeployment",
        (
            "the ClusterDeployment is invalid: provider infrastructure-aws "
            "does not support ClusterIdentity Kind Secret "
            "from the Credential search/odd"
        ),
    )
    management.delete(f"{path}/odd")


def test_a_region_that_cannot_be_asked_has_no_such_provider(management: Api, fleet: Installation, loop: Loop):
    loop.run(fleet.switch("eu-west", False))
    answer = management.create(CLDS, cld())
    loop.run(fleet.switch("eu-west", True))
    sentence = "the ClusterDeployment is invalid: unsupported infrastructure provider infrastructure-aws"
    assert denied(answer, "clusterdeployment", sentence)


@pytest.mark.parametrize(
    ("services", "sentence"),
    [
        (
            [{"name": "a", "template": "none-1-0-0"}],
            'some services have invalid templates\nServiceTemplate.k0rdent.mirantis.com "none-1-0-0" not found',
        ),
        (
            [{"name": "a", "template": "velero-11-1-1", "dependsOn": [{"name": "b"}]}],
            "some services have invalid dependencies\n"
            "dependency default/b of service default/a is not defined as a service",
        ),
        (
            [
                {"name": "a", "template": "velero-11-1-1", "dependsOn": [{"name": "b"}]},
                {"name": "b", "template": "velero-11-1-1", "dependsOn": [{"name": "a"}]},
            ],
            "some services have invalid dependencies\ndependency cycle detected at default/a",
        ),
    ],
)
def test_services_are_checked(management: Api, services: list[Any], sentence: str):
    answer = management.create(CLDS, cld(serviceSpec={"services": services}))
    assert denied(answer, "clusterdeployment", "the ClusterDeployment is invalid: " + sentence)


def test_the_schema_speaks_before_the_webhook(management: Api):
    answer = management.create(CLDS, cld(template=""))
    assert answer.status == 422
    assert ("spec.template", "FieldValueInvalid") in [cause[:2] for cause in answer.causes]


def test_only_upgrades_that_a_chain_allows(management: Api):
    path = "/apis/k0rdent.mirantis.com/v1beta1/clusterdeployments"
    found = next(
        item
        for item in management.get(path).body["items"]
        if item["spec"]["template"] == "aws-standalone-cp-1-0-43" and item["metadata"]["namespace"] != "kcm-system"
    )
    one = f"{K0RDENT}/namespaces/{found['metadata']['namespace']}/clusterdeployments/{found['metadata']['name']}"
    answer = management.patch(one, {"spec": {"template": "aws-standalone-cp-1-0-42"}})
    assert denied(answer, "clusterdeployment", "cluster upgrade is forbidden")
    assert answer.warnings == [
        "299 - \"Cluster can't be upgraded from aws-standalone-cp-1-0-43 to aws-standalone-cp-1-0-42. This upgrade "
        'sequence is not allowed"'
    ]
    answer = management.patch(one, {"spec": {"dataSource": "x"}})
    sentence = "the ClusterDeployment is invalid: spec.dataSource cannot be added or removed after creation"
    assert denied(answer, "clusterdeployment", sentence)


def test_a_deployment_that_is_a_region_stays(management: Api):
    answer = management.delete(f"{K0RDENT}/namespaces/kcm-system/clusterdeployments/us-east-cluster")
    sentence = 'ClusterDeployment cannot be deleted: referenced by Region "us-east"'
    assert denied(answer, "clusterdeployment", sentence)


def region(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "k0rdent.mirantis.com/v1beta1", "kind": "Region", "metadata": {"name": "new"}, "spec": spec}


def test_a_region_needs_a_way_in(management: Api):
    missing = management.create(REGIONS, region(kubeConfig={"name": "none", "key": "value"}))
    assert (missing.status, missing.body["message"]) == (404, 'Secret "none" not found')
    answer = management.create(REGIONS, region(kubeConfig={"name": "rgn-eu-west-kubeconfig", "key": "other"}))
    assert denied(answer, "region", "kubeConfig Secret does not have other key defined")
    cluster = {"namespace": "search", "name": "nobody"}
    absent = management.create(REGIONS, region(clusterDeployment=cluster))
    assert absent.body["message"] == 'ClusterDeployment.k0rdent.mirantis.com "nobody" not found'
    both = management.create(REGIONS, region(kubeConfig={"name": "a"}, clusterDeployment=cluster))
    ((field, reason, message),) = both.causes
    assert (both.status, field, reason) == (422, "spec", "FieldValueInvalid")
    assert message.endswith("exactly one of kubeConfig or clusterDeployment must be set")


def test_a_region_in_use_stays_and_keeps_its_providers(management: Api):
    answer = management.delete(f"{REGIONS}/eu-west")
    assert denied(answer, "region", "region deletion is forbidden")
    assert answer.warnings == [
        "299 - \"The Region object can't be removed while any ClusterDeployment objects deployed in that Region still "
        'exist"'
    ]
    found = management.get(f"{REGIONS}/eu-west").body
    fewer = [each for each in copy.deepcopy(found["spec"]["providers"]) if each["name"] != "cluster-api-provider-aws"]
    answer = management.patch(f"{REGIONS}/eu-west", {"spec": {"providers": fewer}})
    ((field, reason, message),) = answer.causes
    assert (answer.status, field, reason) == (422, "spec.providers", "FieldValueForbidden")
    assert message == (
        "Forbidden: provider cluster-api-provider-aws is required by at least one ClusterDeployment and cannot be "
        "removed from the Region eu-west"
    )
    assert answer.warnings == ['299 - "Some of the providers cannot be removed"']


def test_a_credential_keeps_its_region(management: Api):
    path = f"{K0RDENT}/namespaces/search/credentials/aws-eu-west"
    answer = management.patch(path, {"spec": {"region": "us-east"}}, dryRun="All")
    ((field, _, message),) = answer.causes
    assert (answer.status, field) == (422, "spec.region")
    assert message.endswith("Region is immutable")


def test_templates_in_use_stay(management: Api):
    used = management.get("/apis/k0rdent.mirantis.com/v1beta1/clusterdeployments").body["items"]
    template = next(item["spec"]["template"] for item in used if item["metadata"]["namespace"] == "kcm-system")
    answer = management.delete(f"{K0RDENT}/namespaces/kcm-system/clustertemplates/{template}")
    assert denied(answer, "clustertemplate", "template deletion is forbidden")
    assert "referencing it still exist" in answer.warnings[0]
    changed = management.patch(
        f"{K0RDENT}/namespaces/kcm-system/clustertemplates/{template}", {"spec": {"k8sVersion": "v1.30.0"}}
    )
    assert changed.causes[0][2].endswith("Spec is immutable")


def test_the_release_and_the_singletons_stay(management: Api):
    assert denied(management.delete(f"{K0RDENT}/releases/kcm-1-11-4"), "release", "release kcm-1-11-4 is still in use")
    assert denied(management.delete(f"{K0RDENT}/managements/kcm"), "management", "management deletion is forbidden")
    answer = management.delete(f"{K0RDENT}/accessmanagements/kcm")
    assert denied(answer, "accessmanagement", "AccessManagement deletion is forbidden")
    answer = management.patch(f"{K0RDENT}/managements/kcm", {"spec": {"release": "kcm-9-9-9"}})
    assert (answer.status, answer.causes[0][:2]) == (422, ("spec.release", "FieldValueForbidden"))
