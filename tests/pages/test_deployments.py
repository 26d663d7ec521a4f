"""`/deployments/` and `/deployments/<namespace>/<name>/`."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from regions import journal
from regions.domain.notes import Heard, Reached
from tests.pages import deployments as cld
from tests.pages.seed import LIVE, TEAMS, put

EVERY = {name for *_, names in TEAMS for name in names}


def names(html: str) -> list[str]:
    """The deployments in the list, in their order."""
    return re.findall(r'class="table__name"><a href="/deployments/[^/]+/([^/]+)/"', html)


def listed(ada, query: str = "") -> list[str]:
    return names(ada.get(f"/deployments/{query}").content.decode())


def options(html: str, facet: str) -> dict[str, int]:
    """The values of a facet with their counts."""
    found = re.findall(rf'name="{facet}" value="([^"]*)".*?<span class="count">(\d+)</span>', html, re.DOTALL)
    return {value: int(count) for value, count in found}


def test_every_deployment_is_listed_the_worst_first(seeded, ada):
    shown = listed(ada, "?page_size=100")
    assert set(shown) == EVERY
    order = [shown.index(name) for name in ("media-dev", "billing-prod", "lake-prod", "search-stage", "shop-prod")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?region=ap-south", {"shop-apac", "search-apac"}),
        ("?region=~management&health=Failed", {"sandbox"}),
        ("?health=Failed&health=Degraded", {"media-dev", "sandbox", "billing-prod"}),
        ("?template=docker-hosted-cp-1-0-5&label=team=demo", {"demo-a", "demo-b"}),
        ("?credential=platform/aws-ap-south", {"shop-apac", "search-apac"}),
        ("?namespace=team-data&search=kafka", {"kafka-prod", "kafka-dr"}),
        ("?search=vanished", set()),
        ("?label=team=shop", {"shop-prod", "shop-stage", "shop-apac"}),
        ("?label=team=shop,stage=stage", {"shop-stage"}),
        ("?label=kustomize.toolkit.fluxcd.io/name=clusters&region=us-east", {"lake-prod", "notebooks"}),
    ],
)
def test_filters_narrow_the_list(seeded, ada, query, expected):
    assert set(listed(ada, query)) == expected


def test_what_lies_in_a_silent_region_is_found_as_unknown_and_as_nothing_else(seeded, ada):
    unknown = set(listed(ada, "?health=Unknown&page_size=100"))
    silent = {name for _, _, region, _, names_ in TEAMS for name in names_ if region in ("us-east", "dc-lund")}
    assert unknown == silent
    assert not silent & set(listed(ada, "?health=Ready&page_size=100"))
    assert not silent & set(listed(ada, "?health=Failed"))


def test_facets_list_and_rows_agree_about_a_silent_region(seeded, ada):
    html = ada.get("/deployments/?page_size=100").content.decode()
    counts = options(html, "health")
    assert counts["Unknown"] == 15
    assert sum(counts.values()) == len(EVERY)
    for health, count in counts.items():
        assert len(listed(ada, f"?health={health}&page_size=100")) == count, health


def test_a_facet_counts_what_there_would_be_under_all_other_filters(seeded, ada):
    html = ada.get("/deployments/?region=eu-central&health=Failed").content.decode()
    assert options(html, "region") == {"eu-central": 1, "~management": 1}, "the regions of what has failed"
    assert options(html, "health")["Ready"] == 10, "the healths in the region"
    assert options(html, "template") == {"aws-standalone-cp-1-0-43": 1}, "both together"


def test_every_order_has_a_reverse_and_pages_cut_it_without_loss(seeded, ada):
    for sort in ("name", "namespace", "region", "template", "credential", "health", "created", "changed"):
        for order in (sort, f"-{sort}"):
            whole = listed(ada, f"?page_size=100&ordering={order}")
            cut = [listed(ada, f"?page_size=10&ordering={order}&page={page}") for page in range(1, 5)]
            pages = [name for page in cut for name in page]
            assert pages == whole, order
            assert set(whole) == EVERY
    forward = listed(ada, "?page_size=100&ordering=name")
    assert forward == sorted(forward)
    assert listed(ada, "?page_size=100&ordering=-name") == forward[::-1]
    assert listed(ada, "?ordering=created")[0] == "shop-apac", "an age in ascending order begins with the youngest"


def test_what_makes_no_sense_in_the_address_is_said_and_left_out(seeded, ada, read):
    assert set(listed(ada, "?health=Purple&page=x&page_size=100")) == EVERY
    text = read("/deployments/?health=Purple&page=x&label=oops")
    for sentence in ("&#x27;Purple&#x27; is no health", "A page is a number", "write key=value"):
        assert sentence in text


def test_filters_stay_in_the_form_and_in_the_links_of_order_and_page(seeded, ada):
    html = ada.get("/deployments/?region=eu-central&page_size=10&ordering=name").content.decode()
    assert 'value="eu-central" checked' in html
    assert re.search(r'href="\?region=eu-central&amp;page_size=10&amp;ordering=-name"', html)
    assert re.search(r'rel="next" href="\?region=eu-central&amp;page_size=10&amp;ordering=name&amp;page=2"', html)


# Why there is nothing


def test_before_anything_was_watched_the_list_says_so(ada, read):
    assert "Not connected to a management cluster yet" in read("/deployments/")


def management(term: int, **fields: object) -> None:
    now = timezone.now()
    journal.record(term, [Heard("~management", now, {"heard_at": now, "state": "connected", **fields})], now)


def stream(term: int, state: str, message: str = "") -> None:
    now = timezone.now()
    version = "7" if state == "watching" else ""
    name = "clusterdeployments.k0rdent.mirantis.com"
    journal.record(term, [Reached("~management", name, state, version, now, "v1beta1", message)], now)


@pytest.fixture
def term(db) -> int:
    return journal.claim("test", timezone.now())


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("watching", "There are no deployments yet"),
        ("listing", "Still reading deployments"),
        ("absent", "k0rdent is not installed here"),
        ("refused", "Pane may not read deployments"),
    ],
)
def test_an_empty_list_says_why_it_is_empty(term, read, state, sentence):
    management(term)
    stream(term, state)
    assert sentence in read("/deployments/")


def test_a_management_cluster_that_never_answered_is_not_an_empty_fleet(term, read):
    now = timezone.now()
    journal.record(term, [Heard("~management", now, {"state": "silent", "message": "no route to host"})], now)
    text = read("/deployments/")
    assert "The management cluster cannot be reached" in text
    assert "no route to host" in text


def test_filters_that_fit_nothing_lead_back(seeded, read):
    text = read("/deployments/?search=vanished")
    assert "No deployments fit these filters" in text
    assert "There are no deployments" not in text


# What we cannot know


def test_without_a_watcher_everything_is_unknown(seeded, ada):
    journal.beat(seeded, timezone.now() - timedelta(seconds=31))
    assert set(listed(ada, "?health=Unknown&page_size=100")) == EVERY
    assert listed(ada, "?health=Ready") == []
    head = ada.get("/deployments/kcm-system/shop-prod/").content.decode().partition('id="deployment-head"')[2]
    assert "h-unknown" in head.partition("</header>")[0]
    assert "h-ready" not in head.partition("</header>")[0]


def test_when_management_is_silent_every_deployment_is_unknown(seeded, ada):
    now = timezone.now()
    journal.record(seeded, [Heard("~management", now, {"state": "silent"})], now)
    assert set(listed(ada, "?health=Unknown&page_size=100")) == EVERY


def test_a_region_that_answers_again_gives_its_deployments_their_health_back(seeded, ada):
    now = timezone.now()
    journal.record(seeded, [Heard("us-east", now, {"state": "connected", "heard_at": now, "message": ""})], now)
    assert "kafka-dr" in listed(ada, "?health=Failed")
    assert "lake-prod" in listed(ada, "?health=Ready")


# One deployment


def test_a_deployment_shows_its_machines_by_what_owns_them(seeded, read):
    text = read("/deployments/kcm-system/shop-prod/")
    assert "Control plane" in text
    assert "K0sControlPlane shop-prod-cp" in text
    assert text.index("shop-prod-cp-0") < text.index("shop-prod-md MachineDeployment")
    assert "3 of 3 ready" in text
    assert "ip-10-0-12-10" in text


def test_the_kubernetes_version_comes_from_what_runs(seeded, read):
    assert "v1.33.4+k0s.0" in read("/deployments/kcm-system/shop-prod/")


def test_a_failed_service_says_why_though_k0rdent_only_says_progressing(seeded, read):
    text = read("/deployments/kcm-system/billing-prod/")
    assert "timed out waiting for the condition" in text
    assert text.index("Failed Helm install failed") < text.index("Deployed"), "failed services come first"
    assert "failed to install monitoring: context deadline exceeded" in text, "also those of a MultiClusterService"


def test_conditions_stand_in_the_order_in_which_k0rdent_works(seeded, read):
    text = read("/deployments/kcm-system/shop-prod/").partition("Conditions")[2]
    order = ["TemplateReady", "HelmChartReady", "CredentialReady", "HelmReleaseReady", "CAPIClusterSummary"]
    assert sorted(order, key=text.index) == order


def test_an_upgrade_that_is_offered_is_shown(seeded, read):
    assert "it may move to aws-standalone-cp-1-0-43" in read("/deployments/team-data/lake-prod/")
    assert "None offered" in read("/deployments/kcm-system/shop-prod/")


def test_whoever_owns_it_in_git_is_named(seeded, read):
    assert "Flux Kustomization flux-system/clusters" in read("/deployments/kcm-system/shop-prod/")
    assert "Argo CD Application clusters" in read("/deployments/kcm-system/shop-stage/")
    assert "no sign of Git or Helm" in read("/deployments/kcm-system/search-prod/")


def test_a_validated_dry_run_is_never_called_ready(seeded, read):
    text = read("/deployments/kcm-system/ads-dev/")
    assert "Validated only." in text
    assert "Nothing is deployed" in text


def test_a_deployment_of_a_silent_region_shows_what_was_last_known(seeded, read):
    text = read("/deployments/team-data/kafka-dr/")
    assert "We do not hear its region." in text
    assert "Unknown was Failed" in text
    assert "i/o timeout" in text
    assert "Unknown was Deployed" in text, "its services are not green either"


def test_values_never_reach_the_page(seeded, ada):
    now = timezone.now()
    manifest = cld.deployment(
        "kcm-system",
        "shop-prod",
        region="eu-central",
        template="aws-standalone-cp-1-0-43",
        credential="aws-eu-central",
        state=cld.READY,
        created=now,
        now=now,
        labels={},
    )
    manifest["spec"]["config"]["password"] = "canary-in-config"
    manifest["spec"]["serviceSpec"]["services"][0]["values"] = "token: canary-in-values"
    journal.record(seeded, [put("~management", manifest, now)], now)
    html = ada.get("/deployments/kcm-system/shop-prod/").content.decode()
    assert "password" in html, "keys are shown"
    assert "canary" not in html


def test_a_deployment_that_is_not_there_is_a_404(seeded, ada):
    assert ada.get("/deployments/kcm-system/vanished/").status_code == 404


@pytest.mark.parametrize("url", ["/deployments/", "/deployments/kcm-system/shop-prod/", "/templates/", "/search/?q=a"])
def test_nobody_sees_anything_without_signing_in(seeded, client, url):
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_the_seed_keeps_alive_what_it_says_is_live(seeded):
    from regions import inventory

    assert {name for name, link in inventory.links().items() if not link.blind} == set(LIVE)
