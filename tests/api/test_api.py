"""/api/v1/: what programs may rely on."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from dashboard.people import tokens
from regions import journal
from regions.domain.notes import Blind, Heard
from tests.pages import deployments as cld
from tests.pages.seed import TEAMS, put, seed

EVERY = {name for *_, names in TEAMS for name in names}
LISTS = ("regions", "deployments", "credentials", "templates", "services", "backups")


@pytest.fixture
def term(db: None) -> int:
    return seed(timezone.now())


@pytest.fixture
def api(db: None):
    """Reads a path of the API as a program with a token does."""
    token = tokens.issue(User.objects.create_user("robot"), "tests")
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(path: str, status: int = 200):
        response = client.get(path if path.startswith("http") else f"/api/v1/{path}")
        assert response.status_code == status, (path, response.status_code, response.content[:300])
        return response.json()

    return get


def test_without_a_token_nothing_is_told(client, db):
    for path in ("", "regions/", "deployments/", "deployments/a/b/", "changes/", "schema/"):
        assert client.get(f"/api/v1/{path}").status_code in (302, 401), path


def test_the_root_names_every_list(term, api):
    for url in api("").values():
        api(url)


def test_the_description_is_complete_and_without_warnings(db, tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def described(schema: dict, path: str) -> dict:
    """The schema of the answer to GET on this path."""
    answer = schema["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return resolved(schema, answer)


def resolved(schema: dict, part: dict) -> dict:
    if "allOf" in part:
        return resolved(schema, part["allOf"][0])
    if "$ref" in part:
        return schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def differs(schema: dict, part: dict, value: object, at: str) -> list[str]:
    """Where an answer is not as it is described: fields that are missing, or not described, or of another type."""
    if value is None:
        return [] if part.get("nullable") else [f"{at} is null"]
    part = resolved(schema, part)
    kind = part.get("type")
    if kind == "object" and "properties" in part:
        assert isinstance(value, dict)
        found = [f"{at}.{name}" for name in set(part["properties"]) ^ set(value)]
        for name in set(part["properties"]) & set(value):
            found += differs(schema, part["properties"][name], value[name], f"{at}.{name}")
        return found
    if kind == "array":
        inside = [differs(schema, part["items"], inner, f"{at}[{place}]") for place, inner in enumerate(value)]
        return [one for found in inside for one in found]
    types = {"string": str, "integer": int, "boolean": bool, "object": dict, "number": float}
    wrong = kind is not None and not isinstance(value, types[kind])
    return [f"{at} is {value!r}, not {kind}"] if wrong or ("enum" in part and value not in part["enum"]) else []


@pytest.mark.parametrize(
    ("path", "described_as"),
    [
        *((f"{name}/", f"{name}/") for name in LISTS),
        ("changes/", "changes/"),
        ("regions/us-east/", "regions/{name}/"),
        ("deployments/kcm-system/billing-prod/", "deployments/{namespace}/{name}/"),
        ("deployments/kcm-system/ads-dev/", "deployments/{namespace}/{name}/"),
    ],
)
def test_an_answer_is_as_it_is_described(term, api, path, described_as):
    schema = api("schema/")
    assert differs(schema, described(schema, described_as), api(path), path) == []


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_paged_in_the_same_way(term, api, name):
    whole = api(f"{name}/?page_size=100")
    assert set(whole) >= {"count", "next", "previous", "results"}
    assert whole["count"] == len(whole["results"]) > 1
    assert whole["next"] is whole["previous"] is None
    found, url = [], f"{name}/?page_size=1"
    while url:
        page = api(url)
        assert page["count"] == whole["count"]
        found += page["results"]
        url = page["next"]
    assert found == whole["results"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=9999", "page"),
        ("page_size=101", "page_size"),
        ("page_size=many", "page_size"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused_in_words(term, api, name, query, parameter):
    problem = api(f"{name}/?{query}", status=400)
    assert list(problem) == [parameter]
    assert problem[parameter][0].endswith(".")


def test_a_region_says_how_we_hear_it_and_what_runs_there(term, api):
    region = api("regions/eu-central/")
    assert region["health"] == "Ready"
    assert region["link"]["state"] == "connected"
    assert datetime.fromisoformat(region["link"]["heard_at"]) > timezone.now() - timedelta(seconds=30)
    assert region["deployments"]["total"] == sum(region["deployments"]["by_health"].values()) == 15
    assert "infrastructure-aws" in region["providers"]
    assert {part["name"] for part in region["components"]} >= {"kcm-regional", "capi", "projectsveltos"}


def test_a_silent_region_is_unknown_and_says_what_it_was(term, api):
    region = api("regions/us-east/")
    assert (region["health"], region["last_health"]) == ("Unknown", "Ready")
    assert region["link"]["state"] == "silent"
    assert "i/o timeout" in region["message"]
    assert region["deployments"]["by_health"]["Unknown"] == region["deployments"]["total"] == 9


def test_the_management_cluster_is_a_region(term, api):
    assert api("regions/~management/")["versions"]["release"] == "kcm-1-11-4"
    assert "~management" in {region["name"] for region in api("regions/")["results"]}


@pytest.mark.parametrize("path", ["regions/atlantis/", "deployments/kcm-system/vanished/"])
def test_what_is_not_there_is_a_404_with_a_sentence(term, api, path):
    assert "There is no" in api(path, status=404)["detail"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("region=ap-south", {"shop-apac", "search-apac"}),
        ("health=Failed&health=Degraded", {"media-dev", "sandbox", "billing-prod"}),
        ("credential=platform/aws-ap-south&namespace=platform", {"shop-apac", "search-apac"}),
        ("search=kafka", {"kafka-prod", "kafka-dr"}),
        ("label=team=shop,stage=stage", {"shop-stage"}),
        ("template=nothing", set()),
    ],
)
def test_deployments_are_filtered(term, api, query, expected):
    answer = api(f"deployments/?{query}")
    assert {one["name"] for one in answer["results"]} == expected
    assert answer["count"] == len(expected)


def test_deployments_are_ordered(term, api):
    def names(order: str) -> list[str]:
        return [one["name"] for one in api(f"deployments/?page_size=100&ordering={order}")["results"]]

    assert names("name") == sorted(EVERY)
    assert names("-name") == sorted(EVERY, reverse=True)


def test_every_bad_parameter_is_named_at_once(term, api):
    assert set(api("deployments/?health=Purple&ordering=colour&label=x&page=no", status=400)) == {
        "health",
        "ordering",
        "label",
        "page",
    }


def test_a_deployment_in_a_list_says_the_same_as_alone(term, api):
    for listed in api("deployments/?page_size=100")["results"]:
        alone = api(f"deployments/{listed['namespace']}/{listed['name']}/")
        assert {name: alone[name] for name in listed} == listed


def test_a_deployment_tells_its_version_conditions_services_and_machines(term, api):
    found = api("deployments/kcm-system/billing-prod/")
    assert found["kubernetes_version"] == "v1.33.4+k0s.0"
    assert found["conditions"][-1]["type"] == "Ready"
    failed = next(one for one in found["services"] if one["name"] == "cert-manager")
    assert (failed["state"], failed["source"]) == ("Failed", "")
    assert "timed out" in failed["message"]
    assert [group["title"] for group in found["machines"]] == ["Control plane", "billing-prod-md"]


def test_templates_are_listed_by_kind(term, api):
    kinds = {one["kind"] for one in api("templates/?kind=service")["results"]}
    assert kinds == {"ServiceTemplate"}
    assert "cluster, service, provider" in api("templates/?kind=helm", status=400)["kind"][0]


def test_backups_tell_the_last_good_one_of_each_region(term, api):
    regions = {one["region"]: one for one in api("backups/")["regions"]}
    assert regions["dc-lund"]["good_at"] is None
    assert (regions["us-east"]["good_by"], regions["us-east"]["phase"]) == ("before-upgrade", "PartiallyFailed")


def test_credentials_are_listed_without_anything_secret(term, api):
    found = api("credentials/?region=ap-south")["results"]
    assert [one["name"] for one in found] == ["aws-ap-south"]
    assert "not found" in found[0]["message"]


# The log


def test_the_log_is_read_from_a_cursor_on_without_loss_or_repeat(term, api):
    first = api("changes/?page_size=100")
    one_by_one, url = [], f"changes/?after={first['results'][0]['cursor']}&page_size=3"
    while url:
        page = api(url)
        one_by_one += page["results"]
        url = page["next"]
    assert one_by_one == first["results"][1:]
    assert len({one["id"] for one in one_by_one}) == len(one_by_one)


def fails(term: int, name: str) -> None:
    now = timezone.now()
    manifest = cld.deployment(
        "kcm-system",
        name,
        region="eu-central",
        template="aws-standalone-cp-1-0-43",
        credential="aws-eu-central",
        state=cld.FAILED,
        created=now - timedelta(days=9),
        now=now,
        labels={},
    )
    journal.record(term, [put("~management", manifest, now)], now)


def test_what_happens_after_a_cursor_is_told_once_and_only_to_its_topics(term, api):
    cursor = api("changes/")["cursor"]
    fails(term, "shop-prod")
    for topic in (
        "fleet",
        "region:eu-central",
        "deployment:kcm-system/shop-prod",
        "kind:ClusterDeployment",
        "object:ClusterDeployment/kcm-system/shop-prod",
    ):
        told = api(f"changes/?after={cursor}&topic={topic}")
        assert [one["name"] for one in told["results"]] == ["shop-prod"], topic
        assert api(f"changes/?after={told['cursor']}&topic={topic}")["results"] == []
    for topic in ("region:us-east", "deployment:kcm-system/shop", "kind:Region"):
        assert api(f"changes/?after={cursor}&topic={topic}")["results"] == [], topic


def test_a_cursor_of_another_log_is_answered_with_a_gap(term, api):
    answer = api("changes/?after=another.7")
    assert "begun anew" in answer["gaps"][0]["why"]
    assert answer["gaps"][0]["from"] is None
    assert answer["results"]


def test_where_we_were_blind_the_log_says_so(term, api):
    cursor = api("changes/")["cursor"]
    now = timezone.now()
    journal.record(term, [Blind("eu-central", now - timedelta(minutes=5), now, "the watch could not resume")], now)
    answer = api(f"changes/?after={cursor}")
    assert answer["results"] == []
    gap = answer["gaps"][0]
    assert datetime.fromisoformat(gap["to"]) - datetime.fromisoformat(gap["from"]) == timedelta(minutes=5)


def test_a_bad_cursor_or_topic_is_refused_in_words(db, api):
    assert set(api("changes/?after=yesterday&topic=weather&page_size=0", status=400)) == {"after", "topic", "page_size"}


def test_a_link_that_falls_silent_is_told(term, api):
    cursor = api("changes/")["cursor"]
    now = timezone.now()
    journal.record(term, [Heard("eu-central", now, {"state": "silent", "message": "no route to host"})], now)
    told = api(f"changes/?after={cursor}&topic=region:eu-central")["results"]
    assert [one["reason"] for one in told] == ["LinkSilent"]


def test_before_anything_was_watched_every_list_is_empty(db, api):
    for name in LISTS:
        assert api(f"{name}/")["results"] == []
    assert api("changes/")["results"] == []
