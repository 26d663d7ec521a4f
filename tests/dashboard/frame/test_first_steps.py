"""The overview of a fleet without deployments says what to do first."""

import re
from datetime import timedelta

from django.utils import timezone

from regions import journal
from regions.domain.notes import Heard
from tests.pages import objects as o
from tests.pages.conftest import ada, read, seeded
from tests.pages.seed import put

__all__ = ["ada", "read", "seeded"]


def steps(html: str) -> list[tuple[bool, str]]:
    part = html[html.index('id="first-steps"') :]
    part = part[: part.index("</section>")]
    return [("h-ready" in one, re.search(r"<b>([^<]+)</b>", one)[1]) for one in part.split("<li")[1:]]


def test_an_empty_fleet_says_what_to_do_first_and_what_is_done(db, ada):
    found = steps(ada.get("/").content.decode())
    assert [title for _, title in found] == [
        "Connect the management cluster",
        "Give k0rdent a credential",
        "Register a region",
        "Make the first cluster",
        "Say whom to tell",
    ]
    assert not any(done for done, _ in found)
    now = timezone.now()
    term = journal.claim("first", now)
    management = o.region("kcm", now - timedelta(days=1), {"kcm": "", "capi": ""}, provider="aws")
    management["kind"] = "Management"
    heard = Heard("~management", now, {"state": "connected", "heard_at": now, "synced_at": now, "version": "v1.34.2"})
    journal.record(term, [heard, put("~management", management, now)], now)
    assert [done for done, _ in steps(ada.get("/").content.decode())] == [True, False, False, False, False]


def test_with_a_deployment_nothing_is_said_of_it(seeded, ada):
    html = ada.get("/").content.decode()
    assert re.search(r'id="first-steps"[^>]* hidden', html)
