"""The layouts of the wall, as a person sees them."""

import re
from datetime import timedelta

from django.utils import timezone

from dashboard.wall.board import read_board
from regions import journal
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE
from regions.domain.notes import Heard
from regions.domain.viewer import Scope, Viewer
from regions.maintenance import entries
from regions.models import Firing, Store

ADA = Viewer("ada")
EVERY = ("~management", "ap-south", "dc-lund", "eu-central", "us-east")


def tiles(html: str) -> dict[str, str]:
    return dict(re.findall(r'<li id="tile-([^"]+)" class="([^"]+)"', html))


def test_tiles_stand_by_name_whatever_their_state(seeded, ada):
    html = ada.get("/wall/").content.decode()
    assert tuple(tiles(html)) == EVERY


def test_a_region_that_is_not_heard_is_unknown_with_since_and_counts_as_it_was(seeded, read, ada):
    html = ada.get("/wall/").content.decode()
    assert "h-unknown is-blind" in tiles(html)["us-east"]
    text = re.sub(r"<[^>]+>|\s+", " ", html[html.index('<li id="tile-us-east"') :])
    assert re.search(r"Unknown +\w+ *, since \d\d:\d\d UTC", text)
    assert re.search(r"\? */9 +was 7 ready", text)


def test_the_headline_names_who_is_not_heard_and_counts_who_needs_us(seeded, read):
    text = read("/wall/")
    assert "dc-lund and us-east not heard" in text
    assert "3 deployments need you" in text


def test_the_worst_of_a_region_stand_on_its_tile(seeded):
    found = {tile.name: tile for tile in read_board(viewer=ADA).tiles}
    assert [row.target.name for row in found["eu-central"].worst] == ["media-dev", "billing-prod"]
    assert found["eu-central"].ill == [("Failed", 1), ("Degraded", 1)]
    assert found["us-east"].worst == ()


def test_when_all_fall_silent_at_once_the_wall_says_that_it_is_us(seeded, read):
    now = timezone.now()
    lost = now - timedelta(seconds=100)
    for cluster in EVERY:
        journal.record(seeded, [Heard(cluster, lost, {"state": "connected", "heard_at": lost, "message": ""})], lost)
        journal.record(seeded, [Heard(cluster, now, {"state": "silent", "message": "no route to host"})], now)
    journal.beat(seeded, now)
    text = read("/wall/")
    assert "It is us: Pane is cut off" in text
    assert "All 5 clusters fell silent at once" in text


def test_without_a_watcher_nothing_is_claimed(seeded, read):
    journal.beat(seeded, timezone.now() - timedelta(minutes=5))
    text = read("/wall/")
    assert "Nobody is watching" in text
    assert "All is well" not in text


def test_what_is_on_the_way_is_listed_longest_first(seeded, read):
    rows = read_board(viewer=ADA).moving
    assert rows
    assert [row.since for row in rows] == sorted(row.since for row in rows)
    assert rows[0].target.name in read("/wall/moving/")


def test_one_region_shows_its_own_deployments(seeded, read, ada):
    html = ada.get("/wall/regions/eu-central/").content.decode()
    names = [name for name in tiles(html) if name.startswith("ClusterDeployment")]
    assert len(names) == 15
    assert "old-ci" not in html, "what lately happened elsewhere has no place here"
    assert ada.get("/wall/regions/nowhere/").status_code == 404


def test_what_was_resolved_leaves_by_itself(seeded):
    now = timezone.now()
    answers = {"state": "connected", "heard_at": now, "message": ""}
    journal.record(seeded, [Heard("us-east", now, answers)], now)
    lately = [change for change in read_board(viewer=ADA).lately if change.target.name == "us-east"]
    assert [change.reason for change in lately] == ["LinkRestored"]


def test_a_scope_confines_every_part_of_the_board(seeded):
    narrow = read_board(viewer=Viewer("hall", Scope(frozenset({"eu-central"}))))
    assert [tile.name for tile in narrow.tiles] == ["eu-central"]
    assert {row.region for row in narrow.moving} <= {"eu-central"}
    assert {change.region for change in narrow.lately} <= {"eu-central"}
    team = read_board(viewer=Viewer("hall", Scope(namespaces=frozenset({"team-data"}))))
    assert [tile.name for tile in team.tiles] == ["us-east"]
    assert team.deployments.total == 9
    assert team.tiles[0].card.link.said == ""


def test_a_board_costs_as_many_queries_however_large(seeded, django_assert_max_num_queries):
    with django_assert_max_num_queries(26):
        read_board(viewer=ADA)


def test_what_somebody_sees_to_keeps_its_state_and_loses_its_voice(seeded, ada, read):
    row = entries.find("Region", "", "us-east")
    entries.begin(MAINTENANCE, row, "new switches", timezone.now() + timedelta(hours=1), viewer=ADA)
    failed = entries.find("ClusterDeployment", "kcm-system", "media-dev")
    entries.begin(ACKNOWLEDGED, failed, "quota asked for", None, viewer=ADA)
    html, text = ada.get("/wall/").content.decode(), read("/wall/")
    assert "is-seen-to is-blind" in tiles(html)["us-east"]
    assert "Maintenance until" in text
    assert "dc-lund not heard" in text
    assert "2 deployments need you" in text
    assert "media-dev" not in [row.target.name for tile in read_board(viewer=ADA).tiles for row in tile.worst]


def test_alerts_stand_on_their_region_and_the_critical_ones_in_the_headline(seeded, ada, read):
    now = timezone.now()
    assert "Nothing is measured" in read("/wall/alerts/")
    Store.objects.create(key="am", kind="alerts", name="alertmanager", url="https://am", asked_at=now, answered_at=now)
    for region, severity in (("eu-central", "critical"), ("ap-south", "warning"), ("ap-south", "info")):
        Firing.objects.create(
            fingerprint=f"{region}-{severity}",
            source="alertmanager",
            name=f"Burn{severity}",
            severity=severity,
            state="active",
            region=region,
            since=now,
            seen_at=now,
            summary="Something burns",
        )
    assert "1 critical or error alert" in read("/wall/")
    text = read("/wall/alerts/")
    assert "Burncritical" in text
    assert "Burninfo" not in text, "what is said for information is no alert"
    narrow = read_board(viewer=Viewer("hall", Scope(frozenset({"ap-south"}))))
    assert [alert.region for alert in narrow.figures.alerts] == ["ap-south"]
    team = read_board(viewer=Viewer("hall", Scope(namespaces=frozenset({"team-data"}))))
    assert team.figures.alerts == ()
    Store.objects.update(reason="unreachable", message="connection refused", answered_at=now - timedelta(hours=1))
    alarms = read_board(viewer=ADA).tiles[0].alarms
    assert alarms is not None
    assert not alarms.known, "no alert is not the same as no word"
