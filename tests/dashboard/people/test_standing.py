"""A provider in trouble ends nobody's session; a provider that says no ends it before anything is shown."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from websockets.sync.client import connect

from dashboard.live.socket import NOT_SIGNED_IN
from dashboard.models import ApiToken, ProviderSession
from dashboard.people import attempts, tokens
from dashboard.people.oidc import asking, sealing, standing
from dashboard.people.oidc.configuration import OidcProvider
from dashboard.people.sessions import Credential, ended
from dashboard.people.viewer import viewer_of
from regions.models import AuditEntry
from tests.dashboard.live.harness import Served, closed_with, served
from tests.dashboard.people.app import set_up
from tests.dashboard.people.issuing import Issuer, issuing

__all__ = ["served"]

pytestmark = pytest.mark.django_db

DISCOVERY = "/.well-known/openid-configuration"
SECRET = "correct horse battery"
NO = (400, {"error": "invalid_grant"})


@pytest.fixture
def corp(settings: Any) -> Iterator[Issuer]:
    with issuing() as issuer:
        provider = OidcProvider(
            key="corp",
            issuer=issuer.url,
            client_id="pane",
            title="Corp",
            username_prefix="corp:",
            groups_claim="groups",
        )
        settings.PANE_OIDC = {"corp": provider}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.as_app()]}}
        settings.PANE_IMPERSONATE = False
        cache.clear()
        yield issuer
        cache.clear()


def begun(client: Client) -> str:
    """The state of a sign-in that this browser began."""
    page = client.post("/sign-in/by/corp/").context["address"]
    return parse_qs(urlsplit(page).query)["state"][0]


def signed_in(client: Client) -> ProviderSession:
    answer = client.get("/sign-in/by/corp/callback/", {"code": "x", "state": begun(client)})
    assert answer.status_code == 302, answer.content.decode()
    return ProviderSession.objects.get(session_key=client.session.session_key)


def old(row: ProviderSession, minutes: int = 10) -> ProviderSession:
    """As if the provider's last word were so long ago."""
    then = timezone.now() - timedelta(minutes=minutes)
    ProviderSession.objects.filter(pk=row.pk).update(confirmed_at=then, tried_at=then)
    row.refresh_from_db()
    return row


def trouble(corp: Issuer) -> dict[str, tuple[str, Any]]:
    """By name: where, and what is said there that no person is to blame for."""
    return {
        "another issuer": (DISCOVERY, corp.description(issuer="https://elsewhere.example.org")),
        "a list": (DISCOVERY, []),
        "no endpoint": (DISCOVERY, corp.description(token_endpoint=None)),
        "methods no list": (DISCOVERY, corp.description(token_endpoint_auth_methods_supported=1)),
        "keys a list": ("/jwks", []),
        "keys of text": ("/jwks", {"keys": ["x"]}),
        "no such key yet": ("/token", corp.tokens(kid="two")),
        "clocks apart": ("/token", corp.tokens(iat=9_999_999_999, nbf=9_999_999_999)),
        "tokens a list": ("/token", ["access_token"]),
        "an hour of no number": ("/token", corp.tokens() | {"expires_in": 10**30}),
    }


TROUBLES = list(trouble(Issuer("http://127.0.0.1")))


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_of_a_provider_ends_nobodys_session_and_rests_no_token(client: Client, corp: Issuer, name: str):
    row = old(signed_in(client))
    secret = tokens.issue(row.user)
    where, said = trouble(corp)[name]
    corp.answers[where] = (200, said)
    cache.clear()
    assert asking.ask(row)
    assert client.get("/account/").status_code == 200
    assert tokens.find(secret)


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_of_a_provider_is_a_sentence_to_whoever_signs_in(client: Client, corp: Issuer, name: str):
    where, said = trouble(corp)[name]
    if where != DISCOVERY:
        state = begun(client)
        corp.answers[where] = (200, said)
        answer = client.get("/sign-in/by/corp/callback/", {"code": "x", "state": state})
    else:
        corp.answers[where] = (200, said)
        answer = client.post("/sign-in/by/corp/")
    assert answer.status_code == 403
    assert "Corp" in answer.context["sentence"]


def test_signing_out_needs_no_sound_provider(client: Client, corp: Issuer):
    signed_in(client)
    corp.answers[DISCOVERY] = (200, [])
    cache.clear()
    assert client.post("/sign-out/").status_code == 302
    assert not ProviderSession.objects.exists()


def test_what_to_ask_by_next_is_kept_though_the_rest_proves_nothing(client: Client, corp: Issuer):
    row = old(signed_in(client))
    corp.answers["/token"] = (200, corp.tokens(kid="two") | {"refresh_token": "next"})
    assert asking.ask(row)
    row.refresh_from_db()
    kept = sealing.tokens_of(row)
    assert kept
    assert kept[0] == "next"


def test_a_no_ends_it(client: Client, corp: Issuer):
    row = old(signed_in(client))
    corp.answers["/token"] = NO
    assert not asking.still_in(client.session)
    assert not Session.objects.filter(session_key=row.session_key).exists()


@pytest.mark.django_db(transaction=True)
def test_a_socket_opens_only_after_the_provider_was_asked(served: Served, corp: Issuer):
    client = Client()
    row = old(signed_in(client))
    corp.answers["/token"] = NO
    headers = {"Cookie": f"pane_session={row.session_key}", "Origin": served.url}
    with connect(f"{served.ws}/ws/live/", additional_headers=headers) as connection:
        assert closed_with(connection) == NOT_SIGNED_IN
    assert not ProviderSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_while_another_asks_gets_the_same_answer(corp: Issuer):
    client = Client()
    row = old(signed_in(client))
    asked = corp.asked
    corp.answers["/token"] = NO
    corp.hold.clear()
    answers: list[bool] = []

    def come() -> None:
        try:
            answers.append(asking.still_in(client.session))
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(3)]
    for one in threads:
        one.start()
    threads[0].join(0.5)
    assert answers == []
    corp.hold.set()
    for one in threads:
        one.join(60)
    assert answers == [False] * 3
    assert corp.asked == asked + 1
    assert not ProviderSession.objects.filter(pk=row.pk).exists()


def test_an_account_that_lost_its_link_is_nobody(client: Client, corp: Issuer):
    row = signed_in(client)
    SocialAccount.objects.all().delete()
    here = Credential(row.user.pk, session=row.session_key)
    assert ended([here]) == {here}
    assert client.get("/account/").status_code == 302
    assert AuditEntry.objects.get(action="sign out").detail["why"] == standing.UNLINKED


def test_asking_ends_a_session_whose_account_lost_its_link(client: Client, corp: Issuer):
    row = old(signed_in(client))
    SocialAccount.objects.all().delete()
    assert not asking.ask(row)


def test_administrators_do_not_unlink(admin_client: Client):
    assert admin_client.get("/admin/socialaccount/socialaccount/").status_code == 404
    assert "socialaccount" not in admin_client.get("/admin/").content.decode()


def test_who_comes_to_nothing_takes_nothing_from_who_had_the_name(
    client: Client, corp: Issuer, monkeypatch: pytest.MonkeyPatch
):
    holder = signed_in(client)
    secret = tokens.issue(holder.user)
    SocialAccount.objects.update(uid="of an earlier account")

    def fails(*args: Any, **more: Any) -> None:
        raise IntegrityError("somebody was quicker")

    monkeypatch.setattr("allauth.socialaccount.models.SocialLogin.save", fails)
    other = Client()
    answer = other.get("/sign-in/by/corp/callback/", {"code": "x", "state": begun(other)})
    assert answer.status_code == 403
    assert "Try again" in answer.context["sentence"]
    assert tokens.find(secret)
    assert User.objects.get(pk=holder.user.pk).username == "corp:u-1"
    assert ProviderSession.objects.filter(pk=holder.pk).exists()


def test_one_session_waits_to_be_asked_once(client: Client, corp: Issuer, monkeypatch: pytest.MonkeyPatch):
    row = old(signed_in(client), 4)
    queued: list[Any] = []
    monkeypatch.setattr(asking._asking, "submit", lambda _, row: queued.append(row))
    monkeypatch.setattr(asking, "_under_way", set())
    for _ in range(3):
        asking.look_after([row])
    assert queued == [row]
    monkeypatch.setattr(asking, "_under_way", set(range(-asking.MOST_UNDER_WAY, 0)))
    asking.look_after([row])
    assert queued == [row]


def test_what_anybody_may_send_is_neither_shown_nor_kept(client: Client, corp: Issuer):
    before = AuditEntry.objects.count()
    answer = client.get("/sign-in/by/corp/callback/", {"error": "call-0800-now", "state": "made up"})
    assert answer.status_code == 403
    assert "0800" not in answer.content.decode()
    assert AuditEntry.objects.count() == before
    answer = client.get("/sign-in/by/corp/callback/", {"error": "server_error", "state": begun(client)})
    assert "server_error" in answer.content.decode()
    assert AuditEntry.objects.count() == before + 1


def test_beginning_without_end_is_slowed(client: Client, corp: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attempts, "BEGUN_FROM_ONE_ADDRESS", 2)
    state = [begun(client) for _ in range(2)][-1]
    assert client.post("/sign-in/by/corp/").status_code == 429
    assert client.get("/sign-in/by/corp/callback/", {"code": "x", "state": state}).status_code == 302
    assert client.post("/sign-in/by/corp/").status_code == 200
    assert not ApiToken.objects.exists()


def test_a_password_takes_nobody_from_their_provider(client: Client, corp: Issuer, admin_client: Client):
    row = signed_in(client)
    user = row.user
    local = viewer_of(user)
    user.set_password(SECRET)
    user.save()
    set_up(user)
    assert viewer_of(User.objects.get(pk=user.pk)) == local, "their groups are the provider's still"
    refused = Client().post("/sign-in/", {"username": user.username, "password": SECRET})
    assert (refused.status_code, b"by your provider" in refused.content) == (422, True)
    assert AuditEntry.objects.filter(action="sign in", outcome="refused", actor=user.username).exists()
    again = Client()
    assert signed_in(again).user == user, "no step of Pane's comes between"
    assert again.get("/account/").status_code == 200
    change = f"/admin/auth/user/{user.pk}/"
    assert admin_client.get(f"{change}password/").status_code == 403
    assert "id_password" not in admin_client.get(f"{change}change/").content.decode()
    plain = User.objects.create_user("plain", password=SECRET)
    assert admin_client.get(f"/admin/auth/user/{plain.pk}/password/").status_code == 200
