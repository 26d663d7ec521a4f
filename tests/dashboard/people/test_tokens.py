"""A token does no more than it was made for, no longer than it was made for, and says who used it last from where."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from dashboard.models import ApiToken
from dashboard.people import tokens
from dashboard.people.sessions import Credential, ended
from regions.models import AuditEntry
from tests.house.test_routes import every

pytestmark = pytest.mark.django_db

PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="correct horse battery", is_staff=True)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def addresses() -> list[str]:
    """One for every route of the API."""
    filled = (PARAMETER.sub(lambda found: "1" if found[1] == "int" else "x", route) for route in every())
    return [f"/{address}" for address in filled if address.startswith("api/v1/")]


def test_a_token_for_reading_writes_at_no_address(ada: User):
    reading = bearer(tokens.issue(ada, "a report", writes=False))
    assert len(addresses()) > 20
    for address in addresses():
        answer = Client().post(address, {}, content_type="application/json", headers=reading)
        assert (answer.status_code, "reading alone" in answer.json()["detail"]) == (403, True), address
    for method in ("put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/v1/maintenance/1/", headers=reading)
        assert answer.status_code == 403


def test_it_reads_and_one_that_may_write_does(ada: User, settings: Any):
    settings.PANE_IMPERSONATE = False
    reading, writing = (bearer(tokens.issue(ada, writes=writes)) for writes in (False, True))
    assert Client().get("/api/v1/regions/", headers=reading).status_code == 200
    answer = Client().post("/api/v1/maintenance/", {}, content_type="application/json", headers=writing)
    assert answer.status_code not in (401, 403)


def test_a_token_that_is_over_lets_nobody_in_and_ends_its_sockets(ada: User):
    secret = tokens.issue(ada, lasts=timedelta(days=1))
    token = tokens.find(secret)
    assert token
    mine = Credential(ada.pk, token=token.pk)
    assert ended([mine]) == set()
    ApiToken.objects.update(expires_at=timezone.now())
    assert tokens.find(secret) is None
    assert ended([mine]) == {mine}
    assert Client().get("/api/v1/regions/", headers=bearer(secret)).status_code == 401


def test_it_is_remembered_from_where_it_was_used(ada: User):
    secret = tokens.issue(ada)
    Client().get("/api/v1/regions/", headers=bearer(secret), REMOTE_ADDR="10.1.2.3")
    assert ApiToken.objects.get().used_from == "10.1.2.3"


def test_on_the_page_a_token_reads_for_a_while_unless_more_is_said(client: Client, ada: User):
    client.force_login(ada)
    made = client.post("/account/", {"name": "a report"})
    secret = re.search(r"pane_[\w-]{43}", made.content.decode())[0]  # type: ignore[index]
    token = tokens.find(secret)
    assert token
    assert not token.writes
    assert token.expires_at
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)
    client.post("/account/", {"name": "deploys", "writes": "1", "days": ""})
    other = ApiToken.objects.get(name="deploys")
    assert (other.writes, other.expires_at) == (True, None)
    wrong = client.post("/account/", {"name": "x", "days": "100000"})
    assert wrong.status_code == 422
    assert b"for how long" in wrong.content


def test_the_command_makes_one_for_a_program(capsys: pytest.CaptureFixture[str]):
    call_command("token", "report-robot", "--read", "--days", "30", "--for", "the weekly report")
    token = tokens.find(capsys.readouterr().out.strip())
    assert token
    assert (token.user.username, token.writes, bool(token.expires_at)) == ("report-robot", False, True)


@pytest.mark.parametrize("days", [-1, 36_501, 999_999_999])
def test_days_that_no_calendar_has_are_refused_in_a_sentence(days: int):
    with pytest.raises(CommandError, match="--days must be 1 to 36500"):
        call_command("token", "ada", f"--days={days}")
    assert not ApiToken.objects.exists()


def test_a_token_is_nothing_where_one_came_by_a_session(client: Client, ada: User, settings: Any):
    """Neither is it recorded as the token's what the session did, nor does it stand for the session's second factor."""
    other = User.objects.create_user("robot")
    brought = bearer(tokens.issue(other, "a script"))
    client.force_login(ada)
    assert client.post("/account/", {"name": "mine"}, headers=brought).status_code == 200
    asked = AuditEntry.objects.get(action="POST account/", outcome="asked")
    assert (asked.actor, asked.means) == ("ada", "session")
    settings.PANE_SECOND_FACTOR = "LOCAL"
    assert client.get("/regions/", headers=brought).status_code == 403
    assert client.get("/api/v1/regions/", headers=brought).status_code == 200, "there it came by the token"
