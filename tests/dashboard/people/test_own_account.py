"""My account: where I am signed in, ending that, and my own password."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from dashboard.models import ScreenLink
from dashboard.people import links, screens
from dashboard.people.local import own_sessions
from dashboard.people.sessions import Credential, ended
from dashboard.templatetags.browsers import browser
from regions.models import AuditEntry

pytestmark = pytest.mark.django_db

PASSWORD, OTHER = "correct horse battery", "staple wagon turnip 7"
CHANGE = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture(autouse=True)
def passwords_are_hashed_quickly(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password=PASSWORD)


def browser_of(user: User, address: str = "10.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": FIREFOX})
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD})["Location"] == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_each_is_listed_with_its_browser_and_address(ada: User):
    one, two = browser_of(ada), browser_of(ada, "10.0.0.2")
    browser_of(User.objects.create_user("eve", password=PASSWORD), "10.9.9.9")
    page = one.get("/account/").content.decode()
    assert [address in page for address in ("10.0.0.1", "10.0.0.2", "10.9.9.9")] == [True, True, False]
    assert page.count("Firefox on Linux") >= 2
    assert page.count("this one") == 1
    two.post("/sign-out/")
    assert "10.0.0.2" not in one.get("/account/").content.decode()


def test_one_is_ended_by_its_owner_alone_with_its_sockets(ada: User):
    one, two = browser_of(ada), browser_of(ada, "10.0.0.2")
    theirs = next(each for each in own_sessions.of(ada) if each.ip == "10.0.0.2")
    socket = Credential(ada.pk, session=theirs.session_key)
    eve = browser_of(User.objects.create_user("eve", password=PASSWORD))
    assert eve.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert ended([socket]) == set()
    assert one.post(f"/account/sessions/{theirs.pk}/end/")["Location"] == "/account/"
    assert ended([socket]) == {socket}
    assert (is_in(one), is_in(two)) == (True, False)
    assert AuditEntry.objects.get(action="sign out").detail["of_address"] == "10.0.0.2"


def test_everywhere_is_here_too_and_also_what_was_never_seen(ada: User):
    one, old, eve = browser_of(ada), Client(), browser_of(User.objects.create_user("eve", password=PASSWORD))
    old.force_login(ada)  # a session from before sessions were listed
    assert one.post("/account/sessions/everywhere/")["Location"] == "/sign-in/"
    assert (is_in(one), is_in(old), is_in(eve)) == (False, False, True)


def test_a_password_is_changed_by_who_knows_it_and_ends_the_other_sessions(ada: User):
    one, two = browser_of(ada), browser_of(ada, "10.0.0.2")
    theirs = next(each for each in own_sessions.of(ada) if each.ip == "10.0.0.2")
    assert (
        b"at least 12" in one.post("/account/password/", CHANGE | {"password1": "short", "password2": "short"}).content
    )
    assert one.post("/account/password/", CHANGE | {"oldpassword": "guess"}).status_code == 200
    assert one.post("/account/password/", CHANGE)["Location"] == "/account/"
    assert (is_in(one), is_in(two)) == (True, False)
    socket = Credential(ada.pk, session=theirs.session_key)
    assert ended([socket]) == {socket}
    ada.refresh_from_db()
    assert ada.check_password(OTHER)
    assert AuditEntry.objects.filter(action="change password", actor="ada").exists()
    assert OTHER not in str(list(AuditEntry.objects.values()))


def test_whoever_found_an_open_browser_does_not_guess_the_password_there(ada: User):
    one = browser_of(ada)
    for _ in range(5):
        one.post("/account/password/", CHANGE | {"oldpassword": "guess"})
    assert b"Too many attempts" in one.post("/account/password/", CHANGE).content
    assert b"Too many attempts" in one.post("/sign-in/again/", {"password": PASSWORD}).content


def test_a_first_password_is_set_right_after_a_link(client: Client):
    new = User.objects.create_user("new")
    client.force_login(new)
    both = {"password1": OTHER, "password2": OTHER}
    refused = client.post("/account/password/first/", both)
    assert (refused.status_code, b"one-time link" in refused.content) == (403, True)
    client.post(links.make(new))
    assert client.post("/account/password/first/", both)["Location"] == "/account/"
    new.refresh_from_db()
    assert new.check_password(OTHER)
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("curl/8", "A browser or program"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str):
    assert browser(agent) == words


def test_administrators_see_no_secret_of_others_and_end_their_sessions(ada: User):
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "sealed-secret"})
    open_page = Client(REMOTE_ADDR="10.0.0.1")
    open_page.force_login(ada)
    assert is_in(open_page)
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    factor, session = Authenticator.objects.get(), UserSession.objects.get(user=ada)
    for address in ("mfa/authenticator/", f"mfa/authenticator/{factor.pk}/change/"):
        shown = boss.get(f"/admin/{address}")
        assert (shown.status_code, b"sealed-secret" in shown.content) == (200, False)
    assert boss.post(f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not is_in(open_page)


def test_administrators_shut_a_screen_out_and_see_none_of_its_secrets():
    link = ScreenLink.objects.create(name="hall", created_by="boss", expires_at=timezone.now() + timedelta(days=1))
    screens.issue_code(link)
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    shown = boss.get(f"/admin/dashboard/screenlink/{link.pk}/change/").content.decode()
    assert "hall" in shown
    assert link.code_digest not in shown
    boss.post("/admin/dashboard/screenlink/", {"action": "revoke", "_selected_action": [link.pk]})
    link.refresh_from_db()
    assert link.revoked_at
    assert boss.get("/admin/regions/auditentry/").status_code == 200


def test_a_password_that_an_administrator_sets_ends_sessions_with_their_sockets(ada: User, admin_client: Client):
    one = browser_of(ada)
    socket = Credential(ada.pk, session=one.session.session_key or "")
    assert ended([socket]) == set()
    said = {"password1": OTHER, "password2": OTHER, "usable_password": "true", "set-password": "1"}
    assert admin_client.post(f"/admin/auth/user/{ada.pk}/password/", said).status_code == 302
    assert ended([socket]) == {socket}
    assert not is_in(one)


def test_a_page_comes_though_the_session_cannot_be_written_down(ada: User, monkeypatch: pytest.MonkeyPatch):
    def cannot(request: object) -> None:
        raise DatabaseError("read only")

    client = Client()
    client.force_login(ada)
    with monkeypatch.context() as broken:
        broken.setattr(UserSession.objects, "create_from_request", cannot)
        assert is_in(client)
    assert is_in(client)
    assert UserSession.objects.filter(session_key=client.session.session_key).exists(), "the next one remembers"
