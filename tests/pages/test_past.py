"""`?at=<time>`: pages of the past, and the timeline of a deployment."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from deployments.clusterdeployments.timeline import ticks
from deployments.models import Submission
from regions import journal
from regions.domain.notes import Blind
from regions.models import Change, Log

NS, NAME = "kcm-system", "media-dev"


@pytest.fixture
def kept(seeded):
    """The seeded fleet, whose past is kept from its beginning on."""
    Log.objects.update(past_from=timezone.now() - timedelta(hours=4))
    return seeded


def failed_at() -> datetime:
    """When media-dev turned from Ready to Failed."""
    turned = Change.objects.filter(kind="ClusterDeployment", name=NAME, previous_health="Ready").order_by("id")[0]
    return turned.seen_at


def at(moment: datetime) -> dict[str, str]:
    return {"at": moment.isoformat()}


def test_a_list_as_it_was_says_so_is_not_live_and_shows_what_was_true_then(kept, ada, read):
    before = ada.get("/deployments/", at(failed_at() - timedelta(seconds=1))).content.decode()
    after = ada.get("/deployments/", at(failed_at())).content.decode()
    for html in (before, after):
        assert "data-live-cursor" not in html
        assert "This is how it was, not how it is" in html
    row = re.compile(rf"<tr[^>]*>(?:(?!</tr>).)*>{NAME}<.*?</tr>", re.DOTALL)
    assert "h-ready" in row.search(before)[0]
    assert "h-failed" in row.search(after)[0]


def test_a_deployment_as_it_was_shows_its_conditions_and_what_had_happened_by_then(kept, ada):
    then = failed_at() - timedelta(seconds=1)
    html = ada.get(f"/deployments/{NS}/{NAME}/", at(then)).content.decode()
    assert "As of" in html
    assert "badge h-ready" in html or "h-ready" in html.partition("<h1>")[2][:300]
    shown = [int(one) for one in re.findall(r'id="change-(\d+)"', html)]
    assert all(Change.objects.get(id=one).seen_at <= then for one in shown)
    assert "data-live-cursor" not in html
    assert ada.get(f"/deployments/{NS}/unheard-of/", at(then)).status_code == 404


PATHS = (
    "/regions/",
    "/credentials/",
    "/templates/",
    "/services/",
    "/backups/",
    "/regions/eu-central/",
    "/regions/~management/",
    "/past/?kind=Machine",
    "/past/?kind=HelmRelease",
)


def test_every_list_and_region_can_be_shown_as_it_was(kept, ada):
    for path in PATHS:
        response = ada.get(f"{path}{'&' if '?' in path else '?'}at=1h")
        assert response.status_code == 200, path
        assert b"This is how it was, not how it is" in response.content, path
        assert b"data-live-cursor" not in response.content, path


def test_a_moment_that_cannot_be_shown_is_refused_beside_its_field(kept, ada):
    for asked, words in (
        ("9d", "is not kept"),
        ("2099-01-01", "has not come yet"),
        ("once", "Say a time such as"),
        ("%01", "Say a time such as"),
    ):
        html = ada.get(f"/deployments/?at={asked}").content.decode()
        assert words in html
        assert 'aria-invalid="true"' in html


def test_an_object_as_it_was_has_its_manifest_of_then(kept, ada):
    machine = Change.objects.filter(kind="Machine", source="observed").order_by("id").first()
    assert machine is not None, "the seed changes no Machine any more"
    query = {"kind": "Machine", "namespace": machine.namespace, "name": machine.name, "cluster": machine.cluster}
    html = ada.get("/past/object/", query | at(machine.seen_at)).content.decode()
    assert f"name: {machine.name}" in html


def test_a_change_shows_what_it_altered_and_leads_to_how_its_object_was(kept, ada):
    change = Change.objects.get(kind="ClusterDeployment", name=NAME, seen_at=failed_at(), source="observed")
    html = ada.get(f"/feed/{change.id}/").content.decode()
    assert "diff__add" in html
    assert "diff__del" in html
    link = re.search(r'href="([^"]+\?at=[^"]+)"', html)[1].replace("&amp;", "&")
    assert b"As of" in ada.get(link).content


def test_times_of_blindness_are_said_of_the_moments_in_them(kept, ada):
    now = timezone.now()
    journal.record(kept, [Blind("eu-central", now - timedelta(minutes=9), now, "The watch had expired")], now)
    html = ada.get("/deployments/?at=5m").content.decode()
    assert "We could not see eu-central" in html


def test_the_timeline_shows_conditions_events_requests_and_gaps(kept, ada):
    now = timezone.now()
    Submission.objects.create(
        key="k" * 20,
        kind="ClusterDeployment",
        namespace=NS,
        name=NAME,
        person="ada",
        digest="",
        state="done",
        created_at=now - timedelta(minutes=50),
        updated_at=now,
    )
    journal.record(kept, [Blind("eu-central", now - timedelta(minutes=9), now, "The watch had expired")], now)
    html = ada.get(f"/deployments/{NS}/{NAME}/timeline/?span=6h").content.decode()
    assert len(re.findall(r'class="timeline__bar', html)) > 3
    assert re.search(r"<title>Health Ready.*?</title>.*<title>Health Failed", html, re.DOTALL)
    assert "timeline__mark--" in html
    assert "ada asked to" in html
    assert "We could not see region eu-central" in html
    assert "Every condition from when to when" in html
    assert "data-live-cursor" not in html
    assert " style=" not in html.partition("<main")[2]


def test_any_stretch_can_be_asked_for(kept, ada):
    for query in (
        "span=1h",
        "span=kept",
        "span=nonsense",
        "until=1h",
        "until=never",
        "until=2099-01-01",
        "until=0001-01-01",
        "until=9999-12-31T23:59",
    ):
        assert ada.get(f"/deployments/{NS}/{NAME}/timeline/?{query}").status_code == 200, query
    assert ada.get(f"/deployments/{NS}/unheard-of/timeline/").status_code == 404


@pytest.mark.parametrize("hours", [1, 6, 24, 72, 168, 24 * 60])
def test_ticks_are_round_and_few(hours):
    end = datetime.fromisoformat("2026-11-22T12:34:56+00:00")
    found = ticks(end - timedelta(hours=hours), end)
    assert 2 <= len(found) <= 32
    assert all(moment.second == 0 for moment, _ in found)
