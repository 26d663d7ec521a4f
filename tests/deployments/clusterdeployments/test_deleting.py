"""Deleting a deployment: its consequences first, its name typed, on behalf of who asks, and only that very object."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.models import Step, Submission
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import allow, copied
from tests.deployments.clusterdeployments.test_deployment_form import boxes, text
from tests.deployments.submissions.asked import deployment

pytestmark = pytest.mark.django_db
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"


@pytest.fixture
def doomed(clusters: Installation, management: Api, request: pytest.FixtureRequest) -> str:
    """A deployment of its own for each test; the copy knows it."""
    name = "d" + re.sub(r"[^a-z]", "", request.node.name)[-40:]
    assert management.create(CLDS, deployment(name)[0].manifest).status == 201
    copied(clusters)
    return name


def url(name: str) -> str:
    return f"/deployments/search/{name}/delete/"


def test_what_goes_with_it_is_said_first(ada: Client, doomed: str, management: Api):
    said = text(ada.get(url(doomed)))
    assert "machines in eu-west" in said
    assert "stay there , and cost: clean up on deletion is off" in said
    assert management.get(f"{CLDS}/{doomed}").status == 200


def test_it_goes_only_when_its_name_is_typed(ada: Client, doomed: str, management: Api):
    page = ada.get(url(doomed))
    assert "This would be deleted" in text(page)
    wrong = ada.post(url(doomed), boxes(page) | {"name": "other", "action": "send"})
    assert wrong.status_code == 422
    assert f"Type {doomed} to delete it." in text(wrong)
    assert "This would be deleted" in text(wrong)  # what was shown stays: only its name is missing
    assert management.get(f"{CLDS}/{doomed}").status == 200
    right = ada.post(url(doomed), boxes(wrong) | {"name": doomed, "action": "send"})
    assert right.headers["Location"] == f"/deployments/search/{doomed}/"
    left = management.get(f"{CLDS}/{doomed}")
    assert left.status == 404 or left.body["metadata"]["deletionTimestamp"]
    step = Step.objects.get()
    assert (step.verb, step.state, step.account) == ("delete", "removed", "pane:ada")
    assert "Its deletion was accepted." in text(ada.get(f"/submissions/{Submission.objects.get().key}/"))


def test_sent_twice_it_is_done_once(ada: Client, doomed: str, management: Api):
    said = boxes(ada.get(url(doomed))) | {"name": doomed, "action": "send"}
    assert ada.post(url(doomed), said).status_code == ada.post(url(doomed), said).status_code == 302
    assert Step.objects.count() == 1


def test_nothing_goes_that_was_not_shown(ada: Client, doomed: str, management: Api):
    page = ada.get(url(doomed))
    for other in ({"digest": "0" * 64}, {"digest": ""}, {"key": "f" * 32}):
        shown = ada.post(url(doomed), boxes(page) | {"name": doomed, "action": "send"} | other)
        assert "Look again." in text(shown)
    assert not Submission.objects.exists()
    assert management.get(f"{CLDS}/{doomed}").status == 200


def test_what_blocks_it_is_named_before_anybody_types(ada: Client, clusters: Installation):
    """A region was made from it."""
    copied(clusters)
    said = text(ada.get("/deployments/kcm-system/us-east-cluster/delete/"))
    assert "us-east" in said
    assert "problem--error" in ada.get("/deployments/kcm-system/us-east-cluster/delete/").content.decode()


def test_who_may_not_is_told(clusters: Installation, doomed: str, management: Api):
    eve = Client()
    eve.force_login(User.objects.create_user("eve"))
    said = text(eve.get(url(doomed)))
    assert "This would be refused" in said
    assert 'User "pane:eve" cannot delete' in said
    assert management.get(f"{CLDS}/{doomed}").status == 200
    assert not Submission.objects.exists()


def test_who_may_no_longer_is_refused(clusters: Installation, doomed: str, management: Api):
    allow(management, "pane:eve")
    eve = Client()
    eve.force_login(User.objects.create_user("eve"))
    page = eve.get(url(doomed))
    management.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/pane-eve")
    response = eve.post(url(doomed), boxes(page) | {"name": doomed, "action": "send"})
    assert response.status_code == 422
    assert 'User "pane:eve" cannot delete' in text(response)
    assert management.get(f"{CLDS}/{doomed}").status == 200
    assert Submission.objects.get().state == Submission.State.REFUSED


def test_another_that_took_its_name_is_left_alone(ada: Client, doomed: str, management: Api):
    page = ada.get(url(doomed))
    management.delete(f"{CLDS}/{doomed}")
    if management.get(f"{CLDS}/{doomed}").status == 200:  # k0rdent's finalizer holds it, and no controller runs here
        management.patch(f"{CLDS}/{doomed}", {"metadata": {"finalizers": None}})
    assert management.create(CLDS, deployment(doomed)[0].manifest).status == 201
    assert ada.post(url(doomed), boxes(page) | {"name": doomed, "action": "send"}).status_code == 422
    assert "deletionTimestamp" not in management.get(f"{CLDS}/{doomed}").body["metadata"]
