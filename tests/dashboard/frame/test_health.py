"""What probes are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regions import journal

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


def test_a_watcher_that_fell_silent_is_said(client):
    journal.claim("test", timezone.now() - timedelta(seconds=31))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "last heard" in answer.json()["watcher"]
