"""Saved views of lists: a query under a name, mine or everybody's, and how lists look to one person."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import ListSettings, SavedView
from dashboard.people.audit import AuditEntry
from tests.dashboard.people.test_roles import member, signed_in
from tests.pages.test_palette import offered

pytestmark = pytest.mark.django_db
FAILED = {"page": "deployments", "query": "health=Failed&ordering=-created&page=3&view=9", "name": " Broken  ones "}


def saved(client: Client, **more: str) -> SavedView:
    client.post("/views/", FAILED | more)
    return SavedView.objects.latest("pk")


@pytest.fixture
def roles(settings):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False


def test_a_list_is_saved_with_its_filters_and_order_and_opened_by_its_address(seeded, ada):
    view = saved(ada)
    assert (view.name, view.query) == ("Broken ones", "health=Failed&ordering=-created")
    leads = ada.get(f"/views/{view.pk}/")
    assert leads.url == f"/deployments/?health=Failed&ordering=-created&view={view.pk}"
    html = ada.get(leads.url).content.decode()
    assert "Broken ones" in html
    assert f'name="view" value="{view.pk}"' in html  # a filter more leaves it open
    assert "Keep the changes" not in html
    assert "Keep the changes" in ada.get(f"{leads.url}&region=us-east").content.decode()
    ada.post(f"/views/{view.pk}/keep/", {"query": "region=us-east"})
    assert ada.get(f"/views/{view.pk}/").url == f"/deployments/?region=us-east&view={view.pk}"


def test_what_is_mine_is_nobody_elses(seeded, ada):
    view, eve = saved(ada), signed_in(User.objects.create_user("eve"))
    for act in ("", "rename/", "keep/", "place/", "remove/"):
        method = eve.post if act else eve.get
        assert method(f"/views/{view.pk}/{act}", {"name": "Mine"}).status_code == 404, act
    assert "Broken ones" not in eve.get("/views/").content.decode()
    assert "Broken ones" not in eve.get("/deployments/").content.decode()
    assert not [one for one in offered(eve, "broken") if "Broken" in one]
    assert "is gone, or it is somebody" in eve.get(f"/deployments/?view={view.pk}").content.decode()


def test_for_everybody_takes_the_right_to_share(seeded, roles):
    viewer, operator = signed_in(member("viewer")), signed_in(member("operator"))
    assert viewer.post("/views/", FAILED | {"shared": "1"}).status_code == 403
    own = saved(viewer)
    assert viewer.post(f"/views/{own.pk}/share/", {"way": "share"}).status_code == 403
    view = saved(operator, shared="1", name="Ours")
    assert viewer.get(f"/views/{view.pk}/").status_code == 302
    for act in ("rename", "keep", "remove"):
        assert viewer.post(f"/views/{view.pk}/{act}/", {"name": "x"}).status_code == 403, act
    assert "Make it mine alone" not in viewer.get("/views/").content.decode()
    assert AuditEntry.objects.filter(action="POST views/<int:pk>/share/", outcome="refused").exists()
    operator.post(f"/views/{view.pk}/share/", {"way": "withdraw"})
    assert viewer.get(f"/views/{view.pk}/").status_code == 404
    operator.post(f"/views/{view.pk}/rename/", {"name": "Mine now"})
    operator.post(f"/views/{view.pk}/remove/")
    assert not SavedView.objects.filter(pk=view.pk).exists()
    done = AuditEntry.objects.filter(outcome="done", actor="one-operator").values_list("action", flat=True)
    assert {f"POST views/<int:pk>/{act}/" for act in ("share", "rename", "remove")} <= set(done)


def test_a_shared_view_shows_nobody_more_than_they_may_see(seeded, roles):
    query = "namespace=kcm-system&namespace=team-data"
    view = saved(signed_in(member("operator")), query=query, shared="1")
    confined = signed_in(member("viewer", namespaces=["team-data"]))
    html = confined.get(f"/views/{view.pk}/", follow=True).content.decode()
    assert "lake-prod" in html
    assert "shop-prod" not in html
    assert "Namespace “kcm-system” is of no deployment here: it is gone, or not yours to see." in html


def test_a_value_that_is_gone_is_said_and_the_rest_is_shown(seeded, ada):
    html = ada.get("/deployments/?region=us-east&region=atlantis&view=all").content.decode()
    assert "Region “atlantis” is of no deployment here" in html
    assert html.count("is of no deployment") == 1
    assert "us-east" in html
    assert "is of no credential here" in ada.get("/credentials/?namespace=nowhere").content.decode()
    # What other filters leave out is no less there.
    assert "is of no deployment" not in ada.get("/deployments/?region=us-east&search=nothing").content.decode()


def test_a_list_opens_with_the_view_that_was_chosen_for_it(seeded, ada):
    view = saved(ada)
    ada.post(f"/views/{view.pk}/place/", {"opens": "1"})
    ada.post(f"/views/{view.pk}/place/", {"menu": "1"})
    assert ada.get("/deployments/").url == f"/deployments/?{view.query}&view={view.pk}"
    assert ada.get("/deployments/?view=all").status_code == 200
    assert ada.get("/regions/").status_code == 200
    assert (
        f'href="/deployments/?health=Failed&amp;ordering=-created&amp;view={view.pk}"' in ada.get("/").content.decode()
    )
    ada.post(f"/views/{view.pk}/remove/")
    assert ada.get("/deployments/").status_code == 200
    assert "Broken ones" not in ada.get("/").content.decode()


def test_columns_and_density_are_kept_with_the_account_and_saved_with_a_view(seeded, ada):
    ada.post("/views/look/", {"page": "deployments", "query": "region=us-east", "column": ["health"], "dense": "1"})
    html = ada.get("/deployments/").content.decode()
    assert 'class="card card--flush dense without-4 without-5 without-6 without-7"' in html
    assert "without-" not in ada.get("/deployments/?columns=health,region,template,changed,created").content.decode()
    assert 'value="columns=health"' in html  # what “Save” would keep
    assert ListSettings.objects.get().without == {"deployments": ["region", "template", "changed", "created"]}
    assert "without-" not in ada.get("/credentials/").content.decode()


def test_what_cannot_be_saved_says_why_beside_what_was_typed(seeded, ada):
    saved(ada)
    for wrong, sentence in (
        ({"name": "Broken ones"}, "already"),
        ({"name": " "}, "Give it a name"),
        ({"page": "wall"}, "no list that can be saved"),
        ({"query": "search=" + "a" * 5000, "name": "Long"}, "letters long"),
    ):
        answer = ada.post("/views/", FAILED | wrong)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_programs_list_save_and_delete_views(seeded, ada):
    asked = {"page": "objects/Release", "name": "Old", "query": "health=Unknown"}
    made = ada.post("/api/v1/views/", json.dumps(asked), content_type="application/json")
    assert made.status_code == 201
    said = made.json()
    assert (said["url"], said["shared"]) == (f"/objects/Release/?health=Unknown&view={said['id']}", False)
    assert [one["name"] for one in ada.get("/api/v1/views/").json()["results"]] == ["Old"]
    wrong = ada.post("/api/v1/views/", json.dumps(asked | {"query": "nonsense=1"}), content_type="application/json")
    assert "is nothing that this list can be asked" in wrong.json()["query"]
    assert ada.delete(f"/api/v1/views/{said['id']}/").status_code == 204
    assert ada.get(f"/api/v1/views/{said['id']}/").status_code == 404


def test_the_palette_knows_them_by_name(seeded, ada):
    view = saved(ada)
    assert offered(ada, "brok")["Broken ones (Deployments)"].endswith(f"view={view.pk}")
    assert "Broken ones (Deployments)" in offered(ada)


@pytest.mark.real
def test_a_view_is_saved_and_opened_in_a_browser(served, seeded, page):
    page.goto(f"{served.url}/deployments/?region=us-east")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save what is shown as").fill("East")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**view=*")
    assert page.locator(".views summary", has_text="East").count() == 1
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Template", exact=True).uncheck()
    page.locator(".views").get_by_role("button", name="Apply", exact=True).click()
    page.locator("td[data-label=Template]").first.wait_for(state="hidden")
    assert page.locator("td[data-label=Region]").first.is_visible()
