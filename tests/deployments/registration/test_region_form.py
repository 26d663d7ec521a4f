"""/new/region/: a cluster is registered by a kubeconfig that no page, row or log ever shows."""

import base64
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from dashboard.demo import crds
from dashboard.demo.apiserver.server import Server
from deployments.models import Step, Submission
from regions.models import Cluster
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.deployments.clusterdeployments.test_deployment_form import boxes, hidden, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]
FORM = "/new/region/"
REGIONS = "/apis/k0rdent.mirantis.com/v1beta1/regions"
SECRET = "/api/v1/namespaces/kcm-system/secrets/fresh-kubeconfig"
PROVIDERS = ["projectsveltos", "cluster-api-provider-k0sproject-k0smotron"]


@pytest.fixture
def newcomer(loop: Loop) -> Iterator[Server]:
    """A cluster that nobody has registered yet."""
    server = Server("newcomer", crds.region(set()), seed=99)
    loop.run(server.start())
    yield server
    loop.run(server.stop())


def post(client: Client, kubeconfig: str, action: str = "preview", **more: Any) -> Any:
    said = {"name": "newcomer", "source": "paste", "kubeconfig": kubeconfig, "providers": PROVIDERS, "action": action}
    return client.post(FORM, said | more)


def test_what_nearly_every_region_needs_is_chosen_and_the_rest_is_offered(ada: Client):
    page = ada.get(FORM).content.decode()
    assert 'value="projectsveltos" checked' in page
    assert 'value="cluster-api-provider-aws"' in page
    assert 'value="cluster-api-provider-aws" checked' not in page


def test_a_pasted_kubeconfig_becomes_a_secret_and_a_region_and_is_shown_nowhere(
    ada: Client, management: Api, newcomer: Server, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    kubeconfig = newcomer.kubeconfig()
    seen = post(ada, kubeconfig, name="fresh")
    assert "It answers: Kubernetes v1." in text(seen)
    assert "This would be made" in text(seen)
    assert management.get(SECRET).status == 404
    sent = post(ada, kubeconfig, "send", key=hidden(seen, "key"), digest=hidden(seen, "digest"), name="fresh")
    assert sent.status_code == 302, text(sent)
    made = management.get(f"{REGIONS}/fresh").body
    assert made["spec"]["kubeConfig"] == {"name": "fresh-kubeconfig", "key": "value"}
    assert [provider["name"] for provider in made["spec"]["providers"]] == PROVIDERS
    assert base64.b64decode(management.get(SECRET).body["data"]["value"]).decode() == kubeconfig
    page = ada.get(sent.headers["Location"]).content.decode()
    rows = serializers.serialize("json", [*Submission.objects.all(), *Step.objects.all()])
    for said in (seen.content.decode(), page, rows, caplog.text):
        assert newcomer.admin_token not in said


def test_the_region_is_not_registered_without_the_kubeconfig_that_was_previewed(
    ada: Client, management: Api, newcomer: Server
):
    seen = post(ada, newcomer.kubeconfig(), name="unsure")
    more = {"key": hidden(seen, "key"), "digest": hidden(seen, "digest"), "name": "unsure"}
    assert post(ada, "", "send", **more).status_code == 422
    assert "Look again." in text(post(ada, newcomer.kubeconfig(newcomer.issue("other")), "send", **more))
    assert management.get(f"{REGIONS}/unsure").status == 404


def test_a_cluster_that_is_registered_under_another_name_is_recognised(ada: Client, clusters: Any):
    server = clusters.regions["eu-west"]
    home = Api(server.url, server.authority.certificate, server.admin_token).get("/api/v1/namespaces/kube-system").body
    Cluster.objects.filter(name="eu-west").update(uid=home["metadata"]["uid"], server="192.0.2.1:6443")
    response = post(ada, server.kubeconfig())
    assert response.status_code == 422
    assert "This is region eu-west itself, perhaps by another address." in text(response)


def test_a_kubeconfig_that_may_too_little_is_warned_about(ada: Client, newcomer: Server):
    response = post(ada, newcomer.kubeconfig(newcomer.issue("reader")))
    assert "It may not do everything there." in text(response)


def test_a_kubeconfig_that_would_run_a_program_is_refused(ada: Client, newcomer: Server):
    response = post(ada, newcomer.kubeconfig().replace("token:", "exec: {command: /bin/true}\n    token:"))
    assert response.status_code == 422
    assert 'id="kubeconfig-problems"' in response.content.decode()


def test_a_name_that_k0rdent_would_choke_on_is_refused_though_admission_would_take_it(ada: Client, newcomer: Server):
    response = post(ada, newcomer.kubeconfig(), name="a-name-of-twenty-two-ch")
    assert "At most 21 are allowed" in text(response)
    assert boxes(response)["name"] == "a-name-of-twenty-two-ch"


def test_a_secret_that_is_there_already_is_named_and_not_made(ada: Client, management: Api, newcomer: Server):
    key = {"admin.conf": base64.b64encode(newcomer.kubeconfig().encode()).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "handmade"}, "data": key}
    assert management.create("/api/v1/namespaces/kcm-system/secrets", secret).status == 201
    named = {"source": "secret", "secret_name": "handmade", "secret_key": "admin.conf", "name": "handmade"}
    seen = post(ada, "", **named)
    sent = post(ada, "", "send", key=hidden(seen, "key"), digest=hidden(seen, "digest"), **named)
    assert sent.status_code == 302, text(sent)
    assert management.get(f"{REGIONS}/handmade").body["spec"]["kubeConfig"]["name"] == "handmade"
    assert [step.kind for step in Step.objects.all()] == ["Region"]


def test_the_servers_word_on_a_secret_that_is_missing_lands_on_its_box(ada: Client):
    response = post(ada, "", source="secret", secret_name="nowhere", secret_key="value")
    assert 'id="secret_name-problems"' in response.content.decode()
    assert "There is no Secret nowhere" in text(response)
