"""Causes on pages and in the API, what several share, and what depends on what."""

import copy
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from deployments.causes.reads import dependents_of, shared_causes
from regions.domain.viewer import Viewer
from regions.inventory import NotFound
from tests.deployments.causes.fixtures import NOON, fixture
from tests.deployments.causes.recorded import record

ADA = Viewer("ada")


@pytest.fixture
def ada(db: None, client: Client, monkeypatch) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    client.force_login(User.objects.create_user("ada"))
    return client


def several(name: str, copies: int) -> dict:
    """The fault of a fixture in as many deployments."""
    case = fixture(name)
    for number in range(1, copies):
        for cluster, objects in fixture(name)["clusters"].items():
            for one in objects:
                if "checkout" in one["metadata"]["name"]:
                    case["clusters"][cluster].append(renamed(one, f"shop{number}"))
    return case


def renamed(manifest: dict, name: str) -> dict:
    """The same object of another deployment."""

    def swap(value):
        if isinstance(value, dict):
            return {key: swap(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [swap(inner) for inner in value]
        return value.replace("checkout", name) if isinstance(value, str) else value

    found = swap(copy.deepcopy(manifest))
    found["metadata"]["uid"] = f"{name}-{found['metadata']['uid']}"
    return found


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_page_leads_with_the_culprit_and_folds_what_the_cluster_says(ada):
    case = fixture("quota")
    record(case["clusters"], NOON)
    page = text_of(ada, "/deployments/team-shop/checkout/")
    said = ("A quota of the cloud account is used up", "In the cluster's own words", "VcpuLimitExceeded", "Conditions")
    assert sorted(map(page.index, said)) == [page.index(words) for words in said]
    assert page.index(said[0]) < page.index("Ask the cloud") < page.index("Conditions")
    html = ada.get("/deployments/team-shop/checkout/").content.decode()
    chain = re.findall(r'<ol class="why__chain".*?</ol>', html, re.S)[0]
    kinds = re.findall(r'class="row__kind">(\w+)<', chain)
    assert kinds == ["ClusterDeployment", "Cluster", "MachineDeployment", "Machine", "AWSMachine"]


def test_a_credential_that_nobody_hands_on_lacks_no_configmap(ada):
    case = fixture("resource-template")
    record(case["clusters"], NOON)
    assert "-resource-template is missing" in text_of(ada, "/credentials/team-shop/aws-dublin/")
    for objects in case["clusters"].values():
        for one in objects:
            if one["kind"] == "ClusterDeployment":
                one["spec"]["propagateCredentials"] = False
                one["metadata"] |= {"resourceVersion": "99001", "generation": 9}
    record(case["clusters"], NOON)
    assert "What to do" not in text_of(ada, "/credentials/team-shop/aws-dublin/")


def test_a_page_of_what_is_well_says_nothing_of_causes(ada):
    record(fixture("negative-well")["clusters"], NOON)
    for url in ("/deployments/team-shop/checkout/", "/regions/dublin/", "/credentials/team-shop/aws-dublin/"):
        assert "What to do" not in text_of(ada, url), url


def test_a_service_that_fails_says_what_to_do(ada):
    record(fixture("service-dependency")["clusters"], NOON)
    assert "Service cert-manager does not come up" in text_of(ada, "/deployments/team-shop/checkout/")


def test_the_api_answers_with_culprit_chain_and_advice(ada):
    case = fixture("region-silent-after-quota")
    record(case["clusters"], NOON, links=case["links"])
    found = ada.get("/api/v1/deployments/team-shop/checkout/causes/").json()
    assert found["cause"] == "quota"
    assert found["culprit"]["kind"] == "AWSMachine"
    assert [link["kind"] for link in found["chain"]][0::4] == ["ClusterDeployment", "AWSMachine"]
    assert (found["heard"], found["as_of"]) == (False, "2026-11-22T11:48:00.000Z")
    assert ada.get("/api/v1/regions/dublin/causes/").json()["cause"] == "region-silent"
    assert ada.get("/api/v1/regions/~management/causes/").json()["culprit"] is None
    assert ada.get("/api/v1/credentials/team-shop/aws-dublin/causes/").json()["heard"] is False
    assert ada.get("/api/v1/deployments/team-shop/nobody/causes/").status_code == 404


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("authentication", "Credential team-shop/aws-dublin"),
        ("quota", "Credential team-shop/aws-dublin"),
        ("region-paused", "Region dublin"),
        ("template-invalid", "ClusterTemplate team-shop/aws-standalone-cp-1-0-43"),
        ("provider-missing", "Region dublin"),
        ("namespace-missing", "Namespace team-shop"),
        ("credential-gone", "Credential team-shop/aws-dublin"),
        ("region-silent", "Region dublin"),
    ],
)
def test_what_several_suffer_from_is_said_once(name, what, ada, django_assert_max_num_queries):
    case = several(name, 4)
    record(case["clusters"], NOON, links=case["links"])
    with django_assert_max_num_queries(12):
        shared = shared_causes(viewer=ADA)
    assert [f"{one.what.kind} {one.what.label}" for one in shared] == [what]
    assert [member.name for member in shared[0].members] == ["checkout", "shop1", "shop2", "shop3"]
    assert "4 deployments share one cause" in text_of(ada, "/")
    assert ada.get("/api/v1/causes/").json()["results"][0]["count"] == 4


def test_what_only_one_suffers_from_is_not_shared(ada):
    record(fixture("node")["clusters"], NOON)
    assert shared_causes(viewer=ADA) == ()


def test_everything_that_depends_on_something_is_counted(ada):
    case = several("quota", 3)
    record(case["clusters"], NOON)
    for kind, namespace, name in (
        ("Credential", "team-shop", "aws-dublin"),
        ("Region", "", "dublin"),
        ("Provider", "", "infrastructure-aws"),
        ("ClusterTemplate", "team-shop", "aws-standalone-cp-1-0-43"),
    ):
        found = dependents_of(kind, namespace, name, viewer=ADA)
        assert found.deployments.total == 3, kind
        page = text_of(ada, found.url)
        assert "3 deployments" in page, kind
        assert "shop2" in page, kind
    assert ada.get("/api/v1/providers/infrastructure-aws/dependents/").json()["groups"][1]["kind"] == "Region"
    assert ada.get("/api/v1/regions/dublin/dependents/").json()["groups"][0]["counts"]["total"] == 3
    with pytest.raises(NotFound):
        dependents_of("Provider", "", "infrastructure-nowhere", viewer=ADA)
    assert ada.get("/dependents/Region/nowhere/").status_code == 404
    assert ada.get("/dependents/Pod/x/").status_code == 404


def test_the_addresses_of_before_still_lead_to_what_depends_on_something(ada):
    record(several("quota", 3)["clusters"], NOON)
    for place in ("Region/dublin", "Credential/team-shop/aws-dublin", "Provider/infrastructure-aws"):
        moved = ada.get(f"/leaning/{place}/")
        assert (moved.status_code, moved["Location"]) == (301, f"/dependents/{place}/")
    before, now = (ada.get(f"/api/v1/regions/dublin/{word}/") for word in ("leaning", "dependents"))
    assert before.json() == now.json()
