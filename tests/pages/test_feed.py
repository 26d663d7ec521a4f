"""`/feed/`: what happened, newest first."""

import re
from datetime import timedelta

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
    assert shown[0] == Change.objects.order_by("-id").values_list("id", flat=True)[0]
    newest = Change.objects.get(id=shown[0]).seen_at
    assert html.index(f"{newest:%A, %-d %B %Y}") < html.index(f'id="change-{shown[0]}"')


def test_older_pages_go_on_where_the_page_ended_and_skip_nothing(seeded, ada):
    now = timezone.now()
    for place in range(130):
        at = now + timedelta(seconds=place)
        event = o.event("Scaled", "Scaled up", "ClusterDeployment", "kcm-system", f"web-{place}", at)
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
    left_out = set(Change.objects.values_list("id", flat=True)) - set(seen)
    # Only repeats of an Event are folded away.
    assert all(Change.objects.get(id=one).series for one in left_out)


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
    assert "×3" in read("/feed/?text=CredentialNotReady")


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
