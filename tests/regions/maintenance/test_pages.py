"""Saying that something is in maintenance or known of: seen everywhere, heard nowhere, ending by itself."""

import re
from datetime import timedelta

from django.utils import timezone

from regions import journal
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE
from regions.domain.viewer import Viewer
from regions.maintenance import entries, sweep
from regions.models import Change, Upkeep

ADA = Viewer(name="ada")
FORM = {"what": MAINTENANCE, "reason": "moving disks", "lasts": "60", "until": "", "starts_at": ""}


def address(kind, namespace, name):
    return f"/upkeep/new/?kind={kind}&namespace={namespace}&name={name}"


def begin(kind, object_kind, namespace, name, until=None):
    return entries.begin(kind, entries.find(object_kind, namespace, name), "moving disks", until, viewer=ADA)


def needs(html):
    return re.findall(r'<li id="needs-([^"]+)">\s*<div', html)


def test_a_region_in_maintenance_is_marked_and_needs_nobody(seeded, ada, read):
    before = needs(ada.get("/").content.decode())
    assert any("us-east" in one for one in before)
    answer = ada.post(address("Region", "", "us-east"), FORM)
    assert answer["Location"] == "/regions/us-east/"
    html = ada.get("/").content.decode()
    assert not any("us-east" in one for one in needs(html))
    assert "us-east" not in re.search(r"<h1>(.*?)</h1>", html)[1]
    assert "in maintenance or known of" in html
    for page in ("/", "/regions/", "/regions/us-east/", "/deployments/team-data/kafka-dr/", "/upkeep/"):
        assert "moving disks" in read(page) or "Maintenance until" in read(page), page
    assert "moving disks" in read("/deployments/team-data/kafka-dr/")
    assert "Unknown" in read("/regions/us-east/"), "maintenance hides no state"


def test_a_failed_deployment_that_somebody_knows_of_leaves_the_headline(seeded, ada, read):
    assert "3 of 38 deployments need you" in read("/")
    ada.post(address("ClusterDeployment", "kcm-system", "media-dev"), {**FORM, "what": ACKNOWLEDGED, "lasts": ""})
    assert "2 of 38 deployments need you" in read("/")
    assert "Known" in read("/deployments/?search=media-dev") or "Known of" in read("/deployments/kcm-system/media-dev/")


def test_what_is_said_stands_in_the_feed_with_who_said_it(seeded, ada, read):
    ada.post(address("ClusterDeployment", "kcm-system", "media-dev"), FORM)
    row = Change.objects.latest("id")
    assert (row.source, row.reason, row.name) == ("said", "MaintenanceBegan", "media-dev")
    assert "(ada)" in row.message
    assert "moving disks" in read("/feed/")


def test_bad_times_are_said_at_the_field_and_nothing_typed_is_lost(seeded, ada):
    for wrong, sentence in (
        ({"until": "tomorrow"}, "Write a date and a time"),
        ({"until": "2020-01-01 10:00"}, "over before it begins"),
        ({"until": "", "lasts": ""}, "Say until when"),
        ({"until": "2999-01-01 10:00"}, "longer than 90 days"),
        ({"starts_at": "9999-12-31 23:59"}, "more than 90 days ahead"),
        ({"starts_at": "9999-12-31 23:59", "what": ACKNOWLEDGED, "lasts": ""}, "more than 90 days ahead"),
        ({"reason": ""}, "Say why"),
        ({"what": "party"}, "Select a valid choice"),
    ):
        answer = ada.post(address("Region", "", "us-east"), {**FORM, **wrong})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert sentence in html
        assert "reason" in wrong or "moving disks" in html
    assert not Upkeep.objects.exists()
    assert ada.get(address("Region", "", "nowhere")).status_code == 404


def test_it_ends_by_itself_at_its_time_and_the_log_is_told(seeded):
    now = timezone.now()
    row = begin(MAINTENANCE, "Region", "", "us-east", now + timedelta(hours=1))
    assert sweep.tend(now) == 0
    assert sweep.tend(now + timedelta(hours=2)) == 1
    row.refresh_from_db()
    assert row.ended_why == "its time was over"
    assert Change.objects.latest("id").reason == "MaintenanceEnded"


def test_what_is_planned_begins_at_its_time(seeded):
    now = timezone.now()
    found = entries.find("Region", "", "us-east")
    entries.begin(MAINTENANCE, found, "disks", now + timedelta(hours=2), viewer=ADA, starts_at=now + timedelta(hours=1))
    assert entries.active(now) == ()
    assert sweep.tend(now + timedelta(minutes=61)) == 1
    assert Change.objects.latest("id").reason == "MaintenanceBegan"
    assert len(entries.active(now + timedelta(minutes=61))) == 1


def test_an_acknowledgement_ends_when_things_are_well_again(seeded):
    begin(ACKNOWLEDGED, "ClusterDeployment", "kcm-system", "media-dev")
    from regions.models import Resource

    Resource.objects.filter(kind="ClusterDeployment", name="media-dev").update(health="Ready", rank=8)
    assert sweep.tend(timezone.now()) == 1
    assert Upkeep.objects.get().ended_why == "it is Ready again"


def test_ended_by_hand_is_ended_once(seeded, ada):
    row = begin(MAINTENANCE, "Region", "", "us-east", timezone.now() + timedelta(hours=1))
    assert ada.post(f"/upkeep/{row.pk}/end/", {"next": "https://evil.example/"})["Location"] == "/upkeep/"
    ada.post(f"/upkeep/{row.pk}/end/")
    assert Change.objects.filter(reason="MaintenanceEnded").count() == 1


def test_said_anew_the_older_ends(seeded):
    first = begin(MAINTENANCE, "Region", "", "us-east", timezone.now() + timedelta(hours=1))
    begin(MAINTENANCE, "Region", "", "us-east", timezone.now() + timedelta(hours=3))
    first.refresh_from_db()
    assert first.ended_at
    assert len(entries.active(timezone.now())) == 1


def test_telling_needs_no_lease_and_does_not_take_it(seeded):
    begin(MAINTENANCE, "Region", "", "us-east", timezone.now() + timedelta(hours=1))
    journal.beat(seeded, timezone.now())  # would raise LeaseLost
