"""Guessing passwords is slow, and locks nobody else out."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from dashboard.models import FailedSignIn
from dashboard.people import attempts, links

pytestmark = pytest.mark.django_db

RIGHT = {"username": "ada", "password": "correct horse battery"}
WRONG = {"username": "ada", "password": "wrong"}


@pytest.fixture(autouse=True)
def passwords_are_hashed_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="correct horse battery")


def signs_in(client: Client, said: dict[str, str], **more: str) -> int:
    return client.post("/sign-in/", said, **more).status_code


def spray(count: int) -> None:
    """One attacker tries many names, each once."""
    attacker = Client()
    for number in range(count):
        assert signs_in(attacker, {"username": f"user{number}", "password": "wrong"}) == 422


def test_guessing_is_stopped_for_a_while_even_for_the_right_password(client, ada):
    for _ in range(5):
        assert signs_in(client, WRONG) == 422
    stopped = client.post("/sign-in/", RIGHT)
    assert stopped.status_code == 429
    assert b"Too many attempts" in stopped.content
    assert signs_in(client, RIGHT, REMOTE_ADDR="10.1.1.1") == 302, "elsewhere ada still gets in"


def test_whoever_waits_is_not_made_to_wait_longer_by_asking_again(client, ada):
    for _ in range(5):
        signs_in(client, WRONG)
    before = FailedSignIn.objects.count()
    for _ in range(10):
        assert signs_in(client, RIGHT) == 429
    assert FailedSignIn.objects.count() == before


def test_names_differ_by_neither_case_nor_spaces(client, ada):
    for name in ("ada", "ADA", " ada", "Ada ", "aDA"):
        signs_in(client, {**WRONG, "username": name})
    assert signs_in(client, RIGHT) == 429


def test_where_many_guess_each_account_still_has_one_try(client, ada):
    # As behind a proxy that Pane was not told of: everybody comes from one address.
    spray(60)
    assert signs_in(client, RIGHT) == 302, "one attacker locks out nobody"
    other = Client()
    User.objects.create_user("eve", password="something else")
    assert signs_in(other, {"username": "eve", "password": "guess one"}) == 422
    assert signs_in(other, {"username": "eve", "password": "something else"}) == 429, "and has one guess each"


def test_an_owner_gets_in_by_the_browser_that_is_known_whatever_others_guess(ada):
    own = Client()
    assert signs_in(own, RIGHT) == 302
    own.post("/sign-out/")
    spray(30)
    for number in range(130):
        Client().post("/sign-in/", WRONG, REMOTE_ADDR=f"10.0.{number // 100}.{number % 100}")
    assert signs_in(Client(), RIGHT) == 429, "a browser that nobody knows waits"
    assert signs_in(Client(), RIGHT, REMOTE_ADDR="10.9.9.9") == 429, "from anywhere"
    assert signs_in(own, RIGHT) == 302


def test_a_link_makes_a_browser_known_too(ada):
    own = Client()
    own.post(links.make(ada))
    own.post("/sign-out/")
    for _ in range(5):
        Client().post("/sign-in/", WRONG)
    assert signs_in(own, RIGHT) == 302


def test_a_known_browser_guesses_no_faster_and_only_for_whom_it_is_known(ada):
    own = Client()
    signs_in(own, RIGHT)
    own.post("/sign-out/")
    for _ in range(5):
        assert signs_in(own, WRONG) == 422
    assert signs_in(own, RIGHT) == 429
    User.objects.create_user("eve", password="something else")
    for _ in range(5):
        signs_in(own, {"username": "eve", "password": "wrong"})
    assert signs_in(own, {"username": "eve", "password": "something else"}) == 429


def test_a_made_up_or_altered_cookie_makes_no_browser_known(ada):
    own = Client()
    signs_in(own, RIGHT)
    cookie = own.cookies["pane_device"].value
    assert own.cookies["pane_device"]["httponly"]
    for _ in range(5):
        Client().post("/sign-in/", WRONG)
    for forged in ("x", cookie[:-1], cookie.replace("ada", "eve"), "\x00", ""):
        stranger = Client()
        stranger.cookies["pane_device"] = forged
        assert signs_in(stranger, RIGHT) == 429, forged


def test_old_failures_are_forgotten(client, ada):
    for _ in range(5):
        signs_in(client, WRONG)
    FailedSignIn.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert signs_in(client, RIGHT) == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("device", ["", "a" * 32])
def test_guesses_sent_at_once_are_counted_as_those_sent_one_by_one(device):
    passed: list[attempts.Attempt] = []
    ready = threading.Barrier(40)

    def guess() -> None:
        try:
            ready.wait()
            if attempt := attempts.password("10.2.3.4", "ada", device):
                passed.append(attempt)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) <= attempts.FROM_ONE_PLACE_FOR_ONE_ACCOUNT
    assert FailedSignIn.objects.count() == len(passed), "what was not looked at is not counted"
