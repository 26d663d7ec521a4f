"""What every answer carries, and what is answered when no view does."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from dashboard.people import tokens
from tests.dashboard.frame.test_signing_in import every_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    user = User.objects.create_user("ada", password="correct horse battery")
    client.force_login(user)
    return user


@pytest.mark.parametrize("host", ["elsewhere.example", "testserver.evil.example", "a b", "[::1", "x" * 300, "\x1b[31m"])
def test_a_name_that_is_not_ours_is_answered_with_the_setting_that_names_hosts(client, host):
    for path in ("/", "/sign-in/", "/nothing/", "/static/css/tokens.css"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert "PANE_ALLOWED_HOSTS names the hosts" in answer.content.decode()
        assert answer.content.decode().isprintable() or "\x1b" not in answer.content.decode()
    answer = client.get("/api/v1/", headers={"Host": host})
    assert answer.status_code == 400
    assert "PANE_ALLOWED_HOSTS" in answer.json()["detail"]


def test_probes_are_answered_by_any_name(client):
    assert client.get("/healthz", headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_nothing_that_is_answered_may_be_kept_unless_its_view_says_for_how_long(client, ada):
    secret = tokens.issue(ada)
    kept = {}
    for path in every_path(get_resolver().url_patterns):
        for who in (client, Client(), Client(headers={"Authorization": f"Bearer {secret}"})):
            said = who.get(path).get("Cache-Control", "")
            if "no-store" not in said:
                kept[path] = said
    assert {path: said for path, said in kept.items() if not path.startswith("/badges/")} == {}
    assert all("private" in said for said in kept.values())
    export = client.get("/feed/changes.csv")
    assert export.status_code == 200
    assert export["Cache-Control"] == "private, no-store"
    assert "max-age" in client.get("/static/css/tokens.css")["Cache-Control"], "these are the same for everybody"


def test_an_ordinary_account_is_told_that_administration_is_not_for_it(client, ada):
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "for administrators of Pane" in answer.content.decode()
    assert len(answer.redirect_chain) == 1


def test_administration_sends_nobody_to_sign_in_and_an_administrator_in(client):
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/sign-in/?next=/admin/"
    client.force_login(User.objects.create_superuser("boss"))
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/?next=/admin/", follow=True).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing/", 404), ("/regions/%00/", 404), ("/regions/?q=%00", 400), ("/feed/?text=%00", 400)]
)
def test_a_page_that_is_not_there_says_so(client, ada, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert len(answer.content) > 40


def test_a_failure_says_nothing_of_the_inside(client, ada, monkeypatch):
    def fails(**asked: object) -> None:
        raise RuntimeError("password=hunter2 in /srv/pane/secret.py")

    monkeypatch.setattr("regions.inventory.list_regions", fails)
    client.raise_request_exception = False
    for path in ("/regions/", "/api/v1/regions/"):
        answer = client.get(path)
        assert answer.status_code == 500
        said = answer.content.decode()
        assert not any(word in said for word in ("hunter2", "secret.py", "RuntimeError", "Traceback"))


def test_an_old_form_is_refused_in_words(ada):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(ada)
    answer = careful.post("/account/", {"name": "x"})
    assert answer.status_code == 403
    assert "older than your sign-in" in answer.content.decode()


def test_more_than_pane_takes_is_refused_in_words(client, ada):
    answer = client.post("/account/", {"name": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "more than Pane takes" in answer.content.decode()
