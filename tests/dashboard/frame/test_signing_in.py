"""Who gets in, by what, and who does not."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from dashboard.models import ApiToken, SignInLink
from dashboard.people import links, tokens

pytestmark = pytest.mark.django_db

OPEN = {"/account/session/", "/healthz", "/readyz", "/sign-in/", "/sign-in/link/x/", "/admin/login/", "/screen/"}
OPEN |= {"/sign-in/by/x/signed-out/", "/sign-in/by/x/", "/sign-in/by/x/callback/"}


@pytest.fixture(autouse=True)
def passwords_are_hashed_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="correct horse battery")


def example(converter: object) -> str:
    """Something that this part of an address takes."""
    return next(text for text in ("x", "1", *converter.regex.split("|")) if re.fullmatch(converter.regex, text))


def every_path(patterns: list, prefix: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        takes = getattr(pattern.pattern, "converters", {})
        fits = {name: example(converter) for name, converter in takes.items()}
        own = re.sub(r"<(?:\w+:)?(\w+)>", lambda part, fits=fits: fits.get(part[1], "x"), str(pattern.pattern))
        route = prefix + own
        if isinstance(pattern, URLResolver):
            found += every_path(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found.append(re.sub(r"\(\?P<\w+>[^)]*\)|[\^$\\]|\?", "", route).replace("//", "/"))
    return found


def test_every_route_but_health_and_sign_in_needs_sign_in(client):
    paths = [path for path in every_path(get_resolver().url_patterns) if path not in OPEN]
    assert len(paths) > 20
    files = {path for path in paths if _for_programs(path)}
    assert len(files) > 3
    for path in paths:
        status = client.get(path).status_code
        if path.startswith(("/api/", "/-/metrics")) or path in files:
            assert status == 401, f"{path} answers {status} to nobody"
        else:
            assert status in (301, 302), f"{path} answers {status} to nobody"


def _for_programs(path: str) -> bool:
    """Whether it gives a file, to tokens as well: who is nobody is refused there as by the API."""
    try:
        return bool(getattr(resolve(path).func, "for_programs", False))
    except Resolver404:
        return False


def test_a_page_asks_to_sign_in_and_then_goes_on_to_where_one_was_going(client, ada):
    asked = client.get("/regions/?health=Failed")
    assert asked["Location"] == "/sign-in/?next=/regions/%3Fhealth%3DFailed"
    form = {"username": "ada", "password": "correct horse battery", "next": "/regions/?health=Failed"}
    assert client.post("/sign-in/", form)["Location"] == "/regions/?health=Failed"
    assert client.get("/account/").status_code == 200


def test_signing_in_never_sends_anybody_elsewhere(client, ada):
    form = {"username": "ada", "password": "correct horse battery", "next": "https://elsewhere.example/"}
    assert client.post("/sign-in/", form)["Location"] == "/"


def test_a_fragment_asked_for_by_nobody_tells_its_page_and_takes_it_nowhere(client):
    answer = client.get("/regions/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (401, "pane:signed-out")
    assert "HX-Redirect" not in answer
    assert "Location" not in answer


def test_what_nobody_sends_is_answered_in_words_and_not_by_another_page(client):
    answer = client.post("/upkeep/new/?kind=Region&name=eu", {"reason": "disks"})
    assert answer.status_code == 401
    assert "Nothing was sent or changed" in answer.content.decode()


def test_an_open_page_can_ask_who_is_signed_in_by_now(client, ada):
    assert client.get("/account/session/").json() == {"name": ""}
    client.force_login(ada)
    told = client.get("/account/session/")
    assert told.json()["name"] == "ada"
    assert len(told.json()["csrf"]) == 64
    assert "no-store" in told["Cache-Control"]


def test_signing_out_takes_a_post_and_ends_the_session(client, ada):
    client.force_login(ada)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302


def test_a_sign_in_opens_a_new_session_that_ends_with_its_account(client, ada):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by who knows its key"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.post("/sign-in/", {"username": "ada", "password": "correct horse battery"})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != session.session_key
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
    assert client.get("/account/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_a_link_signs_in_when_its_button_is_pressed_and_only_once(client, ada):
    path = links.make(ada)
    for _ in range(3):  # as a mail scanner or a chat preview would
        assert b"Sign in as ada" in Client().get(path).content
    assert client.post(path)["Location"] == "/"
    assert client.get("/account/").status_code == 200
    second = Client()
    assert second.get(path).status_code == 410
    assert second.post(path).status_code == 410
    assert second.get("/account/").status_code == 302


def test_a_link_that_has_expired_or_whose_account_is_off_is_of_no_use(client, ada):
    old = links.make(ada, lasts=timedelta(seconds=-1))
    assert client.post(old).status_code == 410
    fresh = links.make(ada)
    User.objects.update(is_active=False)
    assert client.post(fresh).status_code == 410


def test_a_link_cannot_be_pressed_for_somebody_else_by_another_site(ada):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(links.make(ada)).status_code == 403


def test_neither_links_nor_tokens_can_be_read_from_the_database(ada):
    path = links.make(ada)
    secret = tokens.issue(ada)
    kept = repr(list(SignInLink.objects.values())) + repr(list(ApiToken.objects.values()))
    assert secret not in kept
    assert path.split("/")[3] not in kept


def test_the_api_takes_a_token_and_refuses_in_json(client, ada):
    secret = tokens.issue(ada)
    assert client.get("/api/v1/schema/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    for header in ("Bearer wrong", "Bearer", f"Bearer {secret} {secret}", f"Basic {secret}"):
        refused = client.get("/api/v1/schema/", headers={"Authorization": header})
        assert refused.status_code == 401
        assert refused.json()["detail"]
        assert refused["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_and_one_of_an_account_that_is_off_are_refused(client, ada):
    one, other = tokens.issue(ada), tokens.issue(User.objects.create_user("bob"))
    client.force_login(ada)
    client.post(f"/account/tokens/{ApiToken.objects.get(user=ada).pk}/revoke/")
    User.objects.filter(username="bob").update(is_active=False)
    for secret in (one, other):
        assert Client().get("/api/v1/schema/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_token_is_shown_once_on_its_owners_page_and_is_nobody_elses_to_revoke(client, ada):
    client.force_login(ada)
    made = client.post("/account/", {"name": "backup script"}).content.decode()
    secret = re.search(r"pane_[\w-]{43}", made)[0]
    again = client.get("/account/").content.decode()
    assert "backup script" in again
    assert secret not in again
    client.force_login(User.objects.create_user("eve"))
    assert client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 404
    assert tokens.find(secret).user == ada


def test_signed_in_pages_forbid_inline_scripts_and_framing(client, ada):
    client.force_login(ada)
    answer = client.get("/account/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for link in ("/static/js/live.js", "/static/css/tokens.css"):
        assert Client().get(link).status_code == 200, "static files need no sign-in"
