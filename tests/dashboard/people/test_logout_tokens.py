"""Back-channel logout: a provider's word ends sessions at once; nobody else's does, and no token twice."""

import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.test import Client

from dashboard.models import ProviderSession
from dashboard.people import attempts
from dashboard.people.oidc import logout
from dashboard.people.oidc.logout import EVENT
from dashboard.people.sessions import Credential, ended
from regions.models import AuditEntry
from tests.dashboard.people.issuing import Issuer
from tests.dashboard.people.test_standing import corp, signed_in

__all__ = ["corp"]

pytestmark = pytest.mark.django_db

ADDRESS = "/sign-in/by/corp/signed-out/"


def claims(corp: Issuer, **other: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": corp.url, "aud": "pane", "iat": now, "exp": now + 120, "jti": uuid4().hex, "sub": "u-1"}
    every = said | {"events": {EVENT: {}}} | other
    return {name: value for name, value in every.items() if value is not None}


def sent(corp: Issuer, said: dict[str, Any], key: Any = None, algorithm: str = "RS256") -> Any:
    token = jwt.encode(said, key or corp.key, algorithm, {"kid": "one", "typ": "logout+jwt"})
    return Client(enforce_csrf_checks=True).post(ADDRESS, {"logout_token": token})


@pytest.fixture
def row(client: Client, corp: Issuer) -> ProviderSession:
    corp.answers["/token"] = (200, corp.tokens(sid="s-1"))
    return signed_in(client)


def test_a_person_is_signed_out_everywhere_with_their_sockets(client: Client, corp: Issuer, row: ProviderSession):
    second = Client()
    signed_in(second)
    sockets = {Credential(one.user_id, session=one.session_key) for one in ProviderSession.objects.all()}
    answer = sent(corp, claims(corp))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert ended(sockets) == sockets
    assert [one.get("/account/").status_code for one in (client, second)] == [302, 302]
    told = AuditEntry.objects.filter(action="sign out")
    assert {(one.means, one.detail["why"]) for one in told} == {("provider corp", "signed out at Corp")}


def test_a_session_there_is_one_here(client: Client, corp: Issuer, row: ProviderSession):
    corp.answers["/token"] = (200, corp.tokens(sid="s-2"))
    second = Client()
    signed_in(second)
    assert sent(corp, claims(corp, sid="s-1")).status_code == 200
    assert [one.get("/account/").status_code for one in (client, second)] == [302, 200]
    assert sent(corp, claims(corp, sid="s-2", sub=None)).status_code == 200
    assert second.get("/account/").status_code == 302


def test_who_is_not_here_needs_no_signing_out(client: Client, corp: Issuer, row: ProviderSession):
    for other in ({"sub": "u-2"}, {"sid": "s-9"}):
        assert sent(corp, claims(corp, **other)).status_code == 200
    assert client.get("/account/").status_code == 200


NONE_OF_OURS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example.org"},
    "another client": {"aud": "another"},
    "no event": {"events": None},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event of text": {"events": EVENT},
    "a nonce": {"nonce": "n"},
    "nobody": {"sub": None},
    "nobody of text": {"sub": ["u-1"], "sid": 1},
    "no id": {"jti": None},
    "over": {"iat": 1_000, "exp": 2_000},
    "no end": {"exp": None},
    "not yet": {"iat": 9_999_999_999, "exp": 9_999_999_999},
}


@pytest.mark.parametrize("name", NONE_OF_OURS)
def test_what_is_none_of_ours_ends_nothing(client: Client, corp: Issuer, row: ProviderSession, name: str):
    answer = sent(corp, claims(corp, **NONE_OF_OURS[name]))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert client.get("/account/").status_code == 200


def test_neither_another_key_nor_an_id_token_nor_nonsense_does(client: Client, corp: Issuer, row: ProviderSession):
    assert sent(corp, claims(corp), Issuer("http://x").key).status_code == 400
    assert sent(corp, claims(corp), "a-secret-of-the-tests" * 3, "HS256").status_code == 400
    for token in (corp.tokens()["id_token"], "", "x.y.z", "x" * 30_000):
        assert Client().post(ADDRESS, {"logout_token": token}).status_code == 400
    assert Client().get(ADDRESS).status_code == 405
    assert Client().post("/sign-in/by/other/signed-out/").status_code == 404
    assert client.get("/account/").status_code == 200


def test_a_token_ends_sessions_once(client: Client, corp: Issuer, row: ProviderSession):
    said = claims(corp)
    assert sent(corp, said).status_code == 200
    signed_in(client)
    again = sent(corp, said)
    assert (again.status_code, "sent before" in again.json()["error_description"]) == (400, True)
    assert client.get("/account/").status_code == 200


def test_whoever_sends_nonsense_is_slowed_and_nobody_else(
    client: Client, corp: Issuer, row: ProviderSession, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(attempts, "BEGUN_FROM_ONE_ADDRESS", 3)
    for expected in (400, 400, 400, 429):
        answer = Client(REMOTE_ADDR="10.6.6.6").post(ADDRESS, {"logout_token": "x"})
        assert answer.status_code == expected
    for _ in range(5):
        assert sent(corp, claims(corp)).status_code == 200


def test_a_session_that_the_provider_never_named_ends_with_the_person(client: Client, corp: Issuer):
    corp.answers["/token"] = (200, corp.tokens())
    signed_in(client)
    assert sent(corp, claims(corp, sid="s-1", sub=None)).status_code == 200
    assert client.get("/account/").status_code == 200, "whose it is was not said"
    assert sent(corp, claims(corp, sid="s-1")).status_code == 200
    assert client.get("/account/").status_code == 302


def test_a_token_is_not_spent_where_ending_sessions_failed(
    client: Client, corp: Issuer, row: ProviderSession, monkeypatch: pytest.MonkeyPatch
):
    said = claims(corp)
    with monkeypatch.context() as broken:
        broken.setattr(logout, "end", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sent(corp, said)
    assert client.get("/account/").status_code == 200
    assert sent(corp, said).status_code == 200
    assert client.get("/account/").status_code == 302
