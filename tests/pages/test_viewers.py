"""Whoever is confined is told of nothing beyond: every read, of lists, objects, the log and the past, honours it."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from deployments.backups.listing import list_backups
from deployments.causes.reads import causes, dependents_of, explained, sentences, shared_causes
from deployments.clusterdeployments import get_deployment, list_deployments
from deployments.clusterdeployments.deletion import get_leaving
from deployments.clusterdeployments.filters import DeploymentFilters, parse
from deployments.credentials import get_credential, list_credentials
from deployments.credentials.dependents import credential_dependents
from deployments.credentials.filters import CredentialFilters
from deployments.registration.dependents import region_dependents
from deployments.services.listing import list_services
from deployments.submissions.snapshot import take_snapshot
from deployments.template_catalog.listing import list_templates
from regions import inventory
from regions.domain.feed_filters import FeedFilters
from regions.domain.viewer import Scope, Viewer
from regions.inventory.as_of.shown import list_then, object_then
from regions.inventory.change_detail import one_change
from regions.inventory.feed import feed
from regions.inventory.feed_export import Export
from regions.inventory.timeline import timeline
from regions.maintenance.entries import listing as said_of
from regions.metrics.reads import measures
from regions.models import Change

ADA = Viewer("ada")
DATA = Viewer("data", Scope(namespaces=frozenset({"team-data"})))
US = Viewer("us", Scope(regions=frozenset({"us-east"})))
DATA_TOKEN = Viewer("ada", within=DATA.scope or Scope())
US_TOKEN = Viewer("ada", within=US.scope or Scope())
OURS = ("lake-prod", "kafka-dr")
THEIRS = (
    "shop-prod",
    "billing-prod",
    "ci-runners",
    "old-ci",
    "demo-a",
    "shop-apac",
    "aws-eu-central",
    "openstack-lund",
)


def exported(viewer: Viewer) -> str:
    export, found = Export(FeedFilters(), "csv", viewer=viewer), ""
    while piece := export.piece():
        found += piece
    return found


def page_of(viewer: Viewer) -> Any:
    return list_deployments(DeploymentFilters(page_size=100), viewer=viewer)


def change_of_others() -> int:
    found = Change.objects.filter(namespace="kcm-system").exclude(region="us-east").first()
    assert found is not None
    return found.id


LISTS: dict[str, Callable[[Viewer], Any]] = {
    "deployments": page_of,
    "credentials": lambda viewer: list_credentials(CredentialFilters(), viewer=viewer),
    "credentials of regions": lambda viewer: inventory.list_credentials(viewer=viewer),
    "templates": lambda viewer: list_templates(viewer=viewer),
    "services": lambda viewer: list_services(viewer=viewer),
    "backups": lambda viewer: list_backups(viewer=viewer),
    "regions": lambda viewer: inventory.list_regions(viewer=viewer),
    "overview": lambda viewer: inventory.overview(viewer=viewer),
    "search": lambda viewer: [inventory.search(word, viewer=viewer) for word in ("prod", "aws", "kafka", "ci")],
    "log": lambda viewer: inventory.log(viewer=viewer, limit=500),
    "feed": lambda viewer: feed(FeedFilters(), viewer=viewer, lines=300),
    "export": exported,
    "shared causes": lambda viewer: shared_causes(viewer=viewer),
    "sentences": lambda viewer: sentences(page_of(ADA).rows, viewer=viewer),
    "then": lambda viewer: list_then(timezone.now(), ["ClusterDeployment", "Credential"], viewer=viewer),
    "dependents": lambda viewer: dependents_of("Provider", "", "infrastructure-aws", viewer=viewer),
    "what forms know": lambda viewer: (found := take_snapshot(viewer=viewer, hosted=True), found.credentials)[1:],
    "maintenance": lambda viewer: said_of(viewer=viewer),
    "measures": lambda viewer: measures.fleet_measures(viewer=viewer).regions,
    "alerts": lambda viewer: measures.alerts(viewer=viewer),
}
OBJECTS: dict[str, Callable[[Viewer], Any]] = {
    "deployment": lambda viewer: get_deployment("kcm-system", "shop-prod", viewer=viewer),
    "deployment then": lambda viewer: get_deployment("kcm-system", "shop-prod", viewer=viewer, at=timezone.now()),
    "credential": lambda viewer: get_credential("kcm-system", "aws-eu-central", viewer=viewer),
    "credential to change": lambda viewer: credential_dependents("kcm-system", "aws-eu-central", viewer=viewer),
    "causes": lambda viewer: causes("ClusterDeployment", "kcm-system", "billing-prod", viewer=viewer),
    "dependents": lambda viewer: dependents_of("Credential", "kcm-system", "aws-eu-central", viewer=viewer),
    "object then": lambda viewer: object_then(
        timezone.now(), "ClusterDeployment", "kcm-system", "shop-prod", "~management", viewer=viewer
    ),
    "timeline": lambda viewer: timeline(
        "kcm-system", "shop-prod", timezone.now() - timedelta(hours=2), timezone.now(), viewer=viewer
    ),
    "change": lambda viewer: one_change(change_of_others(), viewer=viewer),
}
PLACES: dict[str, Callable[[Viewer], Any]] = {
    "region": lambda viewer: inventory.get_region("eu-central", viewer=viewer),
    "region to change": lambda viewer: region_dependents("eu-central", viewer=viewer),
    "causes": lambda viewer: causes("Region", "", "eu-central", viewer=viewer),
    "dependents": lambda viewer: dependents_of("Region", "", "eu-central", viewer=viewer),
}


BOTH = pytest.mark.parametrize(
    "viewer",
    [DATA, US, DATA_TOKEN, US_TOKEN],
    ids=["by namespace", "by region", "by a token for a namespace", "by a token for a region"],
)


@BOTH
def test_a_list_holds_nothing_of_others(seeded: int, viewer: Viewer):
    told = {read: [name for name in THEIRS if name in repr(LISTS[read](viewer))] for read in LISTS}
    assert {read: names for read, names in told.items() if names} == {}


def test_and_what_is_theirs_is_there(seeded: int):
    for read in ("deployments", "search", "feed", "log", "export", "then", "overview"):
        everything, found = repr(LISTS[read](ADA)), repr(LISTS[read](DATA))
        assert all(name in found for name in OURS if name in everything), read
        assert any(name in everything for name in THEIRS), read


@BOTH
def test_an_object_of_others_is_not_found(seeded: int, viewer: Viewer):
    found = {}
    for read, ask in OBJECTS.items():
        ask(ADA)
        with contextlib.suppress(inventory.NotFound):
            found[read] = ask(viewer)
    assert found == {}


def test_a_region_of_others_is_not_found(seeded: int):
    found = {}
    for read, ask in PLACES.items():
        ask(ADA)
        with contextlib.suppress(inventory.NotFound):
            found[read] = ask(US)
    assert found == {}


def test_nobody_is_told_why_a_deployment_of_others_is_ill(seeded: int):
    rows = page_of(ADA).rows
    told = {row.target.label: row.message for row in rows}
    for row in explained(rows, viewer=DATA):
        if row.target.namespace != "team-data":
            assert row.message == told[row.target.label]


def test_a_deletion_of_others_is_not_told_of(seeded: int):
    assert get_leaving("platform", "old-ci", viewer=ADA) is not None
    assert get_leaving("platform", "old-ci", viewer=DATA) is None


def test_what_others_need_is_known_of_and_not_named(seeded: int):
    """A Secret that somebody else's credential needs must stay, whoever deletes the other."""
    found = credential_dependents("team-data", "aws-us-east", viewer=DATA)
    assert len(found.every) == len(found.known.rows) - 1
    assert {label for label, _ in found.every} <= {"one that you may not see"} | {
        f"{row.namespace}/{row.name}" for row in found.known.shown
    }


def test_filters_offer_nothing_of_others(seeded: int):
    filters, _ = parse(QueryDict("namespace=kcm-system"))
    listing = list_deployments(filters, viewer=DATA)
    assert listing.rows == ()
    assert {option.value for facet in listing.facets for option in facet.options if option.count} & set(THEIRS) == set()
