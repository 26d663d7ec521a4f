"""`/feed/`: what happened, newest first."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regions import journal
from regions.domain.notes import Blind
from regions.models import Change
from tests.pages import objects as o
from tests.pages.seed import put


def ids(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="change-(\d+)"', html)]


def test_the_newest_comes_first_under_its_day(seeded, ada):
    html = ada.get("/feed/").content.decode()
    shown = ids(html)
    assert shown == sorted(shown, reverse=True)
    newest = Change.objects.get(id=shown[0]).seen_at
    assert newest == Change.objects.order_by("-id")[0].seen_at
    assert html.index(f"{newest:%A, %-d %B %Y}") < html.index(f'id="change-{shown[0]}"')


def test_older_pages_go_on_where_the_page_ended_and_skip_nothing(seeded, ada):
    now = timezone.now()
    for place in range(130):
        at = now + timedelta(seconds=place)
        event = o.event("Scaled", f"No room {place}", "ClusterDeployment", "kcm-system", f"web-{place}", at)
        event["type"] = "Warning"  # so that each is a line
        journal.record(seeded, [put("~management", event, at, "Event")], at)
    seen, url, pages = [], "/feed/", 0
    while url:
        html = ada.get(url).content.decode()
        shown = ids(html)
        assert not seen or shown[0] < seen[-1]
        seen += shown
        older = re.search(r'rel="next" href="([^"]+)"', html)
        url, pages = f"/feed/{older[1]}" if older else "", pages + 1
    assert pages > 1
    assert set(Change.objects.filter(reason="Scaled").values_list("id", flat=True)) <= set(seen)
    left_out = Change.objects.exclude(id__in=seen).exclude(source="gap")
    # Only repeats, siblings and what is routine are folded away.
    assert not left_out.filter(severity="error", kind="ClusterDeployment").exists()


def test_filters_stay_in_the_address_and_hold_together(seeded, ada):
    html = ada.get("/feed/?kind=ClusterDeployment&region=eu-central&severity=error").content.decode()
    assert ids(html)
    for change in Change.objects.filter(id__in=ids(html)):
        assert (change.kind, change.region, change.severity) == ("ClusterDeployment", "eu-central", "error")
    assert "<option selected>ClusterDeployment</option>" in html


def test_words_are_looked_for_in_messages(seeded, ada):
    html = ada.get("/feed/?text=VcpuLimit").content.decode()
    assert len(ids(html)) == 1
    assert "media-dev-md-1" in html


def test_repeats_of_an_event_are_one_line_that_counts(seeded, read):
    assert "×7" in read("/feed/?text=CredentialNotReady")  # so often had it happened by then


def test_a_gap_is_drawn_as_a_gap(seeded, ada):
    now = timezone.now()
    journal.record(seeded, [Blind("us-east", now - timedelta(minutes=7), now, "The watch had expired")], now)
    row = re.search(r'<li class="feed__row feed__gap".*?</li>', ada.get("/feed/").content.decode(), re.DOTALL)[0]
    assert "We could not see us-east for 7m" in row
    assert "The watch had expired" in row


def test_no_day_has_two_headings_though_clusters_tell_late(seeded, ada):
    days = re.findall(r'id="(day-[^"]+)"', ada.get("/feed/").content.decode())
    assert len(days) == len(set(days)) > 0


def test_only_the_newest_page_is_live(seeded, ada):
    assert b"data-live-cursor" in ada.get("/feed/").content
    assert b"data-live-cursor" not in ada.get(f"/feed/?before={Change.objects.count()}").content


def test_nothing_yet_and_nothing_found_are_said_differently(ada, read):
    assert "Nothing has happened yet" in read("/feed/")
    assert "No change matches" in read("/feed/?text=x")


def test_a_place_that_is_no_number_is_the_newest_page(seeded, ada):
    assert ids(ada.get("/feed/?before=x").content.decode()) == ids(ada.get("/feed/").content.decode())


def test_what_is_routine_is_behind_one_click_and_words_that_mislead_are_explained(seeded, ada):
    now = timezone.now()
    for place, reason in enumerate(("DaemonStarted", "DaemonRested", "HelmReleaseIsReady")):
        about = ("ClusterDeployment", "kcm-system", "search-stage", now + timedelta(seconds=place))
        journal.record(seeded, [put("~management", o.event(reason, "So it is", *about), about[3], "Event")], about[3])
    html = ada.get("/feed/?text=So it is").content.decode()
    assert len(ids(html)) == 1
    assert "2 more on the way" in html
    assert "look at the condition" in html or "it was" in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "Say a time such as"),
        ("since=1h&until=2h", "This ends before it begins"),
        ("deployment=shop", "Say it as namespace/name"),
        ("severity=loud", "There is no severity"),
        ("credential=%3Cb%3E", "namespace/name"),
        ("before=99999999999999999999", "Feed"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_kept(seeded, ada, query, words):
    response = ada.get(f"/feed/?{query}")
    assert response.status_code == 200
    html = response.content.decode()
    assert words in html
    assert "<b>" not in html.partition("<form")[2].partition("</form>")[0]


def test_a_time_range_holds_what_was_seen_in_it(seeded, ada):
    now = timezone.now()
    for place in range(4):
        at = now + timedelta(minutes=place)
        event = o.event(f"Odd{place}", "Odd", "ClusterDeployment", "kcm-system", "search-stage", at, warning=True)
        journal.record(seeded, [put("~management", event, at, "Event")], at)
    asked = {"since": (now + timedelta(seconds=30)).isoformat(), "until": (now + timedelta(seconds=150)).isoformat()}
    html = ada.get("/feed/", asked).content.decode()
    assert re.findall(r"Odd\d", html) == ["Odd2", "Odd1"]
    assert b"data-live-cursor" not in ada.get("/feed/", asked).content


def test_a_credential_brings_what_belongs_to_its_deployments(seeded, ada):
    html = ada.get("/feed/", {"credential": "platform/aws-ap-south"}).content.decode()
    assert "search-apac" in html
    assert {Change.objects.get(id=one).region for one in ids(html)} == {"ap-south"}


def test_a_change_has_an_address_for_good_with_what_was_around_it(seeded, ada):
    change = Change.objects.filter(deployment="kcm-system/media-dev").order_by("id")[0]
    html = ada.get(f"/feed/{change.id}/").content.decode()
    assert f'id="change-{change.id}" aria-current="true"' in html
    around = ids(html)
    assert around == sorted(around, reverse=True)
    assert {Change.objects.get(id=one).deployment for one in around} == {"kcm-system/media-dev"}
    assert ada.get("/feed/987654321/").status_code == 404


def saved(client, form, **query):
    response = client.get(f"/feed/changes.{form}", query)
    assert response.status_code == 200
    return b"".join(response).decode()


def test_the_feed_is_saved_as_csv_and_as_json_lines_with_its_filters(seeded, ada, monkeypatch):
    monkeypatch.setattr("regions.inventory.feed_export.PIECE", 7)  # so that it comes in pieces
    rows = list(csv.DictReader(io.StringIO(saved(ada, "csv"))))
    assert [int(row["id"]) for row in rows] == list(Change.objects.order_by("id").values_list("id", flat=True))
    lines = [json.loads(line) for line in saved(ada, "jsonl", region="eu-central").splitlines()]
    assert lines
    assert [line["id"] for line in lines] == [int(row["id"]) for row in rows if row["region"] == "eu-central"]
    assert ada.get("/feed/changes.csv", {"since": "nonsense"}).status_code == 400
    assert ada.get("/feed/changes.xml").status_code == 404


def test_no_cell_is_a_formula(seeded, ada):
    now = timezone.now()
    event = o.event("Odd", '=HYPERLINK("http://x")', "ClusterDeployment", "kcm-system", "search-stage", now)
    journal.record(seeded, [put("~management", event, now, "Event")], now)
    (row,) = csv.DictReader(io.StringIO(saved(ada, "csv", text="HYPERLINK")))
    assert row["message"].startswith("'=")


def test_the_newest_page_asks_the_log_only_for_what_is_new(seeded, ada):
    ada.get("/feed/?text=nowhere")
    with CaptureQueriesContext(connection) as asked:
        ada.get("/feed/?text=nowhere")
    assert not [query for query in asked if "LIKE" in query["sql"]]
    now = timezone.now()
    event = o.event("Odd", "It is nowhere", "ClusterDeployment", "kcm-system", "search-stage", now)
    journal.record(seeded, [put("~management", event, now, "Event")], now)
    assert len(ids(ada.get("/feed/?text=nowhere").content.decode())) == 1
