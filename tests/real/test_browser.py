"""The whole way: from a change on a real API server to a page that somebody left open."""

from typing import Any

import pytest

from regions.domain.refs import MANAGEMENT
from regions.models import Cluster
from tests.dashboard.live.harness import Served, assert_live_matches_reload, wait_until_live
from tests.real.test_watch import REGION, credential, deployment
from tests.real.watching import Watching
from tests.rig.fleet import Rig

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def condition(status: str, message: str) -> dict[str, Any]:
    return {
        "conditions": [
            {
                "type": "Ready",
                "status": status,
                "reason": "Failed" if status == "False" else "Succeeded",
                "message": message,
                "lastTransitionTime": "2026-08-20T10:00:00Z",
            }
        ]
    }


@pytest.fixture
def fleet(fresh_fleet: Rig, watching: Watching) -> Rig:
    fresh_fleet.register(REGION)
    fresh_fleet.management.apply(credential("aws-fra1"))
    fresh_fleet.management.apply(deployment("shop"))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    watching.until_quiet()
    return fresh_fleet


def patch(fleet: Rig, status: str, message: str) -> None:
    shop = ("clusterdeployments.k0rdent.mirantis.com", "shop", "kcm-system")
    fleet.management.patch_status(*shop, condition(status, message))


PAGES = ["/", "/deployments/", "/deployments/kcm-system/shop/", f"/regions/{REGION}/", "/feed/"]


@pytest.mark.parametrize("url", PAGES)
def test_a_status_patched_on_the_server_reaches_an_open_browser(fleet: Rig, served: Served, page: Any, url: str):
    assert_live_matches_reload(page, url, lambda: patch(fleet, "False", "VcpuLimitExceeded: 32 of 32 in use"))


def test_a_region_that_falls_silent_greys_in_an_open_browser_and_comes_back(
    fleet: Rig, served: Served, page: Any, watching: Watching
):
    page.goto(f"{served.url}/regions/")
    wait_until_live(page)
    fleet.regions[REGION].freeze()
    health = page.locator(f"#region-{REGION} .badge").first
    health.filter(has_text="Unknown").wait_for(timeout=60_000)
    fleet.regions[REGION].thaw()
    watching.until("connected", Cluster.objects.filter(name=REGION, state="connected").exists, 60)
    page.locator(f"#region-{REGION}").get_by_text("No answer").wait_for(state="detached", timeout=20_000)
