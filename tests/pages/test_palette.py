"""`/search/palette/`: what is offered for what was typed, and to whom."""

import re

import pytest
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse

from dashboard.palette.commands import ACTIONS, PAGES, split
from tests.dashboard.people.test_roles import member, signed_in


def offered(client: Client, text: str = "", **more: object) -> dict[str, str]:
    """Title to address, in their order."""
    html = client.get("/search/palette/", {"q": text, **more}).content.decode()
    return {title: url for url, title in re.findall(r'href="([^"]*)".*?<span>([^<]*)</span>', html)}


@pytest.mark.parametrize("typed", ["scale shop-prod", "shop-prod scale", "SCALE  shop-prod ", "workers shop-prod"])
def test_an_action_of_any_object_is_one_line(seeded, ada, typed):
    found = offered(ada, typed)
    assert next(iter(found)) == "Scale shop-prod"
    assert found["Scale shop-prod"] == "/deployments/kcm-system/shop-prod/scale/"


def test_a_name_leads_to_the_object_and_then_to_what_can_be_done_with_it(seeded, ada):
    found = list(offered(ada, "shop-prod"))
    assert found[0] == "shop-prod"
    assert found.index("shop-prod") < found.index("Edit shop-prod") < found.index("Delete shop-prod")
    assert found[-1].startswith("All objects with")


def test_pages_are_found_by_their_names_and_by_others(seeded, ada):
    assert offered(ada, "metr")["Metrics"] == "/metrics/"
    assert offered(ada, "velero")["Backups"] == "/backups/"
    assert "Overview" in offered(ada)


def test_what_was_opened_last_comes_first_while_it_may_be_seen(seeded, ada):
    asked = [
        "/deployments/team-data/kafka-dr/",
        "/regions/us-east/",
        "/deployments/a/gone/",
        "/metrics/",
        "//x",
        "é" * 9,
    ]
    assert list(offered(ada, recent=asked))[:3] == ["kafka-dr", "us-east", "Overview"]


def test_what_was_opened_last_is_found_below_a_path_of_its_host(seeded, ada):
    with override_script_prefix("/pane/"):
        assert offered(ada, recent="/regions/us-east/")["us-east"] == "/pane/regions/us-east/"


def test_nothing_found_says_so_and_what_was_typed_is_only_shown(seeded, ada):
    html = ada.get("/search/palette/", {"q": "<script>\x7f%00"}).content.decode()
    assert "Nothing is called so" in html
    assert "<script>" not in html


def test_only_what_their_roles_let_them_is_offered(seeded, settings):
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "roles", False
    viewer, operator = signed_in(member("viewer")), signed_in(member("operator", namespaces=["kcm-system"]))
    assert "New deployment" not in offered(viewer)
    assert set(offered(viewer, "shop-prod")) & {"Edit shop-prod", "Metrics of shop-prod"} == {"Metrics of shop-prod"}
    assert "Scale shop-prod" in offered(operator, "scale shop-prod")
    assert not [one for one in offered(operator, "scale kafka-dr") if one.startswith("Scale")]
    assert "New credential" not in offered(operator)


def test_every_command_has_its_page(seeded, ada):
    for page in PAGES:
        assert reverse(page.route), page
    for kind, name in (("ClusterDeployment", "shop-prod"), ("Region", "us-east")):
        assert len([one for one in offered(ada, name) if one.endswith(f" {name}")]) == len(ACTIONS[kind])


def test_a_verb_is_one_only_beside_a_name():
    assert split("scale") == ("", "scale")
    assert split("scale a b") == ("scale", "a b")
    assert split("a b") == ("", "a b")
    assert split("") == ("", "")
