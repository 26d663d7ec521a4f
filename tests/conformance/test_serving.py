"""Discovery, health, definitions that come and go, Events behind two APIs."""

import time
from typing import Any

from tests.conformance.api import Api
from tests.conformance.conftest import GROUP, install

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


def test_health_and_version(api: Api):
    for path in ("/readyz", "/livez", "/healthz"):
        assert (api.get(path).status, api.get(path).text) == (200, b"ok")
        assert api.as_token("").get(path).status == 200
    found = api.get("/version").body
    assert found["gitVersion"].startswith("v1.")
    assert {"major", "minor", "platform"} <= set(found)


def test_groups_list_their_versions_the_preferred_first(api: Api):
    groups = {group["name"]: group for group in api.get("/apis").body["groups"]}
    assert [version["version"] for version in groups[GROUP]["versions"]] == ["v1", "v1beta1"]
    assert groups[GROUP]["preferredVersion"] == {"groupVersion": f"{GROUP}/v1", "version": "v1"}
    assert "" not in groups
    assert api.get(f"/apis/{GROUP}").body["preferredVersion"]["version"] == "v1"
    assert api.get("/api").body["versions"] == ["v1"]


def test_a_version_lists_its_kinds_and_their_status(api: Api):
    found = api.get(f"/apis/{GROUP}/v1").body
    assert (found["kind"], found["groupVersion"]) == ("APIResourceList", f"{GROUP}/v1")
    resources = {each["name"]: each for each in found["resources"]}
    assert set(resources) == {"widgets", "widgets/status", "gadgets"}
    one = resources["widgets"]
    assert (one["kind"], one["namespaced"]) == ("Widget", True)
    assert (one["singularName"], one["shortNames"]) == ("widget", ["wd"])
    assert {"create", "delete", "get", "list", "patch", "update", "watch"} <= set(one["verbs"])
    assert resources["gadgets"]["namespaced"] is False
    core = {each["name"]: each for each in api.get("/api/v1").body["resources"]}
    assert core["configmaps"]["kind"] == "ConfigMap"
    assert api.get(f"/apis/{GROUP}/v7").status == 404


def test_all_of_it_in_one_answer(api: Api):
    answer = api.get("/apis", accept=AGGREGATED)
    assert answer.body["kind"] == "APIGroupDiscoveryList"
    groups = {group["metadata"]["name"]: group for group in answer.body["items"]}
    versions = groups[GROUP]["versions"]
    assert [version["version"] for version in versions] == ["v1", "v1beta1"]
    (one,) = [each for each in versions[0]["resources"] if each["resource"] == "widgets"]
    assert one["responseKind"] == {"group": GROUP, "version": "v1", "kind": "Widget"}
    assert (one["scope"], one["shortNames"]) == ("Namespaced", ["wd"])
    assert [part["subresource"] for part in one["subresources"]] == ["status"]
    core = api.get("/api", accept=AGGREGATED).body["items"][0]["versions"][0]["resources"]
    assert "configmaps" in {each["resource"] for each in core}


def test_a_definition_is_served_soon_after_it_is_made_and_no_more_after_it_is_gone(api: Api):
    group = "late.example.org"
    crd: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"kind": "Thing", "listKind": "ThingList", "plural": "things", "singular": "thing"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                }
            ],
        },
    }
    assert api.get(f"/apis/{group}/v1/things").status == 404
    install(api, crd)
    made = api.get(f"{CRDS}/things.{group}").body
    conditions = {each["type"]: each["status"] for each in made["status"]["conditions"]}
    assert conditions["Established"] == "True"
    body = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "t"}}
    assert api.create(f"/apis/{group}/v1/things", body).status == 201
    assert api.delete(f"{CRDS}/things.{group}").status == 200
    end = time.monotonic() + 30
    while api.get(f"/apis/{group}/v1/things").status != 404:
        assert time.monotonic() < end
        time.sleep(0.2)


# -- Events ----------------------------------------------------------------------------------------------------------


def core_events(space: str) -> str:
    return f"/api/v1/namespaces/{space}/events"


def new_events(space: str) -> str:
    return f"/apis/events.k8s.io/v1/namespaces/{space}/events"


def about(space: str, name: str = "shop") -> dict[str, Any]:
    return {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "ClusterDeployment",
        "namespace": space,
        "name": name,
        "uid": "22222222-0000-0000-0000-000000000001",
    }


def new_event(space: str, name: str = "shop.1", **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": space},
        "eventTime": "2026-11-20T10:00:12.123456Z",
        "reportingController": "kcm-controller-manager",
        "reportingInstance": "kcm-1",
        "action": "Reconcile",
        "reason": "HelmReleaseCreated",
        "type": "Normal",
        "note": "Successfully created",
        "regarding": about(space),
    } | more


def test_an_event_of_the_new_api_is_seen_in_the_old_one(api: Api, space: str):
    assert api.create(new_events(space), new_event(space)).status == 201
    seen = api.get(core_events(space) + "/shop.1").body
    assert (seen["message"], seen["reason"], seen["type"]) == ("Successfully created", "HelmReleaseCreated", "Normal")
    assert seen["involvedObject"] == about(space)
    assert (seen["reportingComponent"], seen["reportingInstance"]) == ("kcm-controller-manager", "kcm-1")
    assert seen["eventTime"] == "2026-11-20T10:00:12.123456Z"
    assert (seen["firstTimestamp"], seen["lastTimestamp"]) == (None, None)
    assert not seen.get("count")
    assert "regarding" not in seen
    assert "note" not in seen


def test_an_event_of_the_old_api_is_seen_in_the_new_one(api: Api, space: str):
    made = api.create(
        core_events(space),
        {
            "metadata": {"name": "shop.2", "namespace": space},
            "involvedObject": about(space),
            "reason": "UpgradeFailed",
            "type": "Warning",
            "message": "no",
            "count": 3,
            "firstTimestamp": "2026-11-20T10:00:00Z",
            "lastTimestamp": "2026-11-20T10:05:00Z",
            "source": {"component": "helm-controller"},
        },
    )
    assert made.status == 201
    seen = api.get(new_events(space) + "/shop.2").body
    assert (seen["note"], seen["deprecatedCount"], seen["regarding"]) == ("no", 3, about(space))
    assert seen["deprecatedSource"] == {"component": "helm-controller"}
    assert (seen["deprecatedFirstTimestamp"], seen["deprecatedLastTimestamp"]) == (
        "2026-11-20T10:00:00Z",
        "2026-11-20T10:05:00Z",
    )
    assert seen["eventTime"] is None


def test_an_event_of_the_new_api_must_say_who_when_and_why(api: Api, space: str):
    refused = api.create(new_events(space), new_event(space, reportingController="", action="", reason=""))
    assert refused.status == 422
    assert {field for field, _, _ in refused.causes} == {"reportingController", "action", "reason"}


def test_a_series_goes_on(api: Api, space: str):
    api.create(new_events(space), new_event(space))
    series = {"count": 7, "lastObservedTime": "2026-11-20T10:05:44.000000Z"}
    patched = api.patch(new_events(space) + "/shop.1", {"series": series})
    assert (patched.status, patched.body["series"]) == (200, series)
    assert api.get(core_events(space) + "/shop.1").body["series"] == series


def test_events_are_selected_by_what_they_are_about(api: Api, space: str):
    api.create(new_events(space), new_event(space, "shop.1"))
    api.create(
        new_events(space),
        new_event(space, "cart.1", regarding=about(space, "cart"), type="Warning", reason="CredentialError"),
    )

    def found(path: str, selector: str) -> list[str]:
        return [item["metadata"]["name"] for item in api.get(path, fieldSelector=selector).body["items"]]

    assert found(core_events(space), "involvedObject.name=cart") == ["cart.1"]
    assert found(core_events(space), "involvedObject.kind=ClusterDeployment,type=Normal") == ["shop.1"]
    assert found(core_events(space), "reason=CredentialError") == ["cart.1"]
    assert found(core_events(space), "reportingComponent=kcm-controller-manager,type!=Normal") == ["cart.1"]
    assert found(new_events(space), "regarding.name=shop,regarding.kind=ClusterDeployment") == ["shop.1"]
    assert found(new_events(space), "reportingController=kcm-controller-manager,reason=CredentialError") == ["cart.1"]
    assert api.get(new_events(space), fieldSelector="note=x").status == 400


def test_both_apis_tell_watchers_of_the_same_event(api: Api, space: str):
    version = api.get(new_events(space)).version
    api.create(new_events(space), new_event(space))
    (new,) = api.watch(new_events(space), 1, resourceVersion=version)
    (old,) = api.watch(core_events(space), 1, resourceVersion=version)
    assert (new["object"]["apiVersion"], new["object"]["note"]) == ("events.k8s.io/v1", "Successfully created")
    assert (old["object"]["apiVersion"], old["object"]["message"]) == ("v1", "Successfully created")
    assert new["object"]["metadata"]["uid"] == old["object"]["metadata"]["uid"]
