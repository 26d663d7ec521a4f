"""What the log teaches of regions and deployments, and the pages that say it."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.reports import reliability as page
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Scope, Viewer
from regions.inventory import turns
from regions.inventory.learned import learn, window_of
from regions.models import Blindness, Change, Log, Resource
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


def test_pages_without_a_past_and_without_an_object_say_so(now, ada):
    assert ada.get("/deployments/kcm-system/nothing/reliability/").status_code == 404
    assert "Available" in text_of(ada, "/regions/~management/reliability/")
    assert "Available" in text_of(ada, "/regions/us-east/reliability/")
    Log.objects.update(past_from=None)
    page._kept.clear()
    assert "Nothing of the past is kept yet" in text_of(ada, "/reliability/")
    assert "Nothing of the past is kept yet" in text_of(ada, "/regions/us-east/reliability/")
