"""What the log teaches of regions and deployments, and the pages that say it."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.people import tokens
from dashboard.reports import reliability as page
from dashboard.reports import week as week_page
from dashboard.reports.weeks import week_of
from regions.domain.refs import MANAGEMENT
from regions.domain.roles import Granted, Scope
from regions.domain.viewer import Viewer
from regions.inventory import turns
from regions.inventory.learned import Record, learn, window_of
from regions.inventory.timeline import timeline
from regions.models import Blindness, Change, Cluster, Lease, Log, Resource
from regions.templatetags.learned import percent
from tests.dashboard.people.test_roles import member, signed_in

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def now(seeded: int) -> datetime:
    """The seeded fleet, watched for a week already."""
    found = timezone.now()
    Log.objects.update(past_from=found - 2 * WEEK)
    Resource.objects.update(known_since=found - 2 * WEEK)
    Change.objects.all().delete()
    page._kept.clear()
    week_page._kept.clear()
    turns._kept.clear()
    return found


def turned(name: str, at: datetime, was: str, health: str, **more: object) -> None:
    row = Resource.objects.filter(kind="ClusterDeployment", name=name).first()
    place = {"namespace": row.namespace, "region": row.region} if row else {"namespace": "kcm-system"}
    given = {
        "kind": "ClusterDeployment",
        "cluster": MANAGEMENT,
        "group": "k0rdent.mirantis.com",
        "name": name,
        "seen_at": at,
        "source": "observed",
        "reason": "HealthChanged",
        "columns": {"template": row.template if row else ""},
        "deployment": f"{place['namespace']}/{name}",
    }
    Change.objects.create(at=at, previous_health=was, health=health, **(given | place | more))


def text_of(client: Client, url: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(url).content.decode()))


def test_what_was_down_is_counted_and_what_nobody_watched_is_not(now, ada):
    turned("shop-prod", now - timedelta(hours=30), "Ready", "Degraded")
    turned("shop-prod", now - timedelta(hours=26), "Degraded", "Ready")
    Blindness.objects.create(since=now - timedelta(hours=28), until=now - timedelta(hours=20))
    window = window_of(7)
    found = {one.target.name: one for one in learn(window, WEEK, viewer=Viewer("ada")).deployments}
    one = found["shop-prod"]
    assert one.availability.unavailable == timedelta(hours=2)
    assert one.availability.watched == WEEK - timedelta(hours=8)
    assert len(one.incidents) == 1
    said = text_of(ada, "/deployments/kcm-system/shop-prod/reliability/")
    assert "98.75 %" in said
    assert "of the 6d16h of 7d that were watched" in said
    assert "250 % of its error budget used" in said
    assert "shop-prod" in text_of(ada, "/reliability/?search=shop-prod")


def test_turns_that_came_since_are_read_alone(now, django_assert_num_queries):
    turned("shop-prod", now - timedelta(hours=3), "Ready", "Failed")
    since = now - WEEK
    assert len(list(turns.turns_of_kind("ClusterDeployment", since))) == 1
    turned("shop-prod", now - timedelta(hours=2), "Failed", "Ready")
    with django_assert_num_queries(3) as asked:
        assert len(list(turns.turns_of_kind("ClusterDeployment", since))) == 2
    last = asked[-1]["sql"]
    assert '"id" > 0' not in last
    assert '"id" >' in last


def test_one_on_its_way_is_told_what_is_usual(now, ada):
    row = Resource.objects.get(kind="ClusterDeployment", name="shop-prod")
    for place, minutes in enumerate((8, 9, 10)):
        at = now - timedelta(hours=5 + place)
        made = {"region": row.region, "columns": {"template": row.template}}
        turned(f"made-{place}", at, "", "Progressing", reason="Created", **made)
        turned(f"made-{place}", at + timedelta(minutes=minutes), "Progressing", "Ready", **made)
    begun = now - timedelta(minutes=31)
    Resource.objects.filter(pk=row.pk).update(health="Progressing", created_at=begun, since=begun)
    turned("shop-prod", begun, "", "Progressing", reason="Created")
    said = text_of(ada, "/deployments/kcm-system/shop-prod/reliability/")
    assert f"Usually 9m with {row.template} in {row.region}, nine of ten within 10m (3 so far); this one 31m" in said
    assert "That is longer than nine of ten took." in said


def test_what_changed_in_the_hour_before_it_broke(now, ada):
    broke = now - timedelta(hours=2)
    row = Resource.objects.get(kind="ClusterDeployment", name="shop-prod")
    Resource.objects.filter(pk=row.pk).update(health="Failed", rank=0, since=broke)
    turned("shop-prod", broke, "Ready", "Failed", message="Failed, was Ready")
    before = broke - timedelta(minutes=20)
    same = {"health": "Ready", "reason": "SpecChanged", "namespace": "kcm-system"}
    turned("aws-eu-central", before, "Ready", kind="Credential", deployment="", message="Rotated it", **same)
    turned("shop-prod", before, "Ready", message="Changed: spec.config.workers", **same)
    turned("shop-prod", broke - timedelta(hours=2), "Ready", message="Long before", **same)
    turned("other", before, "Ready", message="Of another", **same)
    url = "/deployments/kcm-system/shop-prod/reliability/"
    part = ada.get(url, headers={"hx-request": "true"}).content.decode()
    for said, there in (
        ("Rotated it", True),
        ("spec.config.workers", True),
        ("Long before", False),
        ("another", False),
    ):
        assert (said in part) is there, said
    assert "<html" not in part
    Log.objects.update(past_from=broke + timedelta(minutes=5))
    assert "after it broke: what changed before is not known" in text_of(ada, url)


def test_what_flaps_is_found(now, ada):
    for place in range(6):
        was, health = ("Ready", "Degraded") if place % 2 == 0 else ("Degraded", "Ready")
        turned("shop-prod", now - timedelta(minutes=60 - 9 * place), was, health)
    assert "kcm-system/shop-prod turned 6 times between ready and not within 60m" in text_of(ada, "/reliability/")


def test_nobody_is_told_of_what_they_may_not_see(now, settings):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    turned("secret-one", now - timedelta(hours=3), "", "Progressing", reason="Created")
    turned("secret-one", now - timedelta(hours=2), "Progressing", "", reason="Deleted")
    confined = signed_in(member("viewer", namespaces=["team-data"]))
    said = text_of(confined, "/reliability/")
    assert "lake-prod" in said
    assert "shop-prod" not in said
    assert "secret-one" not in said
    assert confined.get("/deployments/kcm-system/shop-prod/reliability/").status_code == 404
    everything = learn(window_of(7), WEEK, viewer=Viewer("boss"))
    some = learn(window_of(7), WEEK, viewer=Viewer("eve", scope=Scope(namespaces=frozenset({"team-data"}))))
    assert 0 < len(some.deployments) < len(everything.deployments)


def of_region(name: str, at: datetime, was: str, health: str, **more: object) -> None:
    turned(name, at, was, health, kind="Region", namespace="", region=name, deployment="", **more)


def test_regions_and_their_words_are_not_for_who_sees_a_part_of_them(now, settings):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    of_region("us-east", now - timedelta(hours=3), "Ready", "Failed", message="what us-east says")
    of_region("us-east", now - timedelta(hours=2), "Failed", "Ready")
    of_region("long-gone", now - timedelta(hours=3), "Ready", "")
    part, region = Scope(namespaces=frozenset({"team-data"})), Scope(regions=frozenset({"eu-central"}))
    boss = Viewer("boss", administrator=True)
    names = {
        who: {one.target.name: one.there for one in learn(window_of(7), WEEK, viewer=viewer).regions}
        for who, viewer in {
            "boss": boss,
            "part": Viewer("eve", scope=part),
            "token": replace(boss, within=part),
            "region": Viewer("eve", scope=region),
            "both": Viewer("eve", granted=(Granted("viewer", part), Granted("viewer", region))),
        }.items()
    }
    assert names["boss"]["us-east"] is True
    assert names["boss"]["long-gone"] is False
    assert names["part"] == names["token"] == {}
    assert names["region"] == names["both"] == {"eu-central": True}
    robot = User.objects.create_user("robot", is_superuser=True)
    bounded = Client(headers={"Authorization": f"Bearer {tokens.issue(robot, 'a script', within=part)}"})
    for client in (bounded, signed_in(member("viewer", namespaces=["team-data"]))):
        said = client.get("/api/v1/reports/week/").content.decode()
        assert "lake-prod" in said
        assert "what us-east says" not in said
        assert not [one for one in json.loads(said)["rows"] if one["kind"] == "Region"]
    assert "us-east says" in signed_in(robot).get("/api/v1/reports/week/").content.decode()


def test_a_deployment_that_went_where_one_does_not_see_is_not_called_gone(now):
    turned("shop-prod", now - timedelta(hours=3), "Ready", "Failed", region="us-east")
    Resource.objects.filter(kind="ClusterDeployment", name="shop-prod").update(region="elsewhere")
    found = learn(window_of(7), WEEK, viewer=Viewer("eve", scope=Scope(regions=frozenset({"us-east"}))))
    assert "shop-prod" not in {one.target.name for one in found.deployments}


def record(name: str) -> Record:
    return next(one for one in learn(window_of(7), WEEK, viewer=Viewer("ada")).deployments if one.target.name == name)


def test_time_in_which_nobody_watches_now_is_no_time_that_was_watched(now):
    Lease.objects.update(beat_at=now - timedelta(hours=20))
    found = record("shop-prod").availability
    assert found.window - found.watched == pytest.approx(timedelta(hours=20), abs=timedelta(minutes=1))
    gap = timeline("kcm-system", "shop-prod", now - timedelta(days=1), now, viewer=Viewer("ada")).gaps[-1]
    assert (gap.start, gap.end, gap.why) == (now - timedelta(hours=20), now, "Nobody watched")
    Lease.objects.update(beat_at=timezone.now())
    Cluster.objects.update_or_create(name=MANAGEMENT, defaults={"state": "silent", "since": now - timedelta(hours=5)})
    [gap] = timeline("kcm-system", "shop-prod", now - timedelta(days=1), now, viewer=Viewer("ada")).gaps
    assert gap.start == now - timedelta(hours=5)


def test_what_came_into_being_in_the_window_had_not_been_ready(now):
    made = now - timedelta(hours=9)
    shop = Resource.objects.filter(kind="ClusterDeployment", name="shop-prod")
    shop.update(health="Failed", created_at=made, known_since=made)
    assert record("shop-prod").availability.counted == timedelta()
    assert record("shop-prod").incidents == ()
    shop.update(created_at=now - 3 * WEEK)
    assert record("shop-prod").availability.share == 0


@pytest.mark.parametrize("replaced", [True, False])
def test_what_went_with_its_management_is_told_until_then(now, replaced):
    turned("left-behind", now - timedelta(hours=30), "Ready", "Failed", region="us-east")
    if replaced:
        of = {"replaced_at": now - timedelta(hours=20)}
        Cluster.objects.update_or_create(name=MANAGEMENT, defaults=of)
    found = record("left-behind")
    lasted = timedelta(hours=10 if replaced else 0)
    assert found.availability.unavailable == lasted
    assert [one.end for one in found.incidents] == ([now - timedelta(hours=20)] if replaced else [])
    assert not found.there


def test_what_is_gone_is_named_and_led_to_nowhere(now, ada):
    for place in range(6):
        was, health = ("Ready", "Degraded") if place % 2 == 0 else ("Degraded", "Ready")
        of_region("long-gone", now - timedelta(days=8, minutes=60 - 9 * place), was, health)
        of_region("long-gone", now - timedelta(hours=3, minutes=60 - 9 * place), was, health)
    of_region("long-gone", now - timedelta(hours=1), "Ready", "")
    then = week_of(now - timedelta(days=8)).name
    for url in ("/reliability/", f"/reports/week/{then}/"):
        html = ada.get(url).content.decode()
        assert "long-gone" in html, url
        assert "/regions/long-gone/" not in html, url


def test_two_who_ask_at_once_are_told_the_same_once(monkeypatch):
    asked, told = [], threading.Event()

    def slowly(*_: object, **__: object) -> object:
        asked.append(1)
        told.wait(60)
        return object()

    monkeypatch.setattr(page, "window_of", lambda _: object())
    monkeypatch.setattr(page, "learn", slowly)
    page._kept.clear()
    with ThreadPoolExecutor(2) as both:
        first = both.submit(page.learned, 7, Viewer("ada"))
        while not asked:
            time.sleep(0.01)
        second = both.submit(page.learned, 7, Viewer("ada"))
        wait([second], timeout=0.2)
        told.set()
        assert first.result() is second.result()
    page._kept.clear()
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("share", "said"),
    [(99.99 / 100, "99.99 %"), (0.9995, "99.95 %"), (0.99999, "99.99 %"), (1.0, "100 %"), (None, "—")],
)
def test_a_share_is_never_more_and_never_less_than_it_is(share, said):
    assert percent(share) == said


def test_an_objective_is_shown_as_it_was_set(now, ada, settings):
    settings.PANE_SLO = 99.995
    for url in ("/reliability/", "/regions/us-east/reliability/", "/reports/week/" + week_of(now).name + "/"):
        assert "Objective 99.995 %" in text_of(ada, url), url


def test_pages_without_a_past_and_without_an_object_say_so(now, ada):
    assert ada.get("/deployments/kcm-system/nothing/reliability/").status_code == 404
    assert "Available" in text_of(ada, "/regions/~management/reliability/")
    assert "Available" in text_of(ada, "/regions/us-east/reliability/")
    Log.objects.update(past_from=None)
    page._kept.clear()
    assert "Nothing of the past is kept yet" in text_of(ada, "/reliability/")
    assert "Nothing of the past is kept yet" in text_of(ada, "/regions/us-east/reliability/")
