"""Who may do what, for whom, and how it is said."""

import time
from typing import Any

import pytest

from tests.conformance.api import Api
from tests.conformance.conftest import GROUP, Subject, widget, widgets

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1"


def grant(api: Api, space: str, name: str, subject: dict[str, str], *rules: dict[str, Any], everywhere: bool = False):
    """A role in a namespace (or everywhere) and its binding to one subject."""
    kind, where = ("ClusterRole", RBAC) if everywhere else ("Role", f"{RBAC}/namespaces/{space}")
    name = f"{space}-{name}"
    plural = kind.lower() + "s"
    api.create(f"{where}/{plural}", {"metadata": {"name": name}, "rules": list(rules)})
    api.create(
        f"{where}/{kind.lower()}bindings",
        {
            "metadata": {"name": name},
            "subjects": [subject],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        },
    )
    _wait_until_heeded(api, "" if everywhere else space, subject, rules[0])


def _wait_until_heeded(api: Api, space: str, subject: dict[str, str], rule: dict[str, Any]) -> None:
    """A real server hears of a new binding by a watch of its own, a moment later."""
    name = subject["name"]
    who = {"User": name, "ServiceAccount": f"system:serviceaccount:{subject.get('namespace')}:{name}"}
    asked = {
        "namespace": space,
        "verb": rule["verbs"][0],
        "group": rule["apiGroups"][0],
        "resource": rule["resources"][0].partition("/")[0],
        "name": (rule.get("resourceNames") or [""])[0],
    }
    spec = {"user": who.get(subject["kind"], "anybody"), "resourceAttributes": asked}
    spec["groups"] = [name] if subject["kind"] == "Group" else ["system:authenticated"]
    deadline = time.monotonic() + 10
    while not api.create(f"{REVIEWS}/subjectaccessreviews", {"spec": spec}).body["status"]["allowed"]:
        assert time.monotonic() < deadline, f"the binding of {name} is not heeded"
        time.sleep(0.05)


def user(name: str) -> dict[str, str]:
    return {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def rule(*verbs: str, resources: tuple[str, ...] = ("widgets",), **more: Any) -> dict[str, Any]:
    return {"apiGroups": [GROUP], "resources": list(resources), "verbs": list(verbs)} | more


def as_(name: str, *groups: str) -> list[tuple[str, str]]:
    return [("Impersonate-User", name), *(("Impersonate-Group", each) for each in groups)]


def test_a_wrong_token_is_nobody(api: Api, space: str):
    refused = api.as_token("wrong").get(widgets(space))
    assert (refused.status, refused.reason, refused.body["message"]) == (401, "Unauthorized", "Unauthorized")


def test_without_a_token_one_is_anonymous(api: Api, space: str):
    refused = api.as_token("").get(widgets(space))
    assert (refused.status, refused.reason) == (403, "Forbidden")
    assert 'User "system:anonymous" cannot list resource "widgets"' in refused.body["message"]


def test_a_refusal_names_who_what_and_where(subject: Subject, space: str):
    someone = subject.api.as_token(subject.issue("someone"))
    refused = someone.get(widgets(space))
    who = 'User "system:serviceaccount:default:someone"'
    assert refused.status == 403
    assert refused.body["message"] == (
        f'widgets.{GROUP} is forbidden: {who} cannot list resource "widgets" in API group "{GROUP}" in the namespace '
        f'"{space}"'
    )
    assert refused.body["details"] == {"group": GROUP, "kind": "widgets"}
    one = someone.get(widgets(space, "one"))
    assert one.body["message"].startswith(f'widgets.{GROUP} "one" is forbidden: {who} cannot get resource "widgets"')
    assert someone.get(widgets()).body["message"].endswith("at the cluster scope")


def test_a_person_may_do_what_a_role_in_the_namespace_says(api: Api, space: str):
    grant(api, space, "mira", user("mira"), rule("create", "get"))
    headers = as_("mira")
    assert api.create(widgets(space), widget(), headers=headers).status == 201
    assert api.get(widgets(space, "one"), headers=headers).status == 200
    for refused in (
        api.get(widgets(space), headers=headers),
        api.patch(widgets(space, "one"), {}, headers=headers),
        api.delete(widgets(space, "one"), headers=headers),
        api.get(widgets(), headers=headers),
        api.patch(widgets(space, "one") + "/status", {}, headers=headers),
    ):
        assert refused.status == 403
        assert 'User "mira"' in refused.body["message"]


def test_groups_count_each_of_them(api: Api, space: str):
    grant(api, space, "team", group(f"{space}-team"), rule("list"))
    assert api.get(widgets(space), headers=as_("ada", "other", f"{space}-team")).status == 200
    assert api.get(widgets(space), headers=as_("ada", "other")).status == 403


def test_a_role_may_name_objects_and_subresources(api: Api, space: str):
    grant(
        api,
        space,
        "one",
        user("one-only"),
        rule("get", "patch", resources=("widgets", "widgets/status"), resourceNames=["one"]),
    )
    api.create(widgets(space), widget())
    api.create(widgets(space), widget("two"))
    headers = as_("one-only")
    assert api.get(widgets(space, "one"), headers=headers).status == 200
    assert api.patch(widgets(space, "one") + "/status", {"status": {"a": 1}}, headers=headers).status == 200
    assert api.get(widgets(space, "two"), headers=headers).status == 403


def test_only_who_may_impersonate_may(subject: Subject, space: str):
    token = subject.issue("speaker")
    speaker = subject.api.as_token(token)
    account = {"kind": "ServiceAccount", "namespace": "default", "name": "speaker"}
    subject.api.create(f"/api/v1/namespaces/{space}/configmaps", {"metadata": {"name": "x"}})
    refused = speaker.get(widgets(space), headers=as_("mira"))
    assert refused.status == 403
    assert 'User "system:serviceaccount:default:speaker" cannot impersonate' in refused.body["message"]
    grant(
        subject.api,
        space,
        "speaks",
        account,
        {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]},
        everywhere=True,
    )
    grant(subject.api, space, "lists", user("mira"), rule("list"))
    assert speaker.get(widgets(space), headers=as_("mira")).status == 200
    assert speaker.get(widgets(space), headers=as_("mira", "system:masters")).status == 403


@pytest.mark.parametrize(("verb", "allowed"), [("create", True), ("delete", False)])
def test_what_somebody_may_can_be_asked_before(api: Api, space: str, verb: str, allowed: bool):
    grant(api, space, "review", user("ines"), rule("create"))
    attributes = {"group": GROUP, "resource": "widgets", "verb": verb, "namespace": space}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": "ines", "resourceAttributes": attributes},
    }
    answer = api.create(f"{REVIEWS}/subjectaccessreviews", body)
    assert (answer.status, answer.body["status"]["allowed"]) == (201, allowed)
    own = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    mine = f"{REVIEWS}/selfsubjectaccessreviews"
    assert api.create(mine, own, headers=as_("ines")).body["status"]["allowed"] is allowed
    assert api.create(mine, own).body["status"]["allowed"] is True


def test_what_one_may_do_can_be_listed(api: Api, space: str):
    grant(api, space, "rules", user("kofi"), rule("create", "get"))
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": space}}
    status = api.create(f"{REVIEWS}/selfsubjectrulesreviews", body, headers=as_("kofi")).body["status"]
    assert status["incomplete"] is False
    mine = [each for each in status["resourceRules"] if GROUP in each.get("apiGroups", [])]
    assert mine == [{"verbs": ["create", "get"], "apiGroups": [GROUP], "resources": ["widgets"]}]
