"""Regions that are one cluster, and clusters of one name: what belongs to a deployment is found by where it runs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from deployments import clusterdeployments
from deployments.causes.reads import causes, shared_causes
from regions import inventory, journal
from regions.domain.kinds import CAPI
from regions.domain.notes import Heard, Note
from regions.domain.refs import MANAGEMENT
from regions.domain.topics import deployment as topic
from regions.domain.viewer import Viewer
from tests.pages import objects as o
from tests.pages.seed import put

pytestmark = pytest.mark.django_db

ADA = Viewer("ada")
EVERYONE = {"viewer": ADA}
THEN = datetime(2026, 11, 30, 8, tzinfo=UTC)
SERVER, OTHER = "3f0c-server", "77aa-other"
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "Succeeded",
    "message": "Object is ready",
    "lastTransitionTime": "2026-11-30T08:00:00Z",
}


def region(name: str) -> dict:
    return o.thing(
        "Region",
        name,
        created=THEN,
        spec={"kubeConfig": {"name": f"{name}-kc", "key": "value"}},
        status={"conditions": [READY | {"reason": "AllComponentsHealthy"}]},
    )


def shop(where: str = "r-one") -> dict:
    spec = {"template": "aws-standalone-cp-1-0-43", "credential": "aws-one", "config": {}}
    return o.thing(
        "ClusterDeployment",
        "shop",
        "team-blue",
        created=THEN,
        spec=spec,
        status={"region": where, "observedGeneration": 1, "conditions": [READY]},
    )


def machine(name: str, healthy: bool = True, **meta: object) -> dict:
    said = {
        "type": "NodeHealthy",
        "status": str(healthy),
        "reason": "NodeHealthy" if healthy else "NodeUnreachable",
        "message": "",
        "lastTransitionTime": "2026-11-30T08:00:00Z",
    }
    return o.thing(
        "Machine",
        name,
        "team-blue",
        created=THEN,
        labels={f"{CAPI}/cluster-name": "shop"},
        meta=meta,
        spec={"clusterName": "shop"},
        status={"phase": "Running", "nodeRef": {"name": name}, "conditions": [said]},
    )


def cluster(**meta: object) -> dict:
    said = READY | {"type": "Available", "reason": "Available"}
    return o.thing("Cluster", "shop", "team-blue", created=THEN, spec={}, meta=meta, status={"conditions": [said]})


def heard(now: datetime, **uids: str) -> list[Note]:
    fields = {"state": "connected", "heard_at": now, "synced_at": now}
    found: list[Note] = [Heard(MANAGEMENT, now, fields | {"uid": "mgmt"})]
    return [*found, *(Heard(name.replace("_", "-"), now, fields | {"uid": uid}) for name, uid in uids.items())]


@pytest.fixture
def record(db):
    now = timezone.now()
    term = journal.claim("test", now)
    assert term

    def note(*notes: Note) -> None:
        journal.record(term, [*notes], now)

    journal.beat(term, now)
    return note


def one_server(*names: str) -> list[Note]:
    """What is on one API server, as it is seen under each of these names."""
    now = timezone.now()
    objects = (cluster(), *(machine(f"shop-md-{n}") for n in (1, 2, 3)))
    return [put(name, one, now) for name in names for one in objects]


def test_three_machines_are_three_however_many_regions_name_their_server(record, ada):
    now = timezone.now()
    names = ("r-one", "r-two", "r-three", "r-four")
    record(
        *heard(now, r_one=SERVER, r_two=SERVER, r_three=SERVER, r_four=SERVER),
        put(MANAGEMENT, shop(), now),
        *(put(MANAGEMENT, region(name), now) for name in names),
        *one_server(*names),
    )
    found = clusterdeployments.get_deployment("team-blue", "shop", **EVERYONE)
    assert found.machines_total == 3
    assert {row.row.target.cluster for group in found.machines for row in group.machines} == {"r-one"}
    answer = ada.get("/api/v1/deployments/team-blue/shop/").json()
    assert sum(len(group["machines"]) for group in answer["machines"]) == 3


def test_regions_that_are_one_cluster_say_so_on_both_pages(record, ada):
    now = timezone.now()
    record(
        *heard(now, r_one=SERVER, r_two=SERVER, r_three=OTHER),
        put(MANAGEMENT, shop(), now),
        *(put(MANAGEMENT, region(name), now) for name in ("r-one", "r-two", "r-three")),
    )
    for name, other in (("r-one", "r-two"), ("r-two", "r-one")):
        assert f"{name} and {other} are one cluster." in ada.get(f"/regions/{name}/").content.decode()
        assert ada.get(f"/api/v1/regions/{name}/").json()["same_cluster_as"] == [other]
    assert "one cluster" not in ada.get("/regions/r-three/").content.decode()


def test_a_region_that_is_the_management_cluster_says_so(record, ada):
    now = timezone.now()
    record(*heard(now, r_one="mgmt"), put(MANAGEMENT, region("r-one"), now))
    assert "r-one and management are one cluster." in ada.get("/regions/r-one/").content.decode()


def test_a_region_that_was_rebuilt_under_a_new_name_does_not_mix_with_the_old_one(record, ada):
    """The old server is still there, with a Cluster of the same name whose machines are all lost."""
    now = timezone.now()
    lost = [machine(f"shop-old-{n}", healthy=False, uid=f"old-{n}") for n in (1, 2)]
    record(
        *heard(now, r_old=OTHER, r_new=SERVER),
        *(put(MANAGEMENT, region(name), now) for name in ("r-old", "r-new")),
        put(MANAGEMENT, shop("r-new"), now),
        *one_server("r-new"),
        put("r-old", cluster(uid="old"), now),
        *(put("r-old", one, now) for one in lost),
    )
    found = clusterdeployments.get_deployment("team-blue", "shop", **EVERYONE)
    assert [row.row.target.name for group in found.machines for row in group.machines] == [
        "shop-md-1",
        "shop-md-2",
        "shop-md-3",
    ]
    assert causes("ClusterDeployment", "team-blue", "shop", **EVERYONE).culprit is None
    assert shared_causes(**EVERYONE) == ()
    # Nor does what happens there: it is told of the region, and of nothing else.
    record(put("r-old", machine("shop-old-1", uid="old-1"), now + timedelta(seconds=1)))
    assert inventory.lines_about(topic("team-blue", "shop"), **EVERYONE) == ()
    page = ada.get("/regions/r-old/").content.decode()
    assert "shop-old-2" in page
    assert "/deployments/team-blue/shop/" not in page


def test_what_an_earlier_cluster_of_the_same_name_left_behind_is_not_counted(record):
    now = timezone.now()
    owner = {"apiVersion": f"{CAPI}/v1beta2", "kind": "Cluster", "name": "shop", "uid": "earlier"}
    left = machine("shop-left", uid="left", ownerReferences=[owner])
    own = machine("shop-own", uid="own", ownerReferences=[owner | {"uid": "now"}])
    record(
        *heard(now, r_one=SERVER),
        put(MANAGEMENT, shop(), now),
        put("r-one", cluster(uid="now"), now),
        put("r-one", left, now),
        put("r-one", own, now),
    )
    found = clusterdeployments.get_deployment("team-blue", "shop", **EVERYONE)
    assert [row.row.target.name for group in found.machines for row in group.machines] == ["shop-own"]


def test_a_machine_on_management_of_the_name_of_a_regional_deployment_is_not_its(record):
    now = timezone.now()
    record(*heard(now, r_one=SERVER), put(MANAGEMENT, shop(), now), *one_server("r-one", MANAGEMENT))
    assert clusterdeployments.get_deployment("team-blue", "shop", **EVERYONE).machines_total == 3
