"""Role × object × surface, held against SubjectAccessReviews of a real API server: nothing leaks, nothing is hidden.

Two people in the usual run; all fourteen with PANE_TEST_LONG=1.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.models import Notice
from dashboard.notices.views import _mine
from dashboard.people.viewer import viewer_of
from deployments.causes.reads import causes, dependents_of
from deployments.clusterdeployments.filters import DeploymentFilters
from deployments.clusterdeployments.listing import list_deployments
from regions import inventory
from regions.domain.feed_filters import FeedFilters
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.as_of.shown import list_then, object_then
from regions.inventory.change_detail import one_change
from regions.inventory.feed_export import Export
from regions.metrics.reads import measures
from regions.models import Change, Firing, Resource
from regions.permitted import permits_change, permits_object, resources
from tests.rig.length import LONG
from tests.rights.conftest import Tenants
from tests.rights.oracle import K0RDENT, Oracle, names

pytestmark = [pytest.mark.real, pytest.mark.django_db, pytest.mark.timeout(3600)]

TENANTS = ("team-data", "kcm-system")
NAMESPACED = ("kcm-namespace-viewer-role", "kcm-namespace-editor-role", "kcm-namespace-admin-role")
PEOPLE: dict[str, tuple[tuple[str, str], ...]] = {
    "two": (("kcm-namespace-viewer-role", "team-data"), ("gets-us-east", "")),
    "global-viewer": (("kcm-global-viewer-role", ""),),
    "everything": (("sees-everything", ""),),
    "nobody": (),
    "global-admin": (("kcm-global-admin-role", ""),),
    "regions": (("lists-regions", ""),),
    "platform": (("sees-everything", "platform"), ("lists-regions", "")),
    "both": (("kcm-namespace-viewer-role", "team-data"), ("kcm-namespace-editor-role", "kcm-system")),
    **{f"{role}-{space}": ((role, space),) for role in NAMESPACED for space in TENANTS},
}
USUAL = ("two", "global-viewer")


class Surfaces:
    """Everything that this person is shown, surface by surface, beside what the API server says of it."""

    def __init__(self, tenants: Tenants, name: str) -> None:
        self.oracle = Oracle(tenants, name)
        self.client: Client = tenants.person(name)
        viewer = viewer_of(User.objects.get(username=name))
        assert viewer is not None
        self.viewer: Viewer = viewer
        self.rows = list(Resource.objects.all())
        self.may = {row.pk: self.oracle.row(row) for row in self.rows}
        self.asked = 0
        self.wrong: list[str] = []

    def check(self, surface: str, what: object, shown: bool, allowed: bool) -> None:
        self.asked += 1
        if shown != allowed:
            self.wrong.append(f"{surface}: {what} {'leaks' if shown else 'is hidden'}")

    def of(self, *kinds: str) -> list[Resource]:
        return [row for row in self.rows if row.kind in kinds and row.cluster == MANAGEMENT]

    def found(self, read: Callable[[], Any]) -> bool:
        try:
            return read() is not None
        except inventory.NotFound:
            return False

    # -- surfaces --------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        shown = names(resources(self.viewer))
        for row in self.rows:
            self.check("copy", row.key, (row.cluster, row.kind, row.namespace, row.name) in shown, self.may[row.pk])
            self.check("object", row.key, permits_object(self.viewer, row), self._object(row))

    def _object(self, row: Resource) -> bool:
        return self.oracle.region(row.name) if row.kind == "Region" else self.may[row.pk]

    def then(self) -> None:
        kinds = sorted({row.kind for row in self.rows})
        shown = {
            (row.target.cluster, row.target.kind, row.target.namespace, row.target.name) for row in self._then(kinds)
        }
        for row in self.rows:
            self.check("as of", row.key, (row.cluster, row.kind, row.namespace, row.name) in shown, self._object(row))
        for row in self.of("ClusterDeployment", "Credential", "HelmRelease"):
            place = (row.kind, row.namespace, row.name, row.cluster)
            at = timezone.now()
            seen = self.found(lambda place=place, at=at: object_then(at, *place, viewer=self.viewer))
            self.check("object as of", row.key, seen, self.may[row.pk])

    def _then(self, kinds: list[str]) -> Iterator[Any]:
        for kind in kinds:
            yield from list_then(timezone.now(), [kind], viewer=self.viewer).rows

    def search(self) -> None:
        for name in sorted({row.name for row in self.rows}):
            hits = inventory.search(name, viewer=self.viewer, limit=500).hits
            shown = {
                (hit.row.target.cluster, hit.row.target.kind, hit.row.target.namespace) for hit in hits if hit.exact
            }
            for row in self.rows:
                if row.name.lower() == name.lower():
                    self.check("search", row.key, (row.cluster, row.kind, row.namespace) in shown, self.may[row.pk])

    def log(self) -> None:
        rows = list(Change.objects.order_by("id"))
        told = {item.id for item in inventory.log(viewer=self.viewer, after=self._start(), limit=10_000).items}
        export, text = Export(FeedFilters(), "jsonl", viewer=self.viewer), ""
        while piece := export.piece():
            text += piece
        for row in rows:
            allowed = self.oracle.change(row)
            self.check("socket", row.id, permits_change(self.viewer, row), allowed)
            if row.source != Change.Source.GAP:
                self.check("log", row.id, row.id in told, allowed)
            if row.source != Change.Source.GAP and (LONG or row.id % 7 == 0):
                self.check("change", row.id, self.found(lambda id=row.id: one_change(id, viewer=self.viewer)), allowed)
        self.check("export", "lines", len(text.splitlines()) == sum(map(self.oracle.change, rows)), True)

    def _start(self) -> str:
        log = inventory.log(viewer=Viewer("all"), limit=1).cursor.partition(".")[0]
        return f"{log}.0"

    def pages(self) -> None:
        for row in self.of("ClusterDeployment", "Credential"):
            folder = "deployments" if row.kind == "ClusterDeployment" else "credentials"
            for more in ("", "timeline/", "metrics/") if LONG and folder == "deployments" else ("",):
                status = self.client.get(f"/{folder}/{row.namespace}/{row.name}/{more}").status_code
                self.check(f"page {more}", row.key, status == 200, self.may[row.pk])
            status = self.client.get(f"/api/v1/{folder}/{row.namespace}/{row.name}/causes/").status_code
            self.check("causes", row.key, status == 200, self.may[row.pk])
        for row in self.of("Region"):
            allowed = self.oracle.region(row.name)
            for address in (f"/regions/{row.name}/", f"/api/v1/regions/{row.name}/", f"/regions/{row.name}/metrics/"):
                self.check(address, row.key, self.client.get(address).status_code == 200, allowed)
            self.check("badge", row.key, self.client.get(f"/badges/regions/{row.name}.svg").status_code == 200, allowed)
        for row in self.of("ClusterDeployment"):
            status = self.client.get(f"/badges/deployments/{row.namespace}/{row.name}.svg").status_code
            self.check("badge", row.key, status == 200, self.may[row.pk])

    def lists(self) -> None:
        for path, kinds in (("deployments", ("ClusterDeployment",)), ("credentials", ("Credential",))):
            answer = self.client.get(f"/api/v1/{path}/?page_size=100").json()
            shown = {(one["namespace"], one["name"]) for one in answer["results"]}
            rows = self.of(*kinds)
            for row in rows:
                self.check(f"API {path}", row.key, (row.namespace, row.name) in shown, self.may[row.pk])
            self.check(f"count {path}", answer["count"], answer["count"] == sum(self.may[row.pk] for row in rows), True)
        regions = {one["name"] for one in self.client.get("/api/v1/regions/").json()["results"]}
        for row in self.of("Region"):
            self.check("API regions", row.key, row.name in regions, self.oracle.region(row.name))
        self.check("API regions", MANAGEMENT, MANAGEMENT in regions, self.oracle.region(MANAGEMENT))

    def counts(self) -> None:
        listing = list_deployments(DeploymentFilters(page_size=100), viewer=self.viewer)
        mine = [row for row in self.of("ClusterDeployment") if self.may[row.pk]]
        for facet in listing.facets:
            total = sum(option.count for option in facet.options)
            self.check("facet", facet.name, total == len(mine), True)
        overview = inventory.overview(viewer=self.viewer)
        self.check("overview", "deployments", overview.deployments.total == len(mine), True)

    def dependents(self) -> None:
        for row in self.of("Credential", "Region", "ClusterTemplate"):
            place = (row.kind, row.namespace, row.name)
            self.check(
                "dependents",
                row.key,
                self.found(lambda place=place: dependents_of(*place, viewer=self.viewer)),
                self._object(row),
            )
            if row.kind != "ClusterTemplate":
                self.check(
                    "causes",
                    row.key,
                    self.found(lambda place=place: causes(*place, viewer=self.viewer)),
                    self._object(row),
                )

    def metrics(self) -> None:
        found = measures.fleet_measures(viewer=self.viewer)
        shown = {(one.namespace, one.name) for region in found.regions for one in region.clusters}
        shown |= {(one.namespace, one.name) for one in found.others}
        for row in self.of("ClusterDeployment"):
            if not self.may[row.pk]:
                self.check("metrics", row.key, (row.namespace, row.name) in shown, False)
        fires = {alert.fingerprint for alert in measures.alerts(viewer=self.viewer)}
        for row in Firing.objects.filter(ended_at=None):
            allowed = self.oracle.deployment(row.namespace) if row.namespace else self.oracle.region(row.region)
            self.check("alert", row.fingerprint, row.fingerprint in fires, allowed)

    def notices(self) -> None:
        shown = set(_mine(self.viewer).values_list("pk", flat=True))
        for notice in Notice.objects.all():
            kind = notice.kind
            allowed = (
                self.oracle.region(notice.name)
                if kind == "Region"
                else self.oracle.lists(K0RDENT, kind, notice.namespace)
            )
            self.check("notice", notice.pk, notice.pk in shown, allowed)

    SURFACES = (copy, then, search, log, pages, lists, counts, dependents, metrics, notices)


def make_notices_and_alerts() -> None:
    now = timezone.now()
    for row in Resource.objects.filter(cluster=MANAGEMENT, kind__in=("ClusterDeployment", "Credential", "Region")):
        Notice.objects.create(
            change=f"x.{row.pk}", what="deployment-failed", severity="error", at=now, kind=row.kind,
            namespace=row.namespace, name=row.name, region=row.region, sentence=f"{row.name} fails",
        )  # fmt: skip
        if row.kind != "Credential":
            Firing.objects.create(
                fingerprint=f"f{row.pk}", source="series", name="Sick", state="active", region=row.region,
                namespace=row.namespace, cluster=row.name if row.namespace else "",
                since=now - timedelta(minutes=5), seen_at=now,
            )  # fmt: skip


@pytest.mark.parametrize("people", [tuple(PEOPLE) if LONG else USUAL], ids=["people"])
def test_nothing_leaks_and_nothing_is_hidden(tenants: Tenants, people: tuple[str, ...]):
    make_notices_and_alerts()
    asked = 0
    for name in people:
        for role, space in PEOPLE[name]:
            tenants.bind(role, name, namespace=space)
        surfaces = Surfaces(tenants, name)
        for surface in Surfaces.SURFACES:
            surface(surfaces)
        assert surfaces.wrong == [], f"{name}: {len(surfaces.wrong)} wrong: {surfaces.wrong[:40]}"
        asked += surfaces.asked
    print(f"{asked} answers, of {len(people)} people, all as the API server says")
    assert asked > (20_000 if LONG else 2_000)
