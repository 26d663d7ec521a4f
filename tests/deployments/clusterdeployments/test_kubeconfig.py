"""The kubeconfig of a deployment's cluster: for who may read its Secret, and nowhere but in the answer."""

import base64
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regions.models import AuditEntry, Cluster, Resource
from tests.demo.conftest import api_of
from tests.deployments.submissions.conftest import clusters, fleet, loop, management
from tests.pages.conftest import seeded

__all__ = ["clusters", "fleet", "loop", "management", "seeded"]

pytestmark = pytest.mark.django_db
CONTENT = """apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: "https://192.0.2.1:6443"}}]
users: [{name: a, user: {token: never-in-a-page}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
"""
PLACE = "/api/v1/namespaces/kcm-system/secrets"
URL = "/deployments/kcm-system/shop-prod/kubeconfig/"


@pytest.fixture
def there(seeded: int, management: Any) -> Any:
    """A deployment of the management cluster, with its Secret on the demo's."""
    Resource.objects.filter(kind="ClusterDeployment", name="shop-prod").update(region="")
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "shop-prod-kubeconfig", "namespace": "kcm-system"},
        "data": {"value": base64.b64encode(CONTENT.encode()).decode()},
    }
    management.delete(f"{PLACE}/shop-prod-kubeconfig")
    assert management.create(PLACE, body).status == 201
    return management


def as_(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name))
    return client


def test_who_may_read_the_secret_gets_the_file_and_the_page_never_holds_it(there, caplog):
    caplog.set_level(logging.DEBUG)
    operator = as_("operator")
    page = operator.get(URL)
    html = page.content.decode()
    assert "Download shop-prod.kubeconfig" in html
    assert "kubectl get secret shop-prod-kubeconfig -n kcm-system" in html
    assert "never-in-a-page" not in html
    file = operator.post(URL)
    assert file.content.decode() == CONTENT
    assert "no-store" in file["Cache-Control"]
    assert file["Content-Disposition"] == 'attachment; filename="shop-prod.kubeconfig"'
    [entry] = AuditEntry.objects.filter(action="download kubeconfig")
    assert (entry.actor, entry.outcome, entry.name) == ("operator", "done", "shop-prod-kubeconfig")
    kept = [str(row.detail) for row in AuditEntry.objects.all()] + [record.getMessage() for record in caplog.records]
    assert not [one for one in kept if "never-in-a-page" in one]
    assert "Kubeconfig" in operator.get(URL, headers={"hx-request": "true"}).content.decode()


VIEWERS = "/apis/rbac.authorization.k8s.io/v1/clusterroles/pane-viewer"


@pytest.fixture
def stranger(there: Any) -> Iterator[Client]:
    """Somebody who may look at deployments, and at no Secret."""
    before = there.get(VIEWERS).body["rules"]
    rules = [{"verbs": ["get", "list"], "apiGroups": ["*"], "resources": ["clusterdeployments"]}]
    assert there.patch(VIEWERS, {"rules": rules}).status == 200
    yield as_("stranger")
    there.patch(VIEWERS, {"rules": before})


def test_who_may_not_is_shown_no_way_and_told_why(stranger):
    assert "Kubeconfig" not in stranger.get(URL, headers={"hx-request": "true"}).content.decode()
    for answer in (stranger.get(URL), stranger.post(URL)):
        assert answer.status_code == 403
        said = answer.content.decode()
        assert "It is not yours to read" in said
        assert "pane:stranger may not get secrets" in said
        assert "never-in-a-page" not in said
    assert AuditEntry.objects.filter(action="download kubeconfig", outcome="refused", actor="stranger").count() == 1


def test_in_a_region_management_says_who_may_and_panes_account_reads(there, stranger, clusters):
    region = next(iter(clusters.regions))
    Resource.objects.filter(kind="ClusterDeployment", name="shop-prod").update(region=region)
    operator, api = as_("operator"), api_of(clusters.regions[region])
    missing = operator.get(URL)
    assert missing.status_code == 404
    assert f"on region {region}" in missing.content.decode()
    held = there.get(f"{PLACE}/shop-prod-kubeconfig").body
    api.create("/api/v1/namespaces", {"metadata": {"name": "kcm-system"}})
    copy = held | {"metadata": {"name": "shop-prod-kubeconfig", "namespace": "kcm-system"}}
    assert api.create(PLACE, copy).status == 201
    assert operator.post(URL).content.decode() == CONTENT
    assert stranger.post(URL).status_code == 403


def test_without_a_cluster_that_knows_people_it_takes_the_right_on_credentials(there, settings):
    settings.PANE_IMPERSONATE, settings.PANE_RIGHTS = False, "roles"
    assert as_("operator").post(URL).status_code == 403
    boss = as_("boss")
    User.objects.filter(username="boss").update(is_staff=True)
    assert boss.post(URL).content.decode() == CONTENT


def test_missing_and_unreachable_have_their_own_words(there):
    operator = as_("operator")
    there.delete(f"{PLACE}/shop-prod-kubeconfig")
    missing = operator.post(URL)
    assert missing.status_code == 404
    assert "There is no Secret kcm-system/shop-prod-kubeconfig on the management cluster" in missing.content.decode()
    assert operator.get("/deployments/kcm-system/nothing/kubeconfig/").status_code == 404
    Cluster.objects.filter(name="~management").update(state="silent", since=timezone.now())
    away = operator.get(URL)
    assert away.status_code == 502
    assert "It cannot be asked for now" in away.content.decode()
