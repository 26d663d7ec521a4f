"""`/`: is the fleet well, and what needs me."""

import re
from datetime import timedelta

from django.utils import timezone

from regions import journal
from regions.domain.notes import Heard
from tests.pages import deployments as cld
from tests.pages.seed import LIVE, put


def test_the_headline_says_who_needs_me_and_whom_we_cannot_hear(seeded, read):
    text = read("/")
    assert re.search(r"3 of 38 deployments need you", text)
    assert "dc-lund and us-east" in text
    assert "3 of 5 regions heard" in text


def test_what_needs_me_is_listed_worst_first_with_its_own_words(seeded, ada):
    rows = re.findall(r'<li id="needs-[^"]+">.*?</li>', ada.get("/").content.decode(), re.DOTALL)
    healths = [re.search(r'class="row h-(\w+)"', row)[1] for row in rows if 'class="row ' in row]
    order = ["failed", "degraded", "unknown"]
    assert healths == sorted(healths, key=order.index)
    assert {"failed", "unknown"} <= set(healths)
    assert any("AWSClusterStaticIdentity" in row for row in rows)


def test_counts_lead_to_the_list_that_holds_just_these(seeded, ada):
    html = ada.get("/").content.decode()
    for health in ("Failed", "Unknown", "Ready"):
        assert f'href="/deployments/?health={health}"' in html


def test_a_region_we_cannot_hear_is_drawn_greyed_and_others_are_not(seeded, ada):
    cards = dict(re.findall(r'<article id="region-([^"]+)" class="([^"]+)"', ada.get("/").content.decode()))
    assert "is-blind" in cards["us-east"]
    assert "h-unknown" in cards["us-east"]
    assert "is-blind" not in cards["eu-central"]


def test_before_anything_is_connected_nothing_is_claimed(read):
    text = read("/")
    assert "not connected to a management cluster yet" in text
    assert "Nothing needs you" not in text
    assert "All is well" not in text


def test_when_the_watcher_stopped_the_page_says_so_above_everything(seeded, ada):
    html = ada.get("/").content.decode()
    assert re.search(r"data-live-watcher hidden", html)
    journal.beat(seeded, timezone.now() - timedelta(minutes=5))
    html = ada.get("/").content.decode()
    assert re.search(r"data-live-watcher>", html)
    assert 'class="h-ready"' not in html.split('id="figures"')[1].split("</svg>")[0]


def test_a_name_that_holds_html_is_text(seeded, ada):
    now = timezone.now()
    region, manifest = (
        "eu-central",
        cld.deployment(
            "kcm-system",
            "odd",
            region="eu-central",
            template="t",
            credential="aws-eu-central",
            state=cld.FAILED,
            created=now,
            now=now,
            labels={},
        ),
    )
    for condition in manifest["status"]["conditions"]:
        condition["message"] = condition["message"] and "* A: <script>alert(1)</script>\n* B: <img src=x>"
    journal.record(seeded, [put("~management", manifest, now)], now)
    journal.record(seeded, [Heard(cluster, now, {"heard_at": now}) for cluster in LIVE], now)
    html = ada.get("/").content.decode() + ada.get(f"/regions/{region}/").content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html
    assert "<img src=x>" not in html
