"""Creating, patching, replacing, deleting."""

import pytest

from tests.conformance.api import Api
from tests.conformance.conftest import GROUP, widget, widgets


def test_what_is_created_has_what_only_the_server_gives(api: Api, space: str):
    made = api.create(widgets(space), widget(config={"any": {"thing": [1]}}))
    assert made.status == 201
    metadata = made.body["metadata"]
    assert metadata["uid"]
    assert metadata["resourceVersion"]
    assert metadata["creationTimestamp"]
    assert (metadata["generation"], metadata["namespace"]) == (1, space)
    assert made.body["spec"] == {"template": "a", "config": {"any": {"thing": [1]}}, "flag": True, "mode": "Fast"}


def test_a_second_one_of_that_name_is_refused(api: Api, space: str):
    api.create(widgets(space), widget())
    again = api.create(widgets(space), widget())
    assert (again.status, again.reason) == (409, "AlreadyExists")
    assert again.body["message"] == f'widgets.{GROUP} "one" already exists'
    assert again.body["details"] == {"name": "one", "group": GROUP, "kind": "widgets"}


def test_a_name_can_be_generated(api: Api, space: str):
    body = widget()
    body["metadata"] = {"generateName": "some-"}
    first, second = (api.create(widgets(space), body).body["metadata"]["name"] for _ in range(2))
    assert first != second
    assert first.startswith("some-")
    assert len(first) == len("some-") + 5


def test_without_any_name_nothing_is_created(api: Api, space: str):
    body = widget()
    body["metadata"] = {}
    refused = api.create(widgets(space), body)
    assert refused.status == 422
    wanted = ("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")
    assert wanted in refused.causes


def test_a_name_must_be_a_dns_name(api: Api, space: str):
    refused = api.create(widgets(space), widget("Not_Good"))
    assert [cause[:2] for cause in refused.causes] == [("metadata.name", "FieldValueInvalid")]


def test_a_label_must_be_well_formed(api: Api, space: str):
    refused = api.create(widgets(space), widget(labels={"team": "not good!"}))
    assert refused.status == 422
    assert [cause[:2] for cause in refused.causes] == [("metadata.labels", "FieldValueInvalid")]


def test_nothing_is_created_in_a_namespace_that_is_not_there(api: Api):
    refused = api.create(widgets("nowhere"), widget())
    assert (refused.status, refused.body["message"]) == (404, 'namespaces "nowhere" not found')


def test_a_version_must_not_be_sent_with_a_new_object(api: Api, space: str):
    body = widget()
    body["metadata"]["resourceVersion"] = "12"
    refused = api.create(widgets(space), body)
    assert refused.status >= 400
    assert "resourceVersion should not be set on objects to be created" in refused.body["message"]


def test_the_namespace_in_the_body_must_be_that_of_the_path(api: Api, space: str):
    body = widget()
    body["metadata"]["namespace"] = "other"
    refused = api.create(widgets(space), body)
    assert (refused.status, refused.reason) == (400, "BadRequest")
    assert "does not match the namespace sent on the request" in refused.body["message"]


def test_a_merge_patch_merges_and_null_removes(api: Api, space: str):
    api.create(widgets(space), widget(count=2, tags={"a": "1", "b": "2"}))
    patched = api.patch(widgets(space, "one"), {"spec": {"count": None, "tags": {"a": None, "c": "3"}}})
    assert patched.status == 200
    assert patched.body["spec"] == {"template": "a", "tags": {"b": "2", "c": "3"}, "flag": True, "mode": "Fast"}
    assert patched.body["metadata"]["generation"] == 2


def test_the_generation_counts_the_specification_only(api: Api, space: str):
    path = widgets(space, "one")
    api.create(widgets(space), widget())
    assert api.patch(path, {"metadata": {"labels": {"a": "b"}}}).body["metadata"]["generation"] == 1
    assert api.patch(path + "/status", {"status": {"x": 1}}).body["metadata"]["generation"] == 1
    assert api.patch(path, {"spec": {"count": 3}}).body["metadata"]["generation"] == 2


def test_a_patch_that_changes_nothing_keeps_the_version(api: Api, space: str):
    made = api.create(widgets(space), widget(count=2))
    assert api.patch(widgets(space, "one"), {"spec": {"count": 2}}).version == made.version


def test_status_is_written_by_its_own_path_only(api: Api, space: str):
    path = widgets(space, "one")
    made = api.create(widgets(space), widget() | {"status": {"phase": "Made"}})
    assert "status" not in made.body
    assert "status" not in api.patch(path, {"status": {"phase": "Patched"}}).body
    written = api.patch(path + "/status", {"status": {"phase": "Up"}, "spec": {"count": 5}}).body
    assert (written["status"], "count" in written["spec"]) == ({"phase": "Up"}, False)
    assert api.get(path + "/status").body["status"] == {"phase": "Up"}


def test_a_stale_version_in_a_patch_is_a_conflict(api: Api, space: str):
    path = widgets(space, "one")
    made = api.create(widgets(space), widget())
    api.patch(path, {"spec": {"count": 3}})
    stale = api.patch(path, {"metadata": {"resourceVersion": made.version}, "spec": {"count": 4}})
    assert (stale.status, stale.reason) == (409, "Conflict")
    assert stale.body["message"] == (
        f'Operation cannot be fulfilled on widgets.{GROUP} "one": the object has been modified; please apply your '
        "changes to the latest version and try again"
    )
    assert stale.body["details"] == {"name": "one", "group": GROUP, "kind": "widgets"}


def test_replacing_needs_the_current_version(api: Api, space: str):
    path = widgets(space, "one")
    made = api.create(widgets(space), widget())
    without = api.call("PUT", path, widget(count=2))
    assert without.status == 422
    assert [cause[:2] for cause in without.causes] == [("metadata.resourceVersion", "FieldValueInvalid")]
    body = widget(count=2)
    body["metadata"]["resourceVersion"] = made.version
    assert api.call("PUT", path, body).body["spec"]["count"] == 2
    assert api.call("PUT", path, body).status == 409


def test_another_objects_uid_is_a_conflict(api: Api, space: str):
    api.create(widgets(space), widget())
    other = "11111111-2222-3333-4444-555555555555"
    patched = api.patch(widgets(space, "one"), {"metadata": {"uid": other}})
    assert (patched.status, patched.causes[0][:2]) == (422, ("metadata.uid", "FieldValueInvalid"))
    body = widget(count=2)
    body["metadata"] |= {"uid": other, "resourceVersion": api.get(widgets(space, "one")).version}
    replaced = api.call("PUT", widgets(space, "one"), body)
    assert (replaced.status, replaced.reason) == (409, "Conflict")


@pytest.mark.parametrize("how", ["create", "patch", "delete"])
def test_a_dry_run_answers_and_does_nothing(api: Api, space: str, how: str):
    path = widgets(space, "one")
    if how == "create":
        answer = api.create(widgets(space), widget(), dryRun="All")
        assert (answer.status, answer.body["spec"]["mode"]) == (201, "Fast")
        assert answer.body["metadata"]["uid"]
        assert api.get(path).status == 404
        return
    before = api.create(widgets(space), widget()).version
    if how == "patch":
        answer = api.patch(path, {"spec": {"count": 7}}, dryRun="All")
        assert (answer.status, answer.body["spec"]["count"], answer.body["metadata"]["generation"]) == (200, 7, 2)
    else:
        assert api.delete(path, dryRun="All").status == 200
    assert api.get(path).version == before


def test_a_dry_run_meets_the_same_refusals(api: Api, space: str):
    api.create(widgets(space), widget())
    assert api.create(widgets(space), widget(), dryRun="All").reason == "AlreadyExists"
    assert api.create(widgets(space), widget("two", count=0), dryRun="All").status == 422
    odd = api.create(widgets(space), widget("two"), dryRun="Some")
    assert (odd.status, odd.causes) == (
        422,
        [("dryRun", "FieldValueNotSupported", 'Unsupported value: ["Some"]: supported values: "All"')],
    )


def test_what_has_no_finalizer_goes_at_once(api: Api, space: str):
    made = api.create(widgets(space), widget())
    gone = api.delete(widgets(space, "one"))
    assert gone.status == 200
    assert (gone.body["kind"], gone.body["status"]) == ("Status", "Success")
    assert gone.body["details"] == {
        "name": "one",
        "group": GROUP,
        "kind": "widgets",
        "uid": made.body["metadata"]["uid"],
    }
    missing = api.delete(widgets(space, "one"))
    assert (missing.status, missing.body["message"]) == (404, f'widgets.{GROUP} "one" not found')


def test_a_finalizer_keeps_an_object_until_it_is_taken_off(api: Api, space: str):
    path, body = widgets(space, "one"), widget()
    body["metadata"]["finalizers"] = ["example.org/hold"]
    api.create(widgets(space), body)
    going = api.delete(path).body
    assert going["metadata"]["deletionTimestamp"]
    assert (going["metadata"]["deletionGracePeriodSeconds"], going["metadata"]["generation"]) == (0, 2)
    more = api.patch(path, {"metadata": {"finalizers": ["example.org/hold", "example.org/more"]}})
    assert (more.status, more.causes[0][:2]) == (422, ("metadata.finalizers", "FieldValueForbidden"))
    assert api.delete(path).status == 200
    assert api.patch(path, {"metadata": {"finalizers": None}}).status == 200
    assert api.get(path).status == 404


def test_a_deletion_can_be_bound_to_a_uid_and_a_version(api: Api, space: str):
    path = widgets(space, "one")
    made = api.create(widgets(space), widget()).body["metadata"]
    refused = api.delete(path, {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}})
    assert (refused.status, refused.reason) == (409, "Conflict")
    assert "does not match the UID in record" in refused.body["message"]
    assert api.delete(path, {"preconditions": {"resourceVersion": "1"}}).status == 409
    both = {"preconditions": {"uid": made["uid"], "resourceVersion": made["resourceVersion"]}}
    assert api.delete(path, both).status == 200


def test_a_kind_without_a_status_path_has_none(api: Api):
    gadget = {"apiVersion": f"{GROUP}/v1", "kind": "Gadget", "metadata": {"generateName": "g-"}, "status": {"a": 1}}
    made = api.create(f"/apis/{GROUP}/v1/gadgets", gadget)
    assert made.body["status"] == {"a": 1}
    assert api.get(f"/apis/{GROUP}/v1/gadgets/{made.body['metadata']['name']}/status").status == 404


def test_both_served_versions_show_the_same_object(api: Api, space: str):
    made = api.create(widgets(space, version="v1beta1"), widget() | {"apiVersion": f"{GROUP}/v1beta1"})
    assert made.body["apiVersion"] == f"{GROUP}/v1beta1"
    other = api.get(widgets(space, "one")).body
    assert (other["apiVersion"], other["metadata"]["uid"]) == (f"{GROUP}/v1", made.body["metadata"]["uid"])


def test_the_body_must_be_of_the_kind_of_the_path(api: Api, space: str):
    other = api.create(widgets(space), widget() | {"kind": "Gadget"})
    assert (other.status, other.causes) == (
        422,
        [("kind", "FieldValueInvalid", 'Invalid value: "Gadget": must be Widget')],
    )
    assert api.create(widgets(space), widget() | {"apiVersion": f"{GROUP}/v1beta1"}).status == 400


def test_a_secrets_data_must_be_base64(api: Api, space: str):
    refused = api.create(f"/api/v1/namespaces/{space}/secrets", {"metadata": {"name": "s"}, "data": {"a": "%%"}})
    assert (refused.status, refused.reason) == (400, "BadRequest")
    assert "illegal base64 data" in refused.body["message"]


def test_a_namespaces_name_has_no_dots(api: Api):
    refused = api.create("/api/v1/namespaces", {"metadata": {"name": "a.b"}})
    assert [cause[:2] for cause in refused.causes] == [("metadata.name", "FieldValueInvalid")]


def test_a_secret_may_be_written_as_text(api: Api, space: str):
    path = f"/api/v1/namespaces/{space}/secrets"
    made = api.create(path, {"metadata": {"name": "s"}, "stringData": {"token": "abc"}})
    assert (made.body["data"], made.body["type"]) == ({"token": "YWJj"}, "Opaque")
    assert "stringData" not in made.body
    assert api.patch(path + "/s", {"stringData": {"more": "x"}}).body["data"] == {"token": "YWJj", "more": "eA=="}
