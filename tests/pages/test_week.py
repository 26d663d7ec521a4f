"""The report of a week: what is in it, of which time, and as which files."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.reports import week as report
from dashboard.reports.weeks import week_named, week_of
from regions.models import Log
from tests.dashboard.people.test_roles import member, signed_in
from tests.pages.test_reliability import now, text_of, turned

__all__ = ["now"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten() -> None:
    report._kept.clear()


@pytest.mark.parametrize(
    ("at", "name"), [("2026-11-30", "2026-W49"), ("2026-11-29", "2026-W48"), ("2027-01-03", "2026-W53")]
)
def test_weeks_are_counted_as_iso_does(at, name):
    found = week_of(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found.name == name
    assert week_named(name) == found


def test_what_is_no_week_is_none():
    assert [week_named(one) for one in ("2026-W54", "2026-W00", "2026-48", "W48", "", "0001-W01", "1999-W52")] == [
        None
    ] * 7


def test_a_week_tells_of_what_happened_in_it(now, ada):
    past = week_of(now).later(-1)
    monday = past.start
    turned("shop-prod", monday + timedelta(hours=10), "Ready", "Failed", message="Failed, was Ready: out of quota")
    turned("shop-prod", monday + timedelta(hours=20), "Failed", "Ready")
    turned("ads-prod", monday + timedelta(days=8), "Ready", "Failed", message="Failed, was Ready: the week after")
    same = {"reason": "TemplateChanged", "message": "Template aws-2, was aws-1"}
    turned("mail-prod", monday + timedelta(days=2), "Ready", "Ready", **same)
    url = f"/reports/week/{past.name}/"
    said = text_of(ada, url)
    assert "Failed, was Ready: out of quota" in said
    assert "the week after" not in said
    assert "Template aws-2, was aws-1" in said
    assert "94.04 %" in said  # 158 of 168 hours
    assert "What a week that is over cost is not kept" in said
    rows = {one["name"]: one for one in csv.DictReader(io.StringIO(ada.get(url[:-1] + ".csv").content.decode()))}
    assert rows["shop-prod"]["unavailable_seconds"] == "36000.0"
    assert rows["mail-prod"]["available_percent"] == "100.0"
    body = ada.get("/api/v1/reports/week/", {"week": past.name}).json()
    began = [(one["name"], one["message"]) for one in body["incidents"] if not one["earlier"]]
    assert began == [("shop-prod", "Failed, was Ready: out of quota")]
    assert body["week"] == past.name


def test_this_week_has_the_cost_of_now_and_a_week_that_is_not_kept_says_so(now, ada):
    current = ada.get("/reports/week/").url
    assert "Cost by team" in text_of(ada, current)
    for wrong in (
        "/reports/week/2026-W60/",
        "/reports/week/nonsense/",
        "/reports/week/2199-W01/",
        "/reports/week/0001-W01/",
    ):
        assert ada.get(wrong).status_code == 404, wrong
    assert "is no week that has begun" in ada.get("/api/v1/reports/week/?week=x").json()["week"]
    assert "Nothing of this week is kept" in text_of(ada, "/reports/week/2020-W01/")
    assert "Week before" not in text_of(ada, "/reports/week/2000-W01/")
    Log.objects.update(past_from=week_of(now).start + timedelta(seconds=1))
    report._kept.clear()
    assert "Nothing of this week is kept" in text_of(ada, f"/reports/week/{week_of(now).later(-1).name}/")


def test_the_week_of_somebody_confined_is_of_what_they_see(now, settings):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    past = week_of(now).later(-1)
    turned("shop-prod", past.start + timedelta(hours=10), "Ready", "Failed", message="a secret of shops")
    turned("shop-prod", past.start + timedelta(hours=11), "Ready", "Ready", reason="TemplateChanged", message="shops")
    confined = signed_in(member("viewer", namespaces=["team-data"]))
    for url in (
        f"/reports/week/{past.name}/",
        f"/reports/week/{past.name}.csv",
        f"/api/v1/reports/week/?week={past.name}",
    ):
        said = confined.get(url).content.decode()
        assert "lake-prod" in said, url
        assert "shop" not in said, url
