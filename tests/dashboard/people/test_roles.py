"""Where no cluster knows people, the roles of their groups say what they see and may do."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from dashboard.models import ApiToken, GroupRole
from dashboard.people.viewer import person_named
from deployments.domain.manifests import Planned
from deployments.submissions.roles import refusal
from regions import permitted
from regions.domain.rbac import NOTHING, ReadRights
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import ANYWHERE, ROLES, Granted, Right, Scope
from regions.domain.viewer import BOUNDED, Viewer
from tests.pages.conftest import seeded

__all__ = ["seeded"]

pytestmark = pytest.mark.django_db

THEIRS = ("shop-prod", "billing-prod", "demo-a")


@pytest.fixture(autouse=True)
def by_role(settings: Any) -> None:
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False


def member(role: str, **bounds: list[str]) -> User:
    user = User.objects.create_user(f"one-{role}")
    group = Group.objects.create(name=f"{role} {bounds}"[:150])
    GroupRole.objects.create(group=group, role=role, **bounds)
    user.groups.add(group)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def writing(kind: str, namespace: str, name: str = "new", verb: str = "create", spec: Any = None) -> list[Planned]:
    manifest = {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": kind,
        "metadata": {"name": name} | ({"namespace": namespace} if namespace else {}),
        "spec": spec or {},
    }
    return [Planned(MANAGEMENT, manifest, "", verb=verb)]


def test_every_role_of_the_table_can_be_given():
    assert {value for value, _ in GroupRole.Role.choices} == set(ROLES)


def test_an_account_without_a_role_may_see_and_nothing_else(seeded: int):
    eve = signed_in(User.objects.create_user("eve"))
    assert "shop-prod" in eve.get("/deployments/").content.decode()
    for address in ("/new/deployment/", "/new/credential/", "/new/region/", "/notices/rules/new/", "/wall/screens/"):
        assert eve.get(address).status_code == 403, address


def test_an_operator_changes_deployments_within_their_scope(seeded: int):
    user = member("operator", namespaces=["team-data"])
    operator, viewer = signed_in(user), person_named(user)
    page = operator.get("/deployments/").content.decode()
    assert "lake-prod" in page
    assert not any(name in page for name in THEIRS)
    assert operator.get("/new/deployment/").status_code == 200
    assert operator.get("/new/credential/").status_code == 403
    assert refusal(viewer, writing("ClusterDeployment", "team-data")) == ""
    assert "takes the role operator" in refusal(viewer, writing("ClusterDeployment", "kcm-system"))
    assert "takes the role credential manager" in refusal(viewer, writing("Credential", "team-data"))
    assert "takes the role administrator" in refusal(viewer, writing("Region", ""))
    assert refusal(viewer, writing("MultiClusterService", "")) != ""  # it is for every namespace


def test_a_scope_of_regions_holds_where_a_credential_leads(seeded: int):
    viewer = person_named(member("operator", regions=["us-east"]))
    spec = {"credential": "aws-eu-central"}
    assert refusal(viewer, writing("ClusterDeployment", "kcm-system", spec=spec)) != ""
    assert refusal(viewer, writing("ClusterDeployment", "team-data", spec={"credential": "aws-us-east"})) == ""


def test_staff_may_do_everything_as_before(seeded: int):
    viewer = person_named(User.objects.create_user("boss", is_staff=True))
    assert all(viewer.may(right) for right in Right)
    assert not viewer.confined
    for kind, namespace in (("ClusterDeployment", "team-data"), ("Credential", "kcm-system"), ("Region", "")):
        assert refusal(viewer, writing(kind, namespace)) == ""


def test_what_may_i_do_here(seeded: int):
    page = signed_in(member("operator", namespaces=["team-data"])).get("/access/").content.decode()
    assert "Role operator" in page
    assert "team-data" in page
    assert "Who may do that?" not in page
    boss = signed_in(User.objects.create_user("boss", is_staff=True))
    page = boss.get("/access/?verb=create&kind=ClusterDeployment&namespace=team-data").content.decode()
    assert "one-operator" in page
    assert "boss" in page


def test_what_is_of_pane_as_a_whole_takes_a_role_for_everywhere(seeded: int):
    for bounds in ({"regions": ["us-east"]}, {"namespaces": ["team-data"]}):
        user = User.objects.create_user(f"one of {bounds}")
        group = Group.objects.create(name=str(bounds))
        GroupRole.objects.create(group=group, role="administrator", **bounds)
        user.groups.add(group)
        client, viewer = signed_in(user), person_named(user)
        assert {right for right in Right if viewer.may(right)} == BOUNDED
        assert client.post("/service-tokens/", {"account": "robot", "name": "x"}).status_code == 403
        for address in ("/audit/", "/audit/export.jsonl", "/wall/screens/", "/notices/rules/new/", "/-/metrics"):
            assert client.get(address).status_code == 403, address
        assert client.get("/new/deployment/").status_code == 200
    assert not ApiToken.objects.exists()
    whole = signed_in(member("administrator"))
    assert [whole.get(address).status_code for address in ("/audit/", "/service-tokens/", "/-/metrics")] == [200] * 3


@pytest.mark.parametrize("kind", ["ClusterAuthentication", "AccessManagement", "ServiceTemplate"])
def test_only_a_credential_names_a_region(kind: str):
    viewer = person_named(member("administrator", regions=["us-east"]))
    spec = {"region": "us-east"}
    assert refusal(viewer, writing(kind, "team-data", spec=spec)) != ""
    assert refusal(viewer, writing("Credential", "team-data", spec=spec)) == ""


def test_a_role_that_this_version_does_not_know_shows_nothing(seeded: int):
    user = member("auditor of another version")
    viewer = person_named(user)
    assert viewer.confined
    assert not permitted.resources(viewer).exists()
    assert not permitted.sees_fleet(viewer)
    assert viewer.permission_set != Viewer("boss").permission_set
    page = signed_in(user).get("/deployments/").content.decode()
    assert not any(name in page for name in (*THEIRS, "lake-prod"))


def viewers() -> Iterator[Viewer]:
    """Of every way to be somebody, with and without management's word."""
    granted = [(), *((Granted(role, scope),) for role in ROLES for scope in (ANYWHERE, Scope(frozenset({"us-east"}))))]
    rights = (None, NOTHING, ReadRights.of({("", "Event"): None}, None))
    for number, one in enumerate(
        product((False, True), granted, rights, (ANYWHERE, Scope(frozenset({"a"}))), ("", "?"))
    ):
        administrator, roles, said, within, trouble = one
        yield Viewer(
            f"one-{number}", administrator=administrator, granted=roles, rights=said, within=within, trouble=trouble
        )


def test_who_shares_a_drawing_may_do_and_see_the_same():
    """Also where management says what they see: who is no administrator any more is shown another page."""
    shared: dict[str, Any] = {}
    for viewer in viewers():
        may = frozenset(right for right in Right if viewer.may(right))
        here = frozenset(right for right in Right if viewer.may_at(right, "us-east", "x"))
        counts = (viewer.bounds, may, here, bool(viewer.trouble))
        assert shared.setdefault(viewer.permission_set, counts) == counts, viewer
    assert len(shared) > 100
