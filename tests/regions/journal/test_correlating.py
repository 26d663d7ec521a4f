"""Which deployment, region and credential an Event belongs to."""

from datetime import UTC, datetime, timedelta

import pytest

from regions import journal
from regions.domain.notes import Gone
from regions.domain.ownership import owners
from regions.domain.refs import MANAGEMENT, Ref
from regions.models import Change, Resource
from tests.recorded import listed, notes
from tests.regions.journal.test_recording import deployment, event, kind, manifest, put, record, synced

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture
def term() -> int:
    term = journal.claim("test", NOON)
    assert term
    return term


def about(kind_: str, name: str, api: str = "cluster.x-k8s.io/v1beta2", **more: str) -> dict:
    found = event(2, 1)
    found["metadata"]["uid"] = f"event-{kind_}-{name}"
    found["regarding"] = {"apiVersion": api, "kind": kind_, "namespace": "team-shop", "name": name, **more}
    return found


def replay(term: int) -> None:
    stream = notes("creation")
    journal.record(term, [*stream[:3], *listed(stream[0].at, "eu-west")], stream[0].at)
    for note in stream[3:]:
        journal.record(term, [note], note.at)


def test_a_recorded_creation_is_whole_though_its_events_come_from_two_clusters_and_nine_controllers(term):
    replay(term)
    told = Change.objects.filter(source="reported")
    own = told.exclude(kind__in=("Pod", "Lease", "HelmChart"))
    assert own.count() >= 140
    wrong = own.exclude(deployment="team-shop/shop-eu", region="eu-west")
    assert [(row.kind, row.name, row.deployment, row.region) for row in wrong] == []
    assert {row.columns.get("credential") for row in own} == {"team-shop/aws-eu"}
    strangers = told.filter(kind__in=("Pod", "Lease"))
    assert {(row.deployment, row.region) for row in strangers} == {("", "eu-west")}
    assert {row.region for row in told.filter(kind="HelmChart")} == {MANAGEMENT}


def test_what_stands_nearer_is_the_owner_though_another_deployment_is_called_like_it(term):
    machines = manifest("shop-eu-md", 3, of="MachineDeployment", spec={"clusterName": "shop"}, status={})
    record(term, put(deployment("shop", 1)), put(deployment("shop-eu", 2)), put(machines, cluster="fra1"))
    (change,) = record(term, put(about("MachineSet", "shop-eu-md-7kq"), cluster="fra1"))
    assert change.deployment == "team-shop/shop"


def test_an_object_that_is_named_without_its_group_is_known_by_its_uid(term):
    machine = manifest("worker-1", 3, of="Machine", spec={"clusterName": "shop"}, status={})
    record(term, put(deployment("shop", 1)), put(machine, cluster="fra1"))
    (change,) = record(term, put(about("Machine", "worker-1", api="", uid="uid-worker-1"), cluster="fra1"))
    assert (change.deployment, change.columns["credential"]) == ("team-shop/shop", "team-shop/aws-fra1")


def test_the_last_words_about_a_deployment_that_is_gone_are_still_about_it(term):
    shop = deployment("shop", 1)
    record(term, put(shop), synced())
    record(term, Gone(MANAGEMENT, kind("ClusterDeployment"), shop, NOON))
    assert not Resource.objects.exists()
    itself = about("ClusterDeployment", "shop", api="k0rdent.mirantis.com/v1beta1")
    (own,) = record(term, put(itself))
    (part,) = record(term, put(about("MachineSet", "shop-md-x7"), cluster="fra1"))
    (elsewhere,) = record(term, put(about("MachineSet", "shop-md-x8"), cluster="lyon"))
    assert (own.deployment, own.region) == ("team-shop/shop", "fra1")
    assert (part.deployment, part.region) == ("team-shop/shop", "fra1")
    assert (elsewhere.deployment, elsewhere.region) == ("", "lyon")


def test_a_component_of_a_region_that_we_have_not_seen_belongs_to_the_region(term):
    region = manifest("fra1", 1, namespace="", of="Region", spec={}, status={})
    record(term, put(region))
    found = about("HelmRelease", "fra1-cluster-api-provider-aws", api="helm.toolkit.fluxcd.io/v2")
    (change,) = record(term, put(found))
    assert (change.region, change.deployment) == ("fra1", "")
    gone = about("Region", "lyon", api="k0rdent.mirantis.com/v1beta1")
    del gone["regarding"]["namespace"]
    (left,) = record(term, put(gone))
    assert left.region == "lyon"


def test_a_summary_of_sveltos_belongs_to_the_cluster_in_its_name():
    ref = Ref("fra1", "config.projectsveltos.io", "ClusterSummary", "team", "p--global-capi-web-capi-eu")
    names = [owner.name for owner in owners(ref)]
    assert names.index("web-capi-eu") < names.index("eu")


def test_a_storm_about_strangers_costs_few_queries(term, django_assert_max_num_queries):
    record(term, put(deployment("shop", 1)), synced())
    storm = [
        put(about("Pod", f"pod-{n}-a-b-c", api="v1", namespace="kube-system"), "fra1", NOON + timedelta(seconds=n))
        for n in range(300)
    ]
    with django_assert_max_num_queries(16):
        journal.record(term, storm, NOON)
