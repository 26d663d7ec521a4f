"""The provider's last log lines beside the culprit: asked when wanted, and never in the way."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from regions.domain.metrics.measures import Missing, Why
from regions.domain.viewer import Viewer
from regions.metrics.stores import logs
from regions.metrics.stores.errors import StoreError
from tests.deployments.causes.fixtures import NOON, fixture
from tests.deployments.causes.recorded import record

TEXT = 'err="VcpuLimitExceeded" password=hunter2-of-the-shop'


class LogStore:
    """Stands where the access to stores does: answers as VictoriaLogs, or cannot be reached."""

    def __init__(self, error: StoreError | None = None) -> None:
        self.error = error
        self.asked: dict[str, str] = {}

    @property
    def access(self) -> "LogStore":
        return self

    def ask(self, source, question):
        assert source.service.target == "http:vlselect-kof-mothership-logs-multilevel-select:9471"
        if self.error:
            raise self.error
        return question(self)

    def lines(self, path, *, deadline, params):
        assert path == "/select/logsql/query"
        assert deadline <= 5
        self.asked = params
        return [{"_time": "2026-11-22T11:59:00Z", "_msg": TEXT, "k8s.pod.name": "capa-0", "severity": "ERROR"}, "odd"]

    def scrub(self, text):
        from regions.domain.redact import without_credentials

        return without_credentials(text)


@pytest.fixture
def page(db: None, client: Client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    record(fixture("quota")["clusters"], NOON)
    client.force_login(User.objects.create_user("ada"))
    return client


def test_the_lines_that_name_the_culprit_are_shown_without_credentials(page, monkeypatch):
    store = LogStore()
    monkeypatch.setattr(logs, "reach", lambda: store)
    for headers in ({}, {"HX-Request": "true"}):
        said = page.get("/deployments/team-shop/checkout/logs/", headers=headers).content.decode()
        assert "VcpuLimitExceeded" in said
        assert "hunter2" not in said
        assert ("<html" in said) is not bool(headers)
    assert store.asked["query"].startswith('"checkout-md-7xk2p-a" ')
    assert int(store.asked["limit"]) <= 10
    assert store.asked["start"]


def test_a_store_that_cannot_be_asked_says_so_in_its_place(page, monkeypatch):
    monkeypatch.setattr(logs, "reach", lambda: LogStore(StoreError(Why.SLOW, "KOF's logs did not answer within 5 s")))
    response = page.get("/deployments/team-shop/checkout/logs/")
    assert response.status_code == 200
    assert "did not answer within 5 s." in response.content.decode().replace("&#x27;", "'")
    assert page.get("/deployments/team-shop/nobody/logs/").status_code == 404


def test_what_is_asked_for_cannot_end_the_phrase(monkeypatch):
    store = LogStore()
    monkeypatch.setattr(logs, "reach", lambda: store)
    found = logs.last_lines('x" | delete', viewer=Viewer("ada"))
    assert not isinstance(found, Missing)
    assert store.asked["query"].startswith('"x\\" | delete" _time:1h')
