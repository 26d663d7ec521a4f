"""The copy and the log, as batches of notes leave them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from regions import journal
from regions.domain.kinds import K0RDENT, KINDS, Kind
from regions.domain.notes import Blind, Gone, Heard, Left, Note, Put, Reached, Replaced, Swept
from regions.domain.refs import MANAGEMENT
from regions.models import Change, Cluster, Resource, Stream

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def kind(name: str, selector: str = "") -> Kind:
    return next(kind for kind in KINDS if kind.name == name and selector in kind.selector)


def manifest(name: str, version: int, namespace: str = "team-shop", of: str = "ClusterDeployment", **parts) -> dict:
    meta = {"name": name, "uid": f"uid-{name}", "resourceVersion": str(version), "generation": 1}
    if namespace:
        meta["namespace"] = namespace
    meta["creationTimestamp"] = "2026-08-20T10:00:00Z"
    k = kind(of)
    return {"apiVersion": f"{k.group}/{k.versions[0]}".lstrip("/"), "kind": of, "metadata": meta, **parts}


def deployment(name: str, version: int, ready: str = "True", **spec) -> dict:
    condition = {
        "type": "Ready",
        "status": ready,
        "reason": "Succeeded" if ready == "True" else "Failed",
        "message": "Object is ready" if ready == "True" else "no such template",
        "lastTransitionTime": "2026-08-20T10:00:00Z",
    }
    spec = {"template": "aws-standalone-cp-1-0-43", "credential": "aws-fra1", "config": {}, **spec}
    status = {"observedGeneration": 1, "region": "fra1", "conditions": [condition]}
    return manifest(name, version, spec=spec, status=status)


def put(manifest: dict, cluster: str = MANAGEMENT, at: datetime = NOON) -> Put:
    return Put(cluster, kind(manifest["kind"]), manifest, at)


def synced(name: str = "ClusterDeployment", version: str = "100", cluster: str = MANAGEMENT) -> Reached:
    return Reached(cluster, kind(name).stream, "watching", version, NOON, "v1beta1")


@pytest.fixture
def term() -> int:
    term = journal.claim("test", NOON)
    assert term
    return term


def record(term: int, *notes: Note, at: datetime = NOON) -> list[Change]:
    last = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
    journal.record(term, notes, at)
    return list(Change.objects.filter(id__gt=last).order_by("id"))


def test_what_is_there_at_first_is_inventory_and_not_news(term):
    assert record(term, put(deployment("shop", 1)), synced()) == []
    row = Resource.objects.get()
    assert (row.region, row.deployment, row.template) == ("fra1", "team-shop/shop", "aws-standalone-cp-1-0-43")
    assert journal.manifest(row)["metadata"]["name"] == "shop"


def test_what_appears_while_we_watch_is_created_at_its_own_time(term):
    record(term, synced())
    (change,) = record(term, put(deployment("shop", 101)))
    assert (change.reason, change.at) == ("Created", datetime(2026, 8, 20, 10, tzinfo=UTC))


def test_a_version_that_is_known_makes_no_change_however_often_it_is_told(term):
    record(term, synced(), put(deployment("shop", 101)))
    assert record(term, put(deployment("shop", 101)), put(deployment("shop", 101))) == []


def test_every_step_of_a_burst_in_one_batch_is_a_change_of_its_own(term):
    record(term, put(deployment("shop", 1)), synced())
    changes = record(term, *(put(deployment("shop", 101 + n, "False" if n % 2 else "True")) for n in range(1, 5)))
    assert [(change.previous_health, change.health) for change in changes] == [
        ("Ready", "Failed"),
        ("Failed", "Ready"),
        ("Ready", "Failed"),
        ("Failed", "Ready"),
    ]
    assert Resource.objects.get().resource_version == "105"


def test_a_relist_invents_no_news_and_finds_what_was_deleted_meanwhile(term):
    record(term, put(deployment("shop", 1)), put(deployment("lake", 2)), synced())
    swept = Swept(MANAGEMENT, kind("ClusterDeployment"), frozenset({("team-shop", "shop")}), NOON)
    (change,) = record(term, put(deployment("shop", 1)), swept, synced(version="200"))
    assert (change.reason, change.name) == ("Deleted", "lake")
    assert [row.name for row in Resource.objects.all()] == ["shop"]
    assert Stream.objects.get().resource_version == "200"


def test_what_a_list_lacks_is_gone_though_the_same_batch_told_of_it_before(term):
    record(term, put(deployment("shop", 1)), synced())
    lacking = Swept(MANAGEMENT, kind("ClusterDeployment"), frozenset(), NOON)
    changes = record(term, put(deployment("shop", 2, "False")), put(deployment("lake", 3)), lacking, synced())
    told = [(change.name, change.reason) for change in changes]
    assert told[-2:] == [("shop", "Deleted"), ("lake", "Deleted")]
    assert len(told) == 4
    assert not Resource.objects.exists()


def test_what_was_deleted_before_the_list_in_one_batch_is_deleted_once(term):
    record(term, put(deployment("shop", 1)), synced())
    gone = Gone(MANAGEMENT, kind("ClusterDeployment"), deployment("shop", 2), NOON)
    lacking = Swept(MANAGEMENT, kind("ClusterDeployment"), frozenset(), NOON)
    assert [change.reason for change in record(term, gone, lacking)] == ["Deleted"]
    assert [change.reason for change in record(term, put(deployment("shop", 5)), lacking)] == ["Created", "Deleted"]


def test_what_comes_after_a_list_that_lacks_it_stays(term):
    record(term, put(deployment("shop", 1)), synced())
    lacking = Swept(MANAGEMENT, kind("ClusterDeployment"), frozenset(), NOON)
    changes = record(term, lacking, put(deployment("shop", 4)))
    assert [change.reason for change in changes] == ["Deleted", "Created"]
    assert Resource.objects.get().resource_version == "4"


def test_deleted_and_made_anew_in_one_batch_is_two_changes_and_one_row(term):
    first = deployment("shop", 1)
    record(term, put(first), synced())
    anew = deepcopy(deployment("shop", 103))
    anew["metadata"]["uid"] = "another"
    changes = record(term, Gone(MANAGEMENT, kind("ClusterDeployment"), first, NOON), put(anew))
    assert [change.reason for change in changes] == ["Deleted", "Created"]
    assert Resource.objects.get().uid == "another"


def test_another_uid_under_the_same_name_is_told_as_a_deletion_and_a_creation(term):
    record(term, put(deployment("shop", 1)), synced())
    anew = deployment("shop", 9)
    anew["metadata"]["uid"] = "another"
    assert [change.reason for change in record(term, put(anew))] == ["Deleted", "Created"]
    assert Resource.objects.get().uid == "another"


def test_an_object_of_two_lists_stays_while_one_of_them_holds_it(term):
    kcm, kof = kind("ConfigMap", "component=kcm"), kind("ConfigMap", "kof-cluster-role")
    made = manifest("kof-fra1", 1, of="ConfigMap") | {"apiVersion": "v1"}
    record(term, Put(MANAGEMENT, kcm, made, NOON), Put(MANAGEMENT, kof, made, NOON))
    record(term, Swept(MANAGEMENT, kof, frozenset(), NOON), Gone(MANAGEMENT, kof, made, NOON))
    assert Resource.objects.get().stream == kcm.stream


def test_a_deployment_without_a_region_in_its_status_takes_the_region_of_its_credential(term):
    credential = manifest("aws-fra1", 5, of="Credential", spec={"region": "fra1"}, status={})
    fresh = deployment("shop", 1)
    fresh["status"] = {}
    record(term, put(fresh))
    assert Resource.objects.get(name="shop").region == MANAGEMENT
    record(term, put(credential))
    assert Resource.objects.get(name="shop").region == "fra1"


def test_the_release_of_a_deployment_lies_in_its_region_in_whatever_order_they_are_heard(term):
    owner = {"apiVersion": f"{K0RDENT}/v1beta1", "kind": "ClusterDeployment", "name": "shop", "uid": "uid-shop"}
    release = manifest("shop", 7, of="HelmRelease", spec={}, status={})
    release["metadata"]["ownerReferences"] = [owner]
    record(term, put(release))
    record(term, put(deployment("shop", 8)))
    row = Resource.objects.get(kind="HelmRelease")
    assert (row.deployment, row.region) == ("team-shop/shop", "fra1")


def event(version: int, count: int, about: str = "shop") -> dict:
    made = manifest("shop.17d0", version, of="Event", reason="HelmReleaseCreated", type="Normal", note="Created")
    subject = {"apiVersion": f"{K0RDENT}/v1beta1", "kind": "ClusterDeployment"}
    made["regarding"] = {**subject, "namespace": "team-shop", "name": about}
    made["eventTime"] = "2026-08-20T11:00:00.000000Z"
    made["series"] = {"count": count, "lastObservedTime": "2026-08-20T11:05:00.000000Z"}
    return made


def test_repeats_of_an_event_are_new_rows_of_one_series_and_a_relist_repeats_none(term):
    record(term, put(deployment("shop", 1)))
    first = record(term, put(event(2, 1)), put(event(3, 2)))
    assert [row.count for row in first] == [1, 2]
    assert len({row.series for row in first}) == 1
    assert first[0].region == "fra1"
    assert first[0].deployment == "team-shop/shop"
    assert record(term, put(event(3, 2))) == []


def test_an_event_about_an_object_that_we_do_not_keep_finds_its_deployment_by_name(term):
    record(term, put(deployment("shop", 1)))
    about = event(2, 1, about="shop-md-x7k2")
    about["regarding"]["kind"] = "MachineSet"
    (change,) = record(term, put(about, cluster="fra1"))
    assert change.deployment == "team-shop/shop"


def test_a_silent_region_is_one_link_and_one_change(term):
    record(term, Heard("fra1", NOON, {"state": "connected", "heard_at": NOON}))
    later = NOON + timedelta(minutes=1)
    (change,) = record(term, Heard("fra1", later, {"state": "silent", "message": "timed out"}), at=later)
    link = Cluster.objects.get(name="fra1")
    assert (link.since, link.heard_at, change.reason, change.name) == (later, NOON, "LinkSilent", "fra1")
    assert record(term, Heard("fra1", later, {"state": "silent", "message": "timed out"}), at=later) == []


def test_another_cluster_under_the_same_name_is_a_change_and_not_a_merge(term):
    machine = manifest("m-0", 1, of="Machine", spec={"clusterName": "shop"}, status={})
    record(term, put(machine, cluster="fra1"), synced("Machine", cluster="fra1"), Heard("fra1", NOON, {"uid": "a"}))
    (change,) = record(term, Replaced("fra1", "a", "b", NOON))
    assert change.reason == "ClusterReplaced"
    assert not Resource.objects.filter(cluster="fra1").exists()
    assert not Stream.objects.filter(cluster="fra1").exists()
    assert record(term, put(machine, cluster="fra1")) == []


def test_a_region_that_left_takes_its_inventory_with_it(term):
    machine = manifest("m-0", 1, of="Machine", spec={}, status={})
    record(term, put(machine, cluster="fra1"), Heard("fra1", NOON, {"state": "connected"}))
    record(term, Left("fra1", NOON))
    assert not Resource.objects.filter(cluster="fra1").exists()
    assert not Cluster.objects.filter(name="fra1").exists()


def test_where_we_were_blind_the_log_has_a_gap(term):
    since = NOON - timedelta(minutes=9)
    (change,) = record(term, Blind("fra1", since, NOON, "The API server no longer had the history"))
    assert (change.source, change.blind_from, change.at) == ("gap", since, NOON)


def test_what_is_due_is_judged_again_by_time_alone(term):
    fresh = deployment("shop", 1)
    fresh["status"]["conditions"][0]["lastTransitionTime"] = "2026-08-20T11:59:59Z"
    record(term, synced(), put(fresh))
    assert Resource.objects.get().health == "Progressing"
    later = NOON + timedelta(minutes=2)
    assert journal.tick(term, later) == 1
    row = Resource.objects.get()
    assert (row.health, row.due_at) == ("Ready", None)
    assert Change.objects.order_by("-id").first().health == "Ready"
    assert journal.tick(term, later) == 0


def test_a_heartbeat_moves_neither_what_pages_show_nor_the_log_but_is_not_asked_for_again(term):
    first = deployment("shop", 1)
    record(term, put(first), synced())
    beat = deployment("shop", 102)
    beat["status"]["conditions"][0]["lastHeartbeatTime"] = "2026-08-20T12:00:00Z"
    later = NOON + timedelta(minutes=1)
    assert record(term, put(beat, at=later), at=later) == []
    row = Resource.objects.get()
    assert (row.resource_version, row.as_of) == ("102", NOON)
    assert journal.manifest(row)["metadata"]["resourceVersion"] == "1"


def test_what_pages_show_without_a_change_moves_the_revision_of_its_cluster(term):
    record(term, Heard(MANAGEMENT, NOON, {"state": "connected"}))
    seen = []

    def revision(*notes: Note) -> None:
        record(term, *notes)
        seen.append(Cluster.objects.get(name=MANAGEMENT).revision)

    revision(put(deployment("shop", 1)), synced())  # the first list: inventory, no news
    revision(synced(version="200"))  # nothing that a page shows
    revision(Reached(MANAGEMENT, kind("ClusterDeployment").stream, "refused", "200", NOON, message="forbidden"))
    assert seen == [seen[0], seen[0], seen[0] + 1]
    assert seen[0] > 0
