"""A second factor is asked for, cannot be guessed, tried twice or gone around, and takes the password to change."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from dashboard.models import ApiToken, GroupRole
from dashboard.people import attempts, links, tokens
from dashboard.people.local import second_factor
from regions.models import AuditEntry
from tests.dashboard.people.app import code, set_up

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
RIGHT = {"username": "ada", "password": PASSWORD}


@pytest.fixture(autouse=True)
def passwords_are_hashed_quickly(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def app(ada: User) -> str:
    return set_up(ada)[0]


def wants_page(client: Client, address: str) -> Any:
    return client.get(address, headers={"Accept": "text/html"})


def known_again(client: Client) -> None:
    """Say the password again, as changing a factor takes."""
    client.post("/sign-in/again/", {"password": PASSWORD})


def half_in(client: Client, next_page: str = "") -> None:
    answer = client.post("/sign-in/", RIGHT | {"next": next_page})
    assert answer["Location"] == "/sign-in/second-factor/"


def test_the_password_alone_lets_nobody_in_and_the_code_leads_on(client: Client, app: str):
    half_in(client, "/regions/")
    assert client.get("/account/").status_code == 302
    assert client.get("/sign-in/second-factor/").status_code == 200
    assert client.post("/sign-in/second-factor/", {"code": code(app)})["Location"] == "/regions/"
    assert client.get("/account/").status_code == 200
    signed_in = AuditEntry.objects.get(action="sign in")
    assert signed_in.detail == {"by": ["password", "totp"]}


def test_a_link_stands_for_the_password_only(client: Client, ada: User, app: str):
    assert client.post(links.make(ada))["Location"] == "/sign-in/second-factor/"
    assert client.get("/account/").status_code == 302
    client.post("/sign-in/second-factor/", {"code": code(app)})
    assert client.get("/account/").status_code == 200


def test_a_code_works_once_also_in_another_process(client: Client, app: str):
    half_in(client)
    shown = code(app)
    assert client.post("/sign-in/second-factor/", {"code": shown}).status_code == 302
    other = Client()
    half_in(other)
    cache.clear()  # what allauth remembers is of one process
    answer = other.post("/sign-in/second-factor/", {"code": f"{shown[:3]} {shown[3:]}"})
    assert b"used already" in answer.content
    assert other.post("/sign-in/second-factor/", {"code": code(app, 1)}).status_code == 302


def test_a_recovery_code_works_once(client: Client, ada: User):
    _, codes = set_up(ada)
    assert len(set(codes)) == 10
    for expected in (302, 200):
        one = Client()
        half_in(one)
        assert one.post("/sign-in/second-factor/", {"code": codes[3]}).status_code == expected


def test_guessing_codes_is_slow_however_often_the_password_is_said_again(client: Client, app: str):
    half_in(client)
    for _ in range(attempts.FROM_ONE_PLACE_FOR_ONE_ACCOUNT):
        assert b"Incorrect code" in client.post("/sign-in/second-factor/", {"code": "000000"}).content
    fresh = Client()
    half_in(fresh)
    assert b"Too many attempts" in fresh.post("/sign-in/second-factor/", {"code": code(app)}).content
    refused = AuditEntry.objects.filter(action="sign in", outcome="refused")
    assert {(one.actor, one.detail["why"]) for one in refused} == {("ada", "not their second factor")}
    elsewhere = Client(REMOTE_ADDR="10.1.1.1")
    half_in(elsewhere)
    assert elsewhere.post("/sign-in/second-factor/", {"code": code(app)}).status_code == 302


@pytest.mark.parametrize(
    "said", ["[]", '"x"', "{}", '{"response": []}', "[" * 5_000, '{"response": {"userHandle": 7}}']
)
def test_what_is_no_passkey_is_refused_in_words(client: Client, app: str, said: str):
    half_in(client)
    answer = client.post("/sign-in/second-factor/", {"credential": said})
    assert (answer.status_code, b'role="alert"' in answer.content) == (200, True)
    assert Client().post("/sign-in/passkey/", {"credential": said})["Location"] == "/sign-in/"
    inside = Client()
    half_in(inside)
    inside.post("/sign-in/second-factor/", {"code": code(app)})
    known_again(inside)
    inside.get("/account/second-factor/passkeys/new/")
    refused = inside.post("/account/second-factor/passkeys/new/", {"credential": said})
    assert (refused.status_code, b'role="alert"' in refused.content) == (200, True)


def test_an_app_is_set_up_with_the_password_and_keeps_nothing_in_the_clear(
    client: Client, ada: User, django_capture_on_commit_callbacks: Any
):
    client.force_login(ada)
    asked = client.get("/account/second-factor/app/")
    assert asked["Location"] == "/sign-in/again/?next=%2Faccount%2Fsecond-factor%2Fapp%2F"
    wrong = client.post("/sign-in/again/", {"password": "wrong", "next": "/account/second-factor/app/"})
    assert wrong.status_code == 200
    on = client.post("/sign-in/again/", {"password": PASSWORD, "next": "/account/second-factor/app/"})
    assert on["Location"] == "/account/second-factor/app/"
    shown = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'id="app-key"[^>]*>(\w+)<', shown)[1]  # type: ignore[index]
    assert secret not in str(Session.objects.get(session_key=client.session.session_key).get_decoded())
    assert client.session[SECRET_SESSION_KEY]
    assert b"Incorrect code" in client.post("/account/second-factor/app/", {"code": "000000"}).content
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/second-factor/app/", {"code": code(secret)})
    assert done["Location"] == "/account/second-factor/codes/"
    codes = re.findall(r"\b\d{10}\b", client.get("/account/second-factor/codes/").content.decode())
    assert len(codes) == 10
    again = client.get("/account/second-factor/codes/").content.decode()
    assert not any(one in again for one in codes), "they are shown once"
    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    assert not any(one in kept for one in codes)
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert "set up second factor" in acts
    trail = str(list(AuditEntry.objects.values()))
    assert secret not in trail
    assert PASSWORD not in trail


def test_an_app_under_another_key_of_panes_fits_no_code_and_fails_nobody(client: Client, app: str, settings: Any):
    settings.SECRET_KEY = "another" * 10
    half_in(client)
    assert b"Incorrect code" in client.post("/sign-in/second-factor/", {"code": code(app)}).content


def test_removing_it_takes_the_password(client: Client, ada: User, app: str):
    client.force_login(ada)
    assert client.post("/account/second-factor/app/remove/")["Location"].startswith("/sign-in/again/")
    assert Authenticator.objects.exists()
    known_again(client)
    client.post("/account/second-factor/app/remove/")
    assert not Authenticator.objects.exists(), "recovery codes go with the last one"
    assert AuditEntry.objects.filter(action="remove second factor", actor="ada").exists()


def test_nobody_touches_another_ones(client: Client, ada: User):
    key = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "laptop", "credential": {}})
    client.force_login(User.objects.create_user("eve", password=PASSWORD))
    known_again(client)
    assert client.post(f"/account/second-factor/passkeys/{key.pk}/remove/").status_code == 404


def test_who_must_have_one_sets_it_up_before_anything_else(client: Client, ada: User, settings: Any):
    settings.PANE_SECOND_FACTOR = "ADMINISTRATORS"
    client.force_login(ada)
    assert wants_page(client, "/regions/").status_code == 200, "no administrator"
    User.objects.update(is_superuser=True)
    assert wants_page(client, "/regions/")["Location"] == "/account/second-factor/"
    assert b"Set one up to go on" in client.get("/account/second-factor/").content
    assert client.get("/api/v1/regions/").status_code == 403
    assert client.post("/account/", {"name": "around it"}).status_code == 403
    assert not ApiToken.objects.exists()
    assert client.post("/sign-out/").status_code == 302
    set_up(ada)
    client.force_login(ada)
    assert wants_page(client, "/regions/").status_code == 200


def test_it_is_asked_of_passwords_only(ada: User, settings: Any):
    settings.PANE_SECOND_FACTOR = "LOCAL"
    assert second_factor.missing(ada)
    assert not second_factor.missing(User.objects.create_user("operator"))
    secret = tokens.issue(ada, "a script")
    answer = Client().get("/api/v1/regions/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, "what was made before goes on"


def test_somebody_of_a_provider_has_theirs_there(client: Client):
    grace = User.objects.create_user("oidc:grace")
    SocialAccount.objects.create(user=grace, provider="corp", uid="1", extra_data={"groups": []})
    client.force_login(grace)
    assert b"your second factor is there" in client.get("/account/second-factor/").content
    for address in ("app/", "passkeys/new/"):
        assert client.get(f"/account/second-factor/{address}").status_code == 403
    assert client.post("/account/password/first/", {"password1": "x", "password2": "x"}).status_code == 403


def test_no_link_goes_around_a_provider(client: Client, admin_client: Client):
    """Nobody would ask the provider any more whether they still may."""
    grace = User.objects.create_user("oidc:grace")
    path = links.make(grace)
    SocialAccount.objects.create(user=grace, provider="corp", uid="1", extra_data={"groups": []})
    assert client.post(path).status_code == 410
    assert client.get("/account/").status_code == 302
    with pytest.raises(CommandError, match="a link would go around it"):
        call_command("sign-in", "oidc:grace")
    asked = {"action": "sign_in_link", "_selected_action": [grace.pk]}
    said = admin_client.post("/admin/auth/user/", asked, follow=True).content.decode()
    assert "grace signs in by their provider" in said
    assert "/sign-in/link/" not in said


def test_options_for_a_passkey_come_as_json(client: Client):
    answer = client.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    assert json.loads(answer.content)["request_options"]["publicKey"]["userVerification"] == "required"


def test_administrators_by_role_must_have_one_too(ada: User, settings: Any):
    settings.PANE_SECOND_FACTOR = "ADMINISTRATORS"
    group = Group.objects.create(name="those who run it")
    role = GroupRole.objects.create(group=group, role="operator")
    ada.groups.add(group)
    assert not second_factor.missing(ada)
    role.role = "administrator"
    role.save()
    assert second_factor.missing(ada)


def test_codes_are_few_from_wherever_they_are_guessed_and_a_known_browser_goes_on(client: Client, app: str):
    half_in(client)
    client.post("/sign-in/second-factor/", {"code": code(app)})
    client.post("/sign-out/")
    for number in range(attempts.SECOND_FACTORS_FOR_ONE_ACCOUNT):
        attempts.second_factor(f"10.0.0.{number}", "ada")
    elsewhere = Client(REMOTE_ADDR="10.1.1.1")
    half_in(elsewhere)
    assert b"Too many attempts" in elsewhere.post("/sign-in/second-factor/", {"code": code(app, 1)}).content
    half_in(client)
    assert client.post("/sign-in/second-factor/", {"code": code(app, 1)})["Location"] == "/"


def test_a_network_of_ipv6_is_one_place():
    most = attempts.FROM_ONE_PLACE_FOR_ONE_ACCOUNT
    begun = [attempts.second_factor(f"2001:db8:0:1::{number}", "ada") for number in range(1, most + 2)]
    assert [one is not None for one in begun] == [True] * most + [False]
    assert attempts.second_factor("2001:db8:0:2::1", "ada")
    assert attempts.network("::ffff:10.0.0.1") == "::ffff:10.0.0.1"


def test_asking_for_passkeys_leaves_no_sessions_without_end(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attempts, "BEGUN_FROM_ONE_ADDRESS", 2)
    answers = [Client().get("/sign-in/passkey/", headers={"Accept": "application/json"}) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert "Too many" in answers[-1].json()["detail"]
    assert Session.objects.count() == 2


def test_the_code_that_sets_an_app_up_signs_nobody_in(client: Client, ada: User):
    client.force_login(ada)
    known_again(client)
    shown = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'id="app-key"[^>]*>(\w+)<', shown)[1]  # type: ignore[index]
    used = code(secret)
    client.post("/account/second-factor/app/", {"code": used})
    cache.clear()
    other = Client()
    half_in(other)
    assert b"used already" in other.post("/sign-in/second-factor/", {"code": used}).content
