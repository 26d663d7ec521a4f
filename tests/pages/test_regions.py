"""`/regions/` and `/regions/<name>/`."""

import re
from datetime import timedelta

from django.utils import timezone

from regions import journal
from regions.domain.notes import Heard


def names(html: str) -> list[str]:
    return re.findall(r'<article id="region-([^"]+)"', html)


def test_every_region_has_a_card_and_the_worst_comes_first(seeded, ada):
    shown = names(ada.get("/regions/").content.decode())
    assert set(shown) == {"~management", "eu-central", "us-east", "dc-lund", "ap-south"}
    assert shown.index("us-east") < shown.index("eu-central")


def test_regions_are_found_by_health_name_and_message(seeded, ada):
    assert set(names(ada.get("/regions/?health=Unknown").content.decode())) == {"us-east", "dc-lund"}
    assert names(ada.get("/regions/?search=Lund").content.decode()) == ["dc-lund"]
    assert names(ada.get("/regions/?search=unauthorized").content.decode()) == ["dc-lund"]


def test_filters_that_fit_nothing_say_so_and_lead_back(seeded, ada):
    html = ada.get("/regions/?search=atlantis").content.decode()
    assert "No region matches" in html
    assert "No regions yet" not in html


def test_without_a_fleet_the_list_says_that_there_is_none(read):
    assert "No regions yet" in read("/regions/")


def test_a_region_shows_its_link_components_objects_and_credentials(seeded, read):
    text = read("/regions/eu-central/")
    for words in (
        "Secret kcm-system/rgn-eu-central-kubeconfig, key admin.conf",
        "10.20.1.10:6443",
        "cluster-api-provider-aws",
        "kcm-1-11-4",
        "MachineDeployment",
        "kcm-system/media-dev",
        "kcm-system/aws-eu-central",
        "AllComponentsHealthy",
    ):
        assert words in text, words


def test_access_that_ends_soon_is_announced(seeded, read):
    assert "Renew its kubeconfig before then" in read("/regions/eu-central/")
    assert "Renew its kubeconfig before then" not in read("/regions/ap-south/")


def test_access_that_has_ended_says_what_to_do(seeded, read):
    now = timezone.now()
    journal.record(seeded, [Heard("ap-south", now, {"expires_at": now - timedelta(hours=1)})], now)
    assert "Put a new kubeconfig in place" in read("/regions/ap-south/")


def test_a_silent_region_shows_what_was_last_known_greyed_and_why(seeded, ada, read):
    text = read("/regions/us-east/")
    assert "Region us-east has not answered since" in text
    assert "i/o timeout" in text
    assert "when we last knew" in text
    html = ada.get("/regions/us-east/").content.decode()
    assert 'class="card card--flush is-blind"' in html
    assert "team-data/lake-prod" in html
    bar = html.split('id="region-deployments"')[1].split("</svg>")[0]
    assert 'class="h-unknown"' in bar
    assert 'class="h-ready"' not in bar


def test_the_management_cluster_is_a_region_too(seeded, read):
    assert "Management" in read("/regions/~management/")


def test_an_unknown_region_is_not_found_and_the_page_says_what(seeded, ada):
    answer = ada.get("/regions/atlantis/")
    assert answer.status_code == 404
    assert "There is no region atlantis" in answer.content.decode()


def test_why_a_region_is_silent_is_said_once(seeded, read):
    lead = read("/regions/").split("us-east", 1)[1][:200]
    assert lead.count("No word since") == 1


def test_an_address_that_leads_nowhere_says_so_in_the_frame_of_pane(ada):
    answer = ada.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert 'aria-label="Main"' in answer.content.decode()
