"""Objects of k0rdent made, changed and deleted through pages, on the demo's management cluster."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from dashboard.demo.installation import Installation
from deployments.domain.object_starters import WRITTEN, starter
from deployments.domain.object_yaml import take_object
from deployments.domain.pasted import NotTaken
from deployments.objects import changing
from deployments.objects.listing import get_object
from regions.domain.refs import MANAGEMENT
from regions.inventory import Target
from tests.conformance.api import Api
from tests.deployments.clusterdeployments.conftest import ada, clusters, copied, fleet, known, loop, management
from tests.deployments.clusterdeployments.test_deployment_form import hidden, text
from tests.deployments.registration.test_region_pages import both

__all__ = ["ada", "clusters", "fleet", "known", "loop", "management"]
SIGN_INS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/kcm-system/clusterauthentications"
PAGE = "object/ClusterAuthentication/kcm-system"


def policy(name: str, level: str = "Metadata") -> str:
    return starter("ClusterAuditPolicy", "kcm-system").replace("name: ''", f"name: {name}").replace("Metadata", level)


def sign_in(name: str, url: str = "https://id.example.com") -> str:
    begun = starter("ClusterAuthentication", "kcm-system").replace("name: ''", f"name: {name}")
    return begun.replace("https://id.example.com", url)


def issuer(management: Api, name: str) -> str:
    found = management.get(f"{SIGN_INS}/{name}").body["spec"]["authenticationConfiguration"]["jwt"]
    return str(found[0]["issuer"]["url"])


# What is taken


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_what_a_form_begins_with_is_taken(kind: str) -> None:
    begun = starter(kind, "kcm-system").replace("name: ''", "name: one")
    taken, found = take_object(begun, kind)
    assert not found
    assert taken["spec"]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("a: [", "cannot be read"),
        ("- a", "This is no object"),
        ("kind: Secret\napiVersion: v1", "This is no ClusterAuditPolicy"),
        (policy("a").partition("spec:")[0], "There is no spec"),
        (policy("a").replace("metadata:", "metadate:"), "There is no metadata"),
        (policy("a").replace("  name: a", "  name: a\n  labels:\n    one: 1"), "put quotes around numbers"),
    ],
)
def test_what_is_no_such_object_is_refused_in_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(NotTaken, match=sentence):
        take_object(written, "ClusterAuditPolicy")


@pytest.mark.parametrize(
    ("written", "kind", "sentence"),
    [
        (policy("Not_A_Name"), "ClusterAuditPolicy", "metadata.name: Use lower case letters only."),
        (policy("a").replace("  namespace: kcm-system\n", ""), "ClusterAuditPolicy", "say in which namespace"),
        (policy("a") + "more: 1\n", "ClusterAuditPolicy", "Left out, because no ClusterAuditPolicy has it: more."),
        (policy("a", "012"), "ClusterAuditPolicy", "kubectl reads 012 as 10"),
        (
            starter("AccessManagement", "").replace("kcm", "other"),
            "AccessManagement",
            "takes one AccessManagement, and its name is kcm",
        ),
        (
            starter("AccessManagement", "").replace("  name: kcm", "  name: kcm\n  namespace: a"),
            "AccessManagement",
            "is of the whole cluster",
        ),
    ],
)
def test_what_is_odd_in_it_is_said(written: str, kind: str, sentence: str) -> None:
    _, found = take_object(written, kind)
    assert any(sentence in one.sentence for one in found), found


# Pages


pytestmark = [pytest.mark.django_db]


@pytest.mark.usefixtures("known")
def test_one_is_made_changed_and_deleted(ada: Client, management: Api, clusters: Installation) -> None:
    assert "claimMappings" in ada.get("/new/object/ClusterAuthentication/").content.decode()
    seen, sent = both(ada, "/new/object/ClusterAuthentication/", {"yaml": sign_in("staff")})
    assert "This would be made" in text(seen), text(seen)
    assert sent.status_code == 302, text(sent)
    assert issuer(management, "staff") == "https://id.example.com"
    copied(clusters)
    page = ada.get("/objects/ClusterAuthentication/kcm-system/staff/").content.decode()
    assert f'href="/edit/{PAGE}/staff/"' in page
    first = ada.get(f"/edit/{PAGE}/staff/")
    assert "https://id.example.com" in first.content.decode()
    said = {"yaml": sign_in("staff", "https://other.example.com"), "opened": unescape(hidden(first, "opened"))}
    seen, sent = both(ada, f"/edit/{PAGE}/staff/", said)
    assert "This would be changed" in text(seen), text(seen)
    assert sent.status_code == 302, text(sent)
    assert issuer(management, "staff") == "https://other.example.com"
    copied(clusters)
    gone = f"/delete/{PAGE}/staff/"
    assert "Type staff to delete it." in text(ada.post(gone, {"name": "other", "action": "send"}))
    _, sent = both(ada, gone, {"name": "staff"})
    assert sent.status_code == 302, text(sent)
    assert management.get(f"{SIGN_INS}/staff").status == 404


@pytest.mark.usefixtures("known")
def test_what_somebody_changed_meanwhile_is_shown_and_kept(
    ada: Client, management: Api, clusters: Installation
) -> None:
    both(ada, "/new/object/ClusterAuthentication/", {"yaml": sign_in("shared")})
    copied(clusters)
    url = f"/edit/{PAGE}/shared/"
    opened = unescape(hidden(ada.get(url), "opened"))
    theirs = {"metadata": {"labels": {"by": "them"}}, "spec": {"caSecret": {"name": "ca", "key": "ca.crt"}}}
    management.patch(f"{SIGN_INS}/shared", theirs)
    mine = sign_in("shared", "https://mine.example.com").replace(
        "  name: shared", "  name: shared\n  labels:\n    by: me"
    )
    answer = ada.post(url, {"yaml": mine, "opened": opened, "action": "preview"})
    assert answer.status_code == 409, text(answer)
    assert "Somebody changed this meanwhile" in text(answer)
    page = answer.content.decode()
    assert "by: me" in page
    assert "caSecret" in page
    assert "https://mine.example.com" in page


@pytest.mark.usefixtures("known")
def test_a_spec_that_nobody_may_change_is_said_before_it_is_tried(
    ada: Client, management: Api, clusters: Installation
) -> None:
    both(ada, "/new/object/ClusterAuditPolicy/", {"yaml": policy("fixed")})
    copied(clusters)
    url = "/edit/object/ClusterAuditPolicy/kcm-system/fixed/"
    assert "k0rdent lets nobody change the spec of a ClusterAuditPolicy" in text(ada.get(url))
    opened = unescape(hidden(ada.get(url), "opened"))
    answer = ada.post(url, {"yaml": policy("fixed", "Request"), "opened": opened, "action": "preview"})
    assert "Spec is immutable" in text(answer)
    copy = ada.get("/new/object/ClusterAuditPolicy/?like=kcm-system/fixed").content.decode()
    assert "name: &#x27;&#x27;" in copy
    assert "omitStages" in copy


@pytest.mark.usefixtures("known")
def test_k0rdent_goes_to_another_release(ada: Client, management: Api, clusters: Installation) -> None:
    releases = "/apis/k0rdent.mirantis.com/v1beta1/releases"
    now = management.get("/apis/k0rdent.mirantis.com/v1beta1/managements/kcm").body["spec"]["release"]
    installed = management.get(f"{releases}/{now}").body
    newer = {**installed, "metadata": {"name": "kcm-9-0-0"}, "spec": {**installed["spec"], "version": "9.0.0"}}
    management.create(releases, newer)
    copied(clusters)
    refused = ada.get("/upgrade/k0rdent/kcm-9-0-0/")
    assert "takes no Release that is not ready" in text(refused)
    management.patch(f"{releases}/kcm-9-0-0/status", {"status": {"ready": True}})
    copied(clusters)
    url = "/upgrade/k0rdent/kcm-9-0-0/"
    shown = ada.get(url)
    assert "This would be changed" in text(shown), text(shown)
    _, unsure = both(ada, url, {})
    assert "Say that you mean it." in text(unsure)
    _, sent = both(ada, url, {"despite": "on"})
    assert sent.status_code == 302, text(sent)
    after = management.get("/apis/k0rdent.mirantis.com/v1beta1/managements/kcm").body["spec"]["release"]
    assert after == "kcm-9-0-0"


@pytest.mark.usefixtures("known")
def test_what_is_wrong_stays_typed_beside_its_sentence(ada: Client) -> None:
    answer = ada.post("/new/object/DataSource/", {"yaml": "a: [ # mine", "action": "preview"})
    assert answer.status_code == 422
    assert "cannot be read" in text(answer)
    assert "# mine" in answer.content.decode()
    moved = ada.post("/new/object/ClusterAuditPolicy/check/", {"yaml": policy("A")}).json()["problems"]
    assert [one["sentence"] for one in moved] == ["metadata.name: Use lower case letters only."]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("metadata", [[], "a", None])
def test_a_form_that_carries_no_object_is_no_fault_of_ours(ada: Client, metadata: Any) -> None:
    carried = {"apiVersion": "k0rdent.mirantis.com/v1beta1", "kind": "ClusterAuditPolicy", "spec": {}}
    said = {"yaml": policy("a"), "opened": json.dumps(carried | {"metadata": metadata})}
    assert ada.post("/new/object/ClusterAuditPolicy/check/", said).status_code == 200
    assert ada.post("/edit/object/ClusterAuditPolicy/kcm-system/a/", said).status_code == 404


@pytest.mark.usefixtures("known")
def test_who_names_what_is_deleted_is_listed(
    ada: Client, clusters: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    both(ada, "/new/object/ClusterAuthentication/", {"yaml": sign_in("named")})
    copied(clusters)
    names = tuple(Target("ClusterDeployment", "team", name, MANAGEMENT, "") for name in "abcdefg")
    monkeypatch.setattr(changing, "get_object", lambda *of, **who: replace(get_object(*of, **who), used_by=names))
    html = ada.get(f"/delete/{PAGE}/named/").content.decode()
    said = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))
    assert "7 deployments name it: team/a, team/b, team/c, team/d, team/e and 2 more." in said


@pytest.mark.usefixtures("known")
def test_what_the_cluster_refuses_is_said_in_its_words(ada: Client) -> None:
    answer = ada.post("/new/object/AccessManagement/", {"yaml": starter("AccessManagement", ""), "action": "preview"})
    assert "already" in text(answer)


@pytest.mark.usefixtures("known")
def test_kinds_that_k0rdent_makes_have_no_form(ada: Client) -> None:
    assert ada.get("/new/object/Release/").status_code == 404
    assert ada.get("/new/object/Secret/").status_code == 404
    assert ada.get("/edit/object/ClusterAuditPolicy/kcm-system/nobody/").status_code == 404


@pytest.mark.usefixtures("known")
def test_the_editor_knows_the_clusters_own_schema(ada: Client) -> None:
    said: dict[str, Any] = json.loads(ada.get("/new/object/ManagementBackup/schema/").content)
    assert said["said"] == ""
    assert "schedule" in said["schema"]["properties"]["spec"]["properties"]
