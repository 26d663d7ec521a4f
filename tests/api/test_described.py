"""Whatever a program sends to an operation of the API, what it is answered stands in the API's own description."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.api.parsing import DEEPEST, LARGEST
from dashboard.people import tokens
from tests.api.test_api import resolved
from tests.pages.seed import seed

THERE = {
    "namespace": "kcm-system",
    "name": "billing-prod",
    "kind": "ClusterDeployment",
    "pk": "1",
    "id": "1",
    "query_id": "nodes",
    "store": "x",
    "region": "us-east",
}
JUNK = ("", "-1", "0", "x", "é" * 300, "1e9", "../..", "null", "[]", "%00", "%ff", "%ED%A0%80", "9" * 5000)
DEEP = b"[" * 3000 + b"]" * 3000
BODIES = (
    b"",
    b"[",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"1e999",
    b"\xff\xfe",
    DEEP,
    b'{"name":' * 120 + b"1" + b"}" * 120,
    b'{"name": "a\\u0000b"}',
    b'{"name": "\\ud800"}',
    b'{"na\\u0000me": 1}',
    b'{"name": ' + b"9" * 5000 + b"}",
    b'{"name": "%s"}' % (b"x" * LARGEST),
)


@pytest.fixture
def term(db: None) -> int:
    return seed(timezone.now())


@pytest.fixture
def bearer(db: None) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.issue(User.objects.create_user('robot'), 'tests')}"}


@pytest.fixture
def schema(term: int, bearer: dict[str, str]) -> dict[str, Any]:
    return Client(headers=bearer).get("/api/v1/schema/").json()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method, operation


def paths(template: str) -> list[str]:
    """An address of something that is there, as far as anything of this kind is, and of what is not."""
    names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
    there = template.format(**{name: THERE.get(name, "x") for name in names})
    return [there, template.format(**dict.fromkeys(names, "404"))] if names else [there]


def queries(operation: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield "limit=-1"
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield from (f"{parameter['name']}={junk}" for junk in JUNK)


def plausible(schema: dict[str, Any], part: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits the description of a body."""
    part = resolved(schema, part)
    if "enum" in part:
        return part["enum"][0]
    kind = part.get("type")
    if kind == "object":
        inside = part.get("properties", {}) if depth < 4 else {}
        return {name: plausible(schema, value, depth + 1) for name, value in inside.items() if name != "key"}
    if kind == "array":
        return [plausible(schema, part["items"], depth + 1)] if depth < 4 else []
    return {"integer": 1, "number": 1.5, "boolean": False}.get(str(kind), "x")


def bodies(schema: dict[str, Any], operation: dict[str, Any]) -> Iterator[bytes]:
    yield from BODIES
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        fits = plausible(schema, content["schema"])
        yield json.dumps(fits).encode()
        for name in fits if isinstance(fits, dict) else ():
            yield from (json.dumps(fits | {name: odd}).encode() for odd in (None, [], {}, "", -1, "é" * 300))


@pytest.mark.timeout(1200)
def test_whatever_is_sent_the_answer_is_described(schema, bearer):
    client, undescribed, wordless = Client(headers=bearer, raise_request_exception=False), [], []

    def look(path: str, method: str, operation: dict[str, Any], answer: Any, what: object) -> None:
        if str(answer.status_code) not in operation["responses"]:
            undescribed.append((method, path, str(what)[:60], answer.status_code))
        if answer.status_code >= 400 and not (answer["Content-Type"].startswith("application/json") and answer.json()):
            wordless.append((method, path, str(what)[:60], answer.status_code))

    count = 0
    for path, method, operation in operations(schema):
        send = getattr(client, method)
        for address, query in itertools.product(paths(path), queries(operation)):
            look(path, method, operation, send(f"{address}?{query}"), query)
        address = paths(path)[0]
        for headers in ({"Authorization": "Bearer wrong"}, {"Accept": "text/html"}):
            look(path, method, operation, send(address, headers=bearer | headers), headers)
        if method != "get":
            for body in bodies(schema, operation):
                look(path, method, operation, send(address, body, content_type="application/json"), body)
            look(path, method, operation, send(address, b"a=b", content_type="text/plain"), "text/plain")
        count += 1
    assert count > 30
    assert {(method, path, status) for method, path, _, status in undescribed} == set(), undescribed[:3]
    assert wordless == []


@pytest.mark.parametrize("depth", [DEEPEST + 1, 990, 3_000, 100_000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")])
def test_json_that_is_nested_too_deeply_is_refused_in_words(db, bearer, depth, pair):
    body = pair[0] * depth + "1" + pair[1] * depth
    answer = Client(headers=bearer).post("/api/v1/maintenance/", body, content_type="application/json")
    assert answer.status_code == 400
    assert "nested too deeply" in answer.json()["detail"]


def test_a_parameter_that_nobody_reads_is_refused_and_those_that_there_are_named(term, bearer):
    answer = Client(headers=bearer).get("/api/v1/changes/?limit=-1")
    assert answer.status_code == 400
    assert answer.json() == {"limit": ["There is no such parameter. There are: after, topic, page_size."]}


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/nothing/", 404, "/api/v1/ names what there is"),
        ("/api/v2/", 404, "/api/v1/"),
        ("/api/v1/changes/?topic=%00", 400, "zero byte"),
        ("/api/v1/regions/%00/", 404, ""),
    ],
)
def test_what_no_view_answers_is_answered_in_json(term, bearer, path, status, word):
    answer = Client(headers=bearer).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert word in answer.json()["detail"]


def test_a_maintenance_is_told_of_as_said(schema):
    source = schema["components"]["schemas"]["Change"]["properties"]["source"]
    assert resolved(schema, source)["enum"] == ["observed", "reported", "said"]
