"""The audit trail: nothing is done without a record, nothing secret is in it, and who alters it is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from dashboard.models import NoticeRule
from dashboard.people import recording, tokens
from regions.audit import trail
from regions.audit.origin import Origin, coming_from
from regions.domain.refs import MANAGEMENT, Ref
from regions.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db

SHOP = Ref(MANAGEMENT, "k0rdent.mirantis.com", "ClusterDeployment", "team-a", "shop")


def written(count: int = 5) -> None:
    for number in range(count):
        with coming_from(Origin("ada", "session", "192.0.2.7")):
            trail.begin("create", SHOP, number=number).ended("done", answer="made")


def test_what_was_written_is_whole():
    written()
    assert trail.verify() == ""
    assert AuditEntry.objects.count() == 10
    call_command("audit", "verify")


TAMPERINGS: dict[str, Callable[[], Any]] = {
    "another actor": lambda: AuditEntry.objects.filter(id=4).update(actor="eve"),
    "another outcome": lambda: AuditEntry.objects.filter(id=2).update(outcome="refused"),
    "another detail": lambda: AuditEntry.objects.filter(id=6).update(detail={"number": 99}),
    "a row taken out": lambda: AuditEntry.objects.filter(id=5).delete(),
    "the first taken out": lambda: AuditEntry.objects.filter(id=1).delete(),
    "the last cut off": lambda: AuditEntry.objects.filter(id__gte=9).delete(),
    "a row put in": lambda: AuditEntry.objects.create(
        id=11, at=AuditEntry.objects.get(id=10).at, action="x", outcome="done", digest="0" * 64
    ),
    "the head taken away": lambda: AuditHead.objects.all().delete(),
    "everything taken away": lambda: AuditEntry.objects.all().delete(),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_who_alters_it_is_found(tampering: str):
    written()
    TAMPERINGS[tampering]()
    assert trail.verify() != ""
    with pytest.raises(CommandError, match="not as it was written"):
        call_command("audit", "verify")


def test_what_is_too_old_goes_and_the_rest_is_still_proven(settings: Any):
    written()
    AuditEntry.objects.filter(id__lte=0).delete()
    settings.PANE_AUDIT_DAYS = 0
    assert trail.prune() == 10
    written(2)
    assert trail.verify() == ""


def test_what_is_asked_for_is_recorded_before_it_is_done(client: Client):
    """However the process ends in between, what it was about to do is known."""
    client.force_login(User.objects.create_user("ada", is_staff=True))
    seen: list[tuple[str, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        recording.began(request, "notices/rules/new/")
        seen.extend(AuditEntry.objects.order_by("-id").values_list("action", "outcome")[:1])
        return HttpResponse(status=302)

    request = RequestFactory().post("/notices/rules/new/")
    request.user = User.objects.get()
    recording.answered(request, view)
    assert seen == [("POST notices/rules/new/", "asked")]
    asked, done = AuditEntry.objects.order_by("-id")[:2][::-1]
    assert (asked.act, asked.actor, done.outcome) == (done.act, "ada", "done")


def test_sign_ins_denials_tokens_and_exports_are_recorded(client: Client):
    User.objects.create_user("ada", password="correct horse battery")
    client.post("/sign-in/", {"username": "ada", "password": "hunter2 is not it"})
    client.post("/sign-in/", {"username": "ada", "password": "correct horse battery"})
    client.get("/wall/screens/")
    client.post("/account/", {"name": "backup"})
    client.get("/feed/changes.csv")
    told = list(AuditEntry.objects.order_by("id").values_list("actor", "action", "outcome"))
    assert ("ada", "sign in", "refused") in told
    assert ("ada", "sign in", "done") in told
    assert ("ada", "see", "refused") in told
    assert ("ada", "POST account/", "done") in told
    assert ("ada", "export feed/changes.<str:form>", "done") in told
    everything = json.dumps([trail.told(row) for row in AuditEntry.objects.all()])
    assert "hunter2" not in everything
    assert "correct horse" not in everything
    assert trail.verify() == ""


def test_a_program_is_named_by_its_token(client: Client):
    user = User.objects.create_user("robot")
    secret = tokens.issue(user, "backup")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    program.post("/api/v1/maintenance/", "{}", content_type="application/json")
    row = AuditEntry.objects.filter(action="POST api/v1/maintenance/", outcome="asked").get()
    assert (row.actor, row.means.startswith("token ")) == ("robot", True)
    assert secret not in json.dumps([trail.told(one) for one in AuditEntry.objects.all()])


def test_administrators_search_it_and_take_it_with_them(client: Client):
    written()
    client.force_login(User.objects.create_user("boss", is_staff=True))
    page = client.get("/audit/?q=shop").content.decode()
    assert "team-a/shop" in page
    lines = b"".join(client.get("/audit/export.jsonl?q=shop").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line)["name"] for line in lines] == ["shop"] * 10
    table = b"".join(client.get("/audit/export.csv?q=shop").streaming_content).decode()  # type: ignore[attr-defined]
    assert table.count("\r\n") == 11


def test_what_was_asked_and_never_ended_is_said_to_be_not_known(client: Client):
    """Whoever was at it was killed, or still is: that it was asked for is on record all the same."""
    written(1)
    client.force_login(User.objects.create_user("boss", is_staff=True))
    assert "is not known" not in client.get("/audit/").content.decode()
    trail.begin("delete", SHOP)
    assert client.get("/audit/").content.decode().count("what came of it is not known") == 1


def test_others_do_not_see_it(client: Client):
    client.force_login(User.objects.create_user("eve"))
    assert client.get("/audit/").status_code == 403
    assert client.get("/audit/export.csv").status_code == 403
    assert not NoticeRule.objects.exists()
