"""How failures are worded: the server's own sentence, its warnings, and which field is meant."""

import json
from typing import Any

import pytest

from regions.kube.errors import (
    Conflict,
    Expired,
    Invalid,
    KubeError,
    NotFound,
    Refused,
    error_from,
    warnings_from,
)


def status(code: int, message: str, reason: str = "", **details: Any) -> bytes:
    body = {"kind": "Status", "apiVersion": "v1", "code": code, "reason": reason, "message": message}
    return json.dumps(body | ({"details": details} if details else {})).encode()


DENIED = (
    'admission webhook "validation.clusterdeployment.k0rdent.mirantis.com" denied the request: '
    "the ClusterDeployment is invalid: the template is not valid"
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (401, Refused),
        (403, Refused),
        (404, NotFound),
        (409, Conflict),
        (410, Expired),
        (422, Invalid),
        (500, KubeError),
    ],
)
def test_each_status_is_an_error_of_its_own_with_the_servers_sentence(code: int, kind: type[KubeError]):
    error = error_from(code, status(code, DENIED, "Whatever"), server="eu-west")
    assert type(error) is kind
    assert (error.message, str(error), error.status, error.reason) == (DENIED, DENIED, code, "Whatever")


def test_a_webhook_that_denies_by_404_is_not_found_in_its_own_words():
    error = error_from(404, status(404, 'ClusterTemplate.k0rdent.mirantis.com "x" not found'), server="s")
    assert isinstance(error, NotFound)


@pytest.mark.parametrize("code", [422, 403, 400])
def test_causes_are_told_by_their_field(code: int):
    causes = [
        {"reason": "FieldValueInvalid", "message": "must be at most 21 letters", "field": "metadata.name"},
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.template"},
        {"reason": "FieldValueInvalid", "message": "must be lowercase", "field": "metadata.name"},
    ]
    error = error_from(code, status(code, "it is invalid", causes=causes), server="s")
    assert isinstance(error, Invalid)
    assert error.fields == {
        "metadata.name": "must be at most 21 letters; must be lowercase",
        "spec.template": "Required value",
    }


def test_an_invalid_object_without_causes_is_wrong_as_a_whole():
    error = error_from(422, status(422, "it is invalid"), server="s")
    assert isinstance(error, Invalid)
    assert error.fields == {"": "it is invalid"}


def test_a_refusal_whose_causes_name_no_field_stays_a_refusal():
    error = error_from(403, status(403, DENIED, causes=[{"message": "no"}]), server="s")
    assert isinstance(error, Refused)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "eu-west answered 503"),
        (b"<html>\n<h1>503</h1>", "eu-west answered 503"),
        (b'{"error": {"code": 503}}', "eu-west answered 503"),
        (b"no healthy upstream\n", "eu-west answered 503"),
        (b"admin password: hunter2\n", "eu-west answered 503"),
        (b"\xff\xfe\xfd", "eu-west answered 503"),
    ],
)
def test_what_is_no_status_is_said_shortly(body: bytes, message: str):
    assert error_from(503, body, server="eu-west").message == message


def test_a_server_may_say_when_to_come_again():
    assert error_from(429, status(429, "too many requests", retryAfterSeconds=7), server="s").retry_after == 7
    assert error_from(429, b"", server="s", retry_after=3).retry_after == 3
    assert error_from(500, b"", server="s").retry_after is None


@pytest.mark.parametrize(
    ("headers", "texts"),
    [
        (['299 - "unknown field \\"spec.foo\\""'], ('unknown field "spec.foo"',)),
        (['299 - "one"', '299 - "two"', '299 - "one"'], ("one", "two")),
        (['299 - "one, 299 - two", 299 kcm "three" "Sun, 22 Nov 2026 10:00:00 GMT"'], ("one, 299 - two", "three")),
        (['299 - "a backslash \\\\ stays"'], ("a backslash \\ stays",)),
        (["299 - unquoted", "nonsense", "", '299 - "', '299 - ""'], ()),
    ],
)
def test_warning_headers_are_read_as_kubernetes_writes_them(headers: list[str], texts: tuple[str, ...]):
    assert warnings_from(headers) == texts
