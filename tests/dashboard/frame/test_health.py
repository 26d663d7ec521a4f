"""What probes are told."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone

from regions import inventory, journal

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_alive_whatever_it_is_called(client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_while_the_watcher_beats(client):
    journal.claim("test", timezone.now())
    answer = client.get("/readyz", headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_without_a_watcher_it_is_not_ready_and_says_so(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "manage.py watch" in answer.json()["watcher"]


def test_a_database_that_takes_nothing_more_is_said_and_nothing_is_known_meanwhile(client):
    term = journal.claim("test", timezone.now())
    journal.beat(term, timezone.now(), journal.FULL)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["watcher"]) == (503, journal.FULL)
    assert not inventory.freshness().alive
    journal.beat(term, timezone.now())
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/regions/", "/api/v1/regions/"])
def test_a_database_that_is_away_is_said_whoever_asks(client, django_user_model, path):
    client.force_login(django_user_model.objects.create_user("ada", is_superuser=True))
    client.raise_request_exception = False
    with patch.object(inventory, "list_regions", side_effect=OperationalError("connection failed: db-1 for pane")):
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "database does not answer" in answer.content.decode()
    assert "db-1" not in answer.content.decode()


def test_a_watcher_that_fell_silent_is_said(client):
    journal.claim("test", timezone.now() - timedelta(seconds=31))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "last heard" in answer.json()["watcher"]
