"""Lists in pages, selectors, watches, versions."""

import threading
import time
from typing import Any

import pytest

from tests.conformance.api import Api
from tests.conformance.conftest import GROUP, Subject, widget, widgets


def names(answer: Any) -> list[str]:
    return [item["metadata"]["name"] for item in answer.body["items"]]


def fill(api: Api, space: str, count: int = 5) -> None:
    for number in range(count):
        labels = {"parity": "even" if number % 2 == 0 else "odd", "number": str(number)}
        assert api.create(widgets(space), widget(f"w{number}", labels)).status == 201


def test_a_list_is_sorted_and_says_its_kind_and_version(api: Api, space: str):
    for name in ("b", "a.x", "a", "a-x"):
        api.create(widgets(space), widget(name))
    found = api.get(widgets(space))
    assert (found.body["kind"], found.body["apiVersion"]) == ("WidgetList", f"{GROUP}/v1")
    assert names(found) == ["a", "a-x", "a.x", "b"]
    assert found.version.isdigit()
    assert found.body["items"][0]["kind"] == "Widget"


def test_pages_are_of_one_moment(api: Api, space: str):
    fill(api, space)
    first = api.get(widgets(space), limit="2")
    assert (names(first), first.body["metadata"]["remainingItemCount"]) == (["w0", "w1"], 3)
    api.create(widgets(space), widget("w2a"))
    api.delete(widgets(space, "w3"))
    api.patch(widgets(space, "w4"), {"spec": {"count": 9}})
    second = api.get(widgets(space), limit="2", **{"continue": first.body["metadata"]["continue"]})
    assert (names(second), second.version) == (["w2", "w3"], first.version)
    third = api.get(widgets(space), limit="2", **{"continue": second.body["metadata"]["continue"]})
    assert names(third) == ["w4"]
    assert "count" not in third.body["items"][0]["spec"]
    assert not third.body["metadata"].get("continue")


def test_a_bad_continue_is_refused(api: Api, space: str):
    assert api.get(widgets(space), limit="2", **{"continue": "nonsense"}).status == 400


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("parity=even", ["w0", "w2", "w4"]),
        ("parity==odd", ["w1", "w3"]),
        ("parity!=even", ["w1", "w3"]),
        ("number in (1, 4)", ["w1", "w4"]),
        ("number notin (1,4),parity", ["w0", "w2", "w3"]),
        ("!parity", []),
        ("other", []),
        ("parity=even,number=2", ["w2"]),
        ("missing!=x,number=0", ["w0"]),
    ],
)
def test_label_selectors(api: Api, space: str, selector: str, expected: list[str]):
    fill(api, space)
    assert names(api.get(widgets(space), labelSelector=selector)) == expected


def test_a_selection_can_be_paged(api: Api, space: str):
    fill(api, space)
    first = api.get(widgets(space), labelSelector="parity=even", limit="2")
    assert names(first) == ["w0", "w2"]
    token = first.body["metadata"]["continue"]
    assert names(api.get(widgets(space), labelSelector="parity=even", limit="2", **{"continue": token})) == ["w4"]


def test_field_selectors_know_name_and_namespace_only(api: Api, space: str):
    fill(api, space, 2)
    assert names(api.get(widgets(space), fieldSelector="metadata.name=w1")) == ["w1"]
    assert names(api.get(widgets(), fieldSelector=f"metadata.namespace={space}")) == ["w0", "w1"]
    refused = api.get(widgets(space), fieldSelector="spec.template=a")
    assert (refused.status, refused.reason) == (400, "BadRequest")


def test_nonsense_for_a_selector_is_refused(api: Api, space: str):
    assert api.get(widgets(space), labelSelector="a b c").status == 400


def test_a_missing_object_and_a_missing_kind_are_both_404(api: Api, space: str):
    missing = api.get(widgets(space, "none"))
    assert (missing.status, missing.body["message"]) == (404, f'widgets.{GROUP} "none" not found')
    assert missing.body["details"] == {"name": "none", "group": GROUP, "kind": "widgets"}
    assert api.get(f"/apis/{GROUP}/v1/namespaces/{space}/whatsits").status == 404
    assert api.get("/apis/nobody.example.org/v1/things").status == 404


def seen(events: Any) -> list[tuple[str, str]]:
    return [(e["type"], e["object"]["metadata"]["name"]) for e in events if e["type"] != "BOOKMARK"]


def test_a_watch_tells_what_came_after_a_version(api: Api, space: str):
    version = api.create(widgets(space), widget("a")).version
    api.create(widgets(space), widget("b"))
    api.patch(widgets(space, "a"), {"spec": {"count": 2}})
    gone = api.get(widgets(space, "b")).version
    api.delete(widgets(space, "b"))
    events = list(api.watch(widgets(space), 1, resourceVersion=version))
    assert seen(events) == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]
    assert int(events[-1]["object"]["metadata"]["resourceVersion"]) > int(gone)


def test_a_watch_without_a_version_begins_with_what_is_there(api: Api, space: str):
    fill(api, space, 2)
    assert seen(api.watch(widgets(space), 1)) == [("ADDED", "w0"), ("ADDED", "w1")]


def test_a_watch_tells_at_once(api: Api, space: str):
    version = api.get(widgets(space)).version
    arrived: list[float] = []

    def follow() -> None:
        arrived.extend(time.monotonic() for _ in api.watch(widgets(space), 4, resourceVersion=version))

    thread = threading.Thread(target=follow)
    thread.start()
    time.sleep(1)
    written = time.monotonic()
    api.create(widgets(space), widget())
    thread.join(10)
    assert len(arrived) == 1
    assert arrived[0] - written < 2.5  # at once, and not when the watch ends


def test_entering_and_leaving_a_selection_are_coming_and_going(api: Api, space: str):
    version = api.create(widgets(space), widget("a", {"on": "no"})).version
    for on in ("yes", "yes", "no"):
        api.patch(widgets(space, "a"), {"metadata": {"labels": {"on": on}}, "spec": {"code": on}})
    api.patch(widgets(space, "a"), {"metadata": {"labels": {"on": "yes"}}})
    events = list(api.watch(widgets(space), 1, resourceVersion=version, labelSelector="on=yes"))
    assert seen(events) == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a")]


def test_a_watch_that_is_asked_to_ends_with_a_bookmark(subject: Subject, space: str):
    api, elsewhere = subject.api, subject.namespace()
    version = api.create(widgets(space), widget("a")).version
    meanwhile = threading.Timer(1, api.create, (widgets(elsewhere), widget("b")))  # or there is nothing to tell
    meanwhile.start()
    events = list(api.watch(widgets(space), 5, resourceVersion=version, allowWatchBookmarks="true"))
    meanwhile.join()
    assert {event["type"] for event in events} == {"BOOKMARK"}
    last = events[-1]["object"]
    assert (last["kind"], last["apiVersion"]) == ("Widget", f"{GROUP}/v1")
    assert int(last["metadata"]["resourceVersion"]) > int(version)


def test_one_object_can_be_watched(api: Api, space: str):
    fill(api, space, 2)
    version = api.get(widgets(space)).version
    for name in ("w0", "w1"):
        api.patch(widgets(space, name), {"spec": {"count": 2}})
    events = api.watch(widgets(space), 1, resourceVersion=version, fieldSelector="metadata.name=w1")
    assert seen(events) == [("MODIFIED", "w1")]


def test_a_version_that_is_no_number_is_refused(api: Api, space: str):
    assert api.get(widgets(space), resourceVersion="nonsense").status == 400
    (event,) = api.watch(widgets(space), 1, resourceVersion="nonsense")
    assert event["type"] == "STATUS"
    assert 'parsing "nonsense": invalid syntax' in event["object"]["message"]


def test_versions_only_grow(api: Api, space: str):
    found = [int(api.create(widgets(space), widget(f"w{number}")).version) for number in range(4)]
    assert found == sorted(set(found))
    assert int(api.get(widgets(space)).version) >= found[-1]


def test_a_forgotten_version_is_gone(subject: Subject, space: str):
    api = subject.api
    fill(api, space, 3)
    old = api.get(widgets(space)).version
    page = api.get(widgets(space), limit="1").body["metadata"]["continue"]
    api.create(widgets(space), widget("late"))
    subject.forget()
    (event,) = api.watch(widgets(space), 1, resourceVersion=old)
    while event["object"]["code"] == 429:  # a real one warms up after it forgot
        time.sleep(0.5)
        (event,) = api.watch(widgets(space), 1, resourceVersion=old)
    assert event["type"] in ("ERROR", "STATUS")
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    next_page = api.get(widgets(space), limit="1", **{"continue": page})
    assert (next_page.status, next_page.reason) == (410, "Expired")
    assert len(names(api.get(widgets(space)))) == 4


def test_metadata_alone_can_be_asked_for(api: Api, space: str):
    api.create(widgets(space), widget(count=2))
    accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    one = api.get(widgets(space, "one"), accept=accept).body
    assert (one["kind"], one["apiVersion"], "spec" in one) == ("PartialObjectMetadata", "meta.k8s.io/v1", False)
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    several = api.get(widgets(space), accept=accept).body
    assert several["kind"] == "PartialObjectMetadataList"
    assert [set(item) for item in several["items"]] == [{"kind", "apiVersion", "metadata"}]


def test_tables_have_the_columns_of_the_definition(api: Api, space: str):
    api.create(widgets(space), widget())
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    api.patch(widgets(space, "one") + "/status", {"status": ready})
    accept = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"
    table = api.get(widgets(space), accept=accept).body
    assert table["kind"] == "Table"
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Ready", "Template", "Age"]
    assert table["rows"][0]["cells"][:3] == ["one", "True", "a"]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
