"""Role × object × surface, held against SubjectAccessReviews of a real API server: nothing leaks, nothing is hidden.

All five roles of k0rdent in two tenants; what takes long is shared: each person looks at some of it. With
PANE_TEST_LONG=1 each looks at all, and there are more people: who has two roles, who has one by a group.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

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
from regions.domain.topics import object_
from regions.domain.viewer import Viewer
from regions.inventory.as_of.shown import list_then, object_then
from regions.inventory.change_detail import one_change
from regions.inventory.feed import feed
from regions.inventory.feed_export import Export
from regions.metrics.reads import measures
from regions.models import Change, Firing, Resource
from regions.permitted import permits_change, permits_object, resources
from tests.rig.length import LONG, times
from tests.rights.conftest import Tenants
from tests.rights.oracle import K0RDENT, Oracle, names

pytestmark = [pytest.mark.real, pytest.mark.django_db, pytest.mark.timeout(3600)]

T = TypeVar("T")
DATA, SYSTEM, PLATFORM = "team-data", "kcm-system", "platform"
NAMESPACED = ("kcm-namespace-viewer-role", "kcm-namespace-editor-role", "kcm-namespace-admin-role")
GLOBAL = ("kcm-global-viewer-role", "kcm-global-admin-role")
PARTS = times(5, 1)
"""What takes long is cut into so many, of which each person looks at one."""


@dataclass(frozen=True)
class Bound:
    """Somebody, by what roles in which namespaces (none: everywhere); `by_group`: through a group of theirs."""

    roles: tuple[tuple[str, str], ...]
    by_group: bool = False


def bound(*roles: tuple[str, str], by_group: bool = False) -> Bound:
    return Bound(roles, by_group)


PEOPLE: dict[str, Bound] = {
    **{f"{role}-{space}": bound((role, space)) for role in NAMESPACED for space in (DATA, SYSTEM)},
    **{role: bound((role, "")) for role in GLOBAL},
    "two": bound((NAMESPACED[0], DATA), ("gets-us-east", "")),
}
MORE: dict[str, Bound] = {
    "everything": bound(("sees-everything", "")),
    "nobody": bound(),
    "regions": bound(("lists-regions", "")),
    "platform": bound(("sees-everything", PLATFORM), ("lists-regions", "")),
    **{f"{role}-{space}": bound((role, space)) for role in GLOBAL for space in (DATA, SYSTEM, PLATFORM)},
    **{f"{role}-{PLATFORM}": bound((role, PLATFORM)) for role in NAMESPACED},
    **{
        f"{one}-{here}-and-{other}-{there}": bound((one, here), (other, there))
        for here, there in ((DATA, SYSTEM), (DATA, PLATFORM), (SYSTEM, PLATFORM))
        for one in NAMESPACED
        for other in NAMESPACED
    },
    **{
        f"group-{role}-{space}": bound((role, space), by_group=True)
        for role in NAMESPACED
        for space in (DATA, SYSTEM, PLATFORM)
    },
    **{f"group-{role}": bound((role, ""), by_group=True) for role in GLOBAL},
}


class Surfaces:
    """Everything that this person is shown, surface by surface, beside what the API server says of it."""

    def __init__(self, tenants: Tenants, name: str, number: int, groups: tuple[str, ...]) -> None:
        self.oracle = Oracle(tenants, name, groups)
        self.client: Client = tenants.person(name, *groups)
        self.part = number % PARTS
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

    def some(self, every: Sequence[T]) -> Sequence[T]:
        """The part that this person looks at, of what takes long."""
        return every[self.part :: PARTS]

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
        for row in self.some(self.rows):
            place = (row.kind, row.namespace, row.name, row.cluster)
            at = timezone.now()
            seen = self.found(lambda place=place, at=at: object_then(at, *place, viewer=self.viewer))
            self.check("object as of", row.key, seen, self._object(row))

    def _then(self, kinds: list[str]) -> Iterator[Any]:
        for kind in kinds:
            yield from list_then(timezone.now(), [kind], viewer=self.viewer).rows

    def search(self) -> None:
        for name in self.some(sorted({row.name for row in self.rows})):
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
        lines = [json.loads(line)["id"] for line in text.splitlines()]
        exported = {int(str(id).rpartition(".")[2]) for id in lines}
        asked_for = {row.id for row in self.some(rows)} if LONG else {row.id for row in self.some(rows[::7])}
        for row in rows:
            allowed = self.oracle.change(row)
            self.check("socket", row.id, permits_change(self.viewer, row), allowed)
            if row.source != Change.Source.GAP:
                self.check("log", row.id, row.id in told, allowed)
            self.check("export", row.id, row.id in exported, allowed)
            if row.source != Change.Source.GAP and row.id in asked_for:
                self.check("change", row.id, self.found(lambda id=row.id: one_change(id, viewer=self.viewer)), allowed)
        self.check("export", "lines", len(lines) == sum(map(self.oracle.change, rows)), True)

    def _start(self) -> str:
        log = inventory.log(viewer=Viewer("all"), limit=1).cursor.partition(".")[0]
        return f"{log}.0"

    def feeds(self) -> None:
        """Of each object its own feed: there are lines when there are changes that are theirs."""
        told: dict[tuple[str, str, str], list[Change]] = {}
        for change in Change.objects.exclude(source=Change.Source.GAP).exclude(kind=""):
            told.setdefault((change.kind, change.namespace, change.name), []).append(change)
        for place in self.some(sorted(told)):
            shown = feed(FeedFilters(), viewer=self.viewer, topic=object_(*place))
            self.check("feed", place, bool(shown.lines), any(map(self.oracle.change, told[place])))

    def pages(self) -> None:
        for row in self.some(self.of("ClusterDeployment", "Credential")):
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
        for row in self.some(self.of("ClusterDeployment")):
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
        for row in self.some(self.of("Credential", "Region", "ClusterTemplate")):
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

    SURFACES = (copy, then, search, log, feeds, pages, lists, counts, dependents, metrics, notices)


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


def test_nothing_leaks_and_nothing_is_hidden(tenants: Tenants):
    make_notices_and_alerts()
    asked, wrong = 0, []
    for number, (name, who) in enumerate((PEOPLE | MORE if LONG else PEOPLE).items()):
        group = f"of-{name}" if who.by_group else ""
        for role, space in who.roles:
            tenants.bind(role, "" if group else name, namespace=space, group=group)
        surfaces = Surfaces(tenants, name, number, (group,) if group else ())
        for surface in Surfaces.SURFACES:
            surface(surfaces)
        asked += surfaces.asked
        wrong += [f"{name}: {one}" for one in surfaces.wrong]
        print(f"{name}: {surfaces.asked} answers, {sum(surfaces.may.values())} of {len(surfaces.may)} objects theirs")
    print(f"{asked} answers, {len(wrong)} not as the API server says")
    assert wrong == [], f"{len(wrong)} wrong: {wrong[:40]}"
    assert asked >= (100_000 if LONG else 5_000)
