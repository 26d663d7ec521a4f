"""Who may say that something is worked on: who may change it, by management's own rules, or Pane's administrators."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.demo.installation import Installation
from dashboard.people import tokens
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE
from regions.domain.viewer import Viewer
from regions.maintenance import entries
from regions.models import Upkeep
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import clusters, fleet, known, loop, management

__all__ = ["clusters", "fleet", "known", "loop", "management"]

RBAC = "/apis/rbac.authorization.k8s.io/v1"
FORM = {"what": MAINTENANCE, "reason": "moving disks", "lasts": "60", "until": "", "starts_at": ""}


@pytest.fixture
def cluster_mode(settings: object, known: int) -> None:
    settings.PANE_IMPERSONATE = True  # type: ignore[attr-defined]


def let(management: Api, person: str, *rules: dict[str, object]) -> None:
    """Give this user these rights on management, and no others."""
    name = person.replace(":", "-")
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}}
    management.create(f"{RBAC}/clusterroles", {**role, "rules": list(rules)})
    binding = {"kind": "ClusterRoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name}}
    subject = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": person}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    management.create(f"{RBAC}/clusterrolebindings", {**binding, "roleRef": ref, "subjects": [subject]})


def may_patch(resource: str, *names: str) -> dict[str, object]:
    rule: dict[str, object] = {"apiGroups": ["k0rdent.mirantis.com"], "resources": [resource], "verbs": ["patch"]}
    return rule | ({"resourceNames": list(names)} if names else {})


def somebody(name: str, **more: bool) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name, **more))
    return client


def address(kind: str, namespace: str, name: str) -> str:
    return f"/upkeep/new/?kind={kind}&namespace={namespace}&name={name}"


def a_region(clusters: Installation) -> str:
    return next(name for name in clusters.servers if name != "~management")


@pytest.mark.usefixtures("cluster_mode")
@pytest.mark.parametrize("what", [MAINTENANCE, ACKNOWLEDGED])
def test_who_may_not_change_it_is_told_before_the_form_is_filled(clusters, what):
    # Not even an administrator of Pane: in cluster mode the cluster's rules are the only ones.
    eve = somebody("eve", is_staff=True, is_superuser=True)
    for where in (address("Region", "", a_region(clusters)), address("Management", "", "kcm")):
        asked = eve.get(where)
        assert asked.status_code == 403
        said = asked.content.decode()
        assert "pane:eve may not patch" in said
        assert '<form method="post" class="card' not in said
        assert eve.post(where, FORM | {"what": what}).status_code == 403
    assert not Upkeep.objects.exists()


@pytest.mark.usefixtures("cluster_mode")
def test_who_may_change_it_may_say_so_of_that_and_nothing_else(clusters, management):
    mine, *others = (name for name in clusters.servers if name != "~management")
    let(management, "pane:grace", may_patch("regions", mine))
    grace = somebody("grace")
    assert grace.get(address("Region", "", mine)).status_code == 200
    assert grace.post(address("Region", "", mine), FORM).status_code == 302
    for other in others:
        assert grace.post(address("Region", "", other), FORM).status_code == 403
    assert grace.post(address("Management", "", "kcm"), FORM).status_code == 403
    assert Upkeep.objects.get().name == mine


@pytest.mark.usefixtures("cluster_mode")
def test_what_somebody_else_said_is_ended_only_by_who_might_have_said_it(clusters, management):
    region = a_region(clusters)
    said = entries.begin(
        MAINTENANCE, entries.find("Region", "", region), "disks", timezone.now() + timedelta(hours=1),
        viewer=Viewer("grace"),
    )  # fmt: skip
    eve = somebody("eve")
    answer = eve.post(f"/upkeep/{said.pk}/end/")
    assert answer.status_code == 403
    assert "pane:eve may not patch regions" in answer.content.decode()
    assert Upkeep.objects.get().ended_at is None
    let(management, "pane:ada", may_patch("regions"))
    assert somebody("ada").post(f"/upkeep/{said.pk}/end/").status_code == 302
    assert Upkeep.objects.get().ended_at is not None


@pytest.mark.usefixtures("cluster_mode")
def test_a_program_is_held_to_the_same(clusters, management):
    region = a_region(clusters)
    robot = Client(headers={"Authorization": f"Bearer {tokens.issue(User.objects.create_user('robot'), 'tests')}"})
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    body = json.dumps({"object_kind": "Region", "name": region, "reason": "upgrade", "until": until})
    refused = robot.post("/api/v1/maintenance/", body, content_type="application/json")
    assert refused.status_code == 403
    assert "pane:robot may not patch regions" in refused.json()["detail"]
    let(management, "pane:robot", may_patch("regions"))
    made = robot.post("/api/v1/maintenance/", body, content_type="application/json")
    assert made.status_code == 201
    other = User.objects.create_user("other")
    stranger = Client(headers={"Authorization": f"Bearer {tokens.issue(other, 'tests')}"})
    assert stranger.delete(f"/api/v1/maintenance/{made.json()['id']}/").status_code == 403
    assert robot.delete(f"/api/v1/maintenance/{made.json()['id']}/").status_code == 204


@pytest.mark.usefixtures("cluster_mode")
def test_where_management_does_not_answer_nobody_may_and_it_says_so(clusters, loop):
    region = a_region(clusters)
    loop.run(clusters.management.refuse())
    eve = somebody("eve")
    answer = eve.get(address("Region", "", region))
    loop.run(clusters.management.accept())
    assert answer.status_code == 502
    assert "Management does not say whether pane:eve may do this" in answer.content.decode()


def test_without_accounts_on_management_administrators_of_pane_may_and_others_not(seeded):
    where = address("Region", "", "us-east")
    ordinary = somebody("eve")
    assert ordinary.get(where).status_code == 403
    assert "do not let you say what is maintained" in ordinary.get(where).content.decode()
    assert ordinary.post(where, FORM).status_code == 403
    assert not Upkeep.objects.exists()
    assert somebody("boss", is_staff=True).post(where, FORM).status_code == 302
    pk = Upkeep.objects.get().pk
    assert ordinary.post(f"/upkeep/{pk}/end/").status_code == 403
