"""What one object may hold is bounded by its CRD and by etcd (1.5 MiB): what is drawn of it, by Pane."""

import time

import pytest
from django.utils import timezone

from regions import journal
from regions.domain.bounds import CONDITIONS, LABELS, SERVICES, Some, cut, outline
from regions.domain.notes import Heard
from regions.domain.refs import MANAGEMENT
from regions.models import Change
from tests.pages import objects as o
from tests.pages.seed import put
from tests.pages.test_same_names import THEN, heard, region, shop

pytestmark = pytest.mark.django_db

SIZE = 600_000  # bytes of a page: an ordinary one has 60,000
SECONDS = 5.0  # of a processor, of a view: an ordinary one takes 0.1


def conditions(count: int, words: str = "all is well") -> list[dict]:
    return [
        {
            "type": f"Part{n:05}Ready",
            "status": "False" if n == count - 7 else "True",
            "reason": "Reason",
            "message": f"{n} {words}",
            "lastTransitionTime": "2026-11-30T08:00:00Z",
        }
        for n in range(count)
    ]


def huge(**more: object) -> dict:
    found = shop()
    found["metadata"]["labels"] = {f"label-{n}.example.com/key": f"value-{n}" for n in range(2_000)}
    found["metadata"]["annotations"] = {"notes": "n" * 200_000} | {f"note-{n}": "x" for n in range(500)}
    found["spec"]["serviceSpec"] = {
        "services": [{"name": f"service-{n}", "namespace": "apps", "template": f"t-{n}"} for n in range(3_000)]
    }
    found["status"]["conditions"] += conditions(5_000)
    found["status"]["availableUpgrades"] = [f"aws-standalone-cp-{n}" for n in range(3_000)]
    found["status"]["services"] = [
        {
            "name": f"service-{n}",
            "namespace": "apps",
            "template": f"t-{n}",
            "state": "Failed" if n == 2_000 else "Deployed",
            "type": "Helm",
            "failureMessage": "w" * 200,
            "lastStateTransitionTime": "2026-11-30T08:00:00Z",
        }
        for n in range(3_000)
    ]
    return found


@pytest.fixture
def filled(db):
    """A deployment, a region, a credential and services for many clusters, each about as large as etcd allows."""
    now = timezone.now()
    term = journal.claim("test", now)
    assert term
    place = region("r-one")
    place["status"]["components"] = {
        f"component-{n}": {"success": n % 2 == 0, "error": "e" * 300, "template": f"t-{n}"} for n in range(2_000)
    }
    place["status"]["availableProviders"] = [f"infrastructure-{n}" for n in range(2_000)]
    place["status"]["conditions"] += conditions(5_000)
    credential = o.credential("team-blue", "aws-one", THEN, "r-one", "AWSClusterStaticIdentity", "One")
    credential["status"]["conditions"] += conditions(60, "w" * 20_000)
    many = o.thing(
        "MultiClusterService",
        "everywhere",
        created=THEN,
        spec={
            "clusterSelector": {"matchLabels": {f"key-{n}": "v" for n in range(500)}},
            "serviceSpec": {"services": [{"name": f"s-{n}", "template": "t"} for n in range(2_000)]},
        },
        status={
            "conditions": conditions(1_000),
            "matchingClusters": [
                {
                    "kind": "ClusterDeployment",
                    "namespace": "team-blue",
                    "name": f"c-{n}",
                    "deployed": n % 3 == 0,
                    "message": "not yet " * 20,
                }
                for n in range(3_000)
            ],
        },
    )
    made = [put(MANAGEMENT, one, now) for one in (place, credential, many, huge())]
    journal.record(term, [*heard(now, r_one="server"), *made], now)
    again = huge()
    again["metadata"]["resourceVersion"] = "7"
    again["status"]["conditions"][3]["status"] = "False"
    journal.record(term, [put(MANAGEMENT, again, now), Heard(MANAGEMENT, now, {"heard_at": now})], now)
    journal.beat(term, now)


PAGES = (
    "/",
    "/deployments/",
    "/deployments/team-blue/shop/",
    "/deployments/team-blue/shop/timeline/",
    "/leaning/Credential/team-blue/aws-one/",
    "/regions/",
    "/regions/r-one/",
    "/credentials/",
    "/credentials/team-blue/aws-one/",
    "/services/",
    "/feed/",
    "/wall/",
    "/search/?q=shop",
    "/api/v1/deployments/",
    "/api/v1/deployments/team-blue/shop/",
    "/api/v1/regions/",
    "/api/v1/regions/r-one/",
    "/api/v1/credentials/",
    "/api/v1/services/",
    "/api/v1/changes/",
)


def test_every_page_and_answer_stays_within_bounds(filled, ada, subtests):
    told = Change.objects.latest("id").pk  # what other tests told took numbers, too
    for path in (*PAGES, f"/feed/{told}/"):
        with subtests.test(path):
            begun = time.process_time()
            response = ada.get(path, follow=True)
            took = time.process_time() - begun
            print(f"{path:50} {response.status_code} {len(response.content):>9,} bytes {took:.2f} s")
            assert response.status_code == 200
            assert len(response.content) < SIZE
            assert took < SECONDS


def test_what_is_left_out_is_counted_and_what_is_bad_is_not_left_out(filled, ada):
    page = ada.get("/deployments/team-blue/shop/").content.decode()
    assert page.count('class="conditions__type"') == CONDITIONS
    assert f"and {5_001 - CONDITIONS:,} more conditions" in page
    assert "Part04993Ready" in page
    assert f"and {3_000 - SERVICES:,} more services" in page
    assert page.index("service-2000") < page.index("service-0")
    assert f"and {2_000 - LABELS:,} more labels" in page
    answer = ada.get("/api/v1/deployments/team-blue/shop/").json()
    assert (len(answer["conditions"]), answer["conditions_total"]) == (CONDITIONS, 5_001)
    assert (len(answer["services"]), answer["services_total"]) == (SERVICES, 3_000)
    assert (len(answer["labels"]), answer["labels_total"]) == (LABELS, 2_000)


def test_an_object_of_ordinary_size_is_shown_whole():
    found = shop()
    assert outline(found) == found
    few = Some.of(conditions(5), CONDITIONS)
    assert (len(few), few.more) == (5, 0)
    assert cut("short") == "short"


def test_the_outline_of_a_huge_object_says_what_it_leaves_out():
    found = outline(huge())
    assert found["status"]["conditions"][-1] == "… and 4,901 more"
    assert found["metadata"]["annotations"]["notes"].endswith("… and 198,000 more characters")
    assert len(str(found)) < 200_000
