"""What the copy knows around credentials, read by a dozen queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from deployments.domain.credentials.liveness import Evidence, Liveness, judge, rejects
from deployments.domain.credentials.needs import MANAGED, Need, Needed, Place
from deployments.domain.credentials.providers import IDENTITIES, SECRET
from deployments.domain.snapshot import version_of
from regions.domain import manifest as m
from regions.domain.health import Health
from regions.domain.kinds import CAPI, INFRASTRUCTURE, K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.redact import whole_copies
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.rows import manifests
from regions.inventory.visibility import Visibility, look
from regions.models import Change, Resource, Stream
from regions.permitted import permits_region, sees_every

LATEST = 1000
"""So many reported warnings are looked through for a cloud's refusals."""

LOOKED_FOR = timedelta(minutes=6)
"""Within this time what a new Credential names has been read by name on the cluster of its region."""

_STREAMS = {kind: f"{known.plural}.{INFRASTRUCTURE}" for kind, known in IDENTITIES.items()}


@dataclass(slots=True)
class Survey:
    """Read once a call, so that every part of an answer agrees."""

    sight: Visibility
    system: str
    release: str
    copies: bool
    rows: list[Resource]  # every Credential
    bodies: dict[int, Manifest]
    used: dict[str, int]  # by namespace/name
    made: dict[str, set[str]]  # by namespace/name: kinds of infrastructure
    liveness: dict[str, Liveness]
    held: dict[tuple[str, str, str, str], Resource]
    regions: dict[str, Resource]
    interfaces: dict[str, dict[str, set[str]]]  # by cluster: provider -> kinds of identity
    streams: dict[tuple[str, str], str]

    @property
    def shown(self) -> list[Resource]:
        """Those that the viewer may be shown."""
        return [row for row in self.rows if self.sight.shows(row)]

    def read(self, cluster: str, kind: str, namespace: str, name: str) -> Manifest | None:
        """The manifest of an object that a credential needs; None when the copy has none."""
        row = self.held.get((cluster, kind, namespace, name))
        return self.bodies.get(row.pk) if row else None

    def row(self, place: Place) -> Resource | None:
        """An object that a credential needs, as the copy has it."""
        return self.held.get(place)

    def takes(self, cluster: str, provider: str) -> set[str] | None:
        """Kinds of identity that this provider takes there; None when we cannot tell."""
        if self.streams.get((cluster, f"providerinterfaces.{K0RDENT}")) != Stream.State.WATCHING:
            return None
        return self.interfaces.get(cluster, {}).get(provider, set())

    def look_for(self, need: Need, credential: Resource) -> Needed:
        """Whether it is there, as far as the copy can tell."""
        blind = not self.sight.sees(need.cluster, need.cluster)
        row = self.held.get(need.place)
        if not self._may_see(need, row):
            return Needed(need, "forbidden", f"You may not see a {need.kind} there.", blind=blind)
        if row is None:
            young = credential.created_at is not None and self.sight.now - credential.created_at < LOOKED_FOR
            return Needed(need, *self._absent(need, blind, young), blind=blind)
        body = self.bodies.get(row.pk, {})
        keys = tuple(sorted(m.mapping(body.get("data")))) if need.kind in (SECRET, "ConfigMap") else ()
        state, note = "present", ""
        if row.deleting_at:
            state, note = "deleting", "It is being deleted."
        elif need.copy and row.labels.get(MANAGED) != "true":
            state = "unmanaged"
            note = f"Made by hand: without the label {MANAGED}=true k0rdent leaves it as it is, outdated or not."
        return Needed(need, state, note, keys, row.created_at, blind, whole_copies(body) if need.kind == SECRET else ())

    def _may_see(self, need: Need, row: Resource | None) -> bool:
        if row is not None:
            return self.sight.shows(row)
        if need.cluster != MANAGEMENT:
            return permits_region(self.sight.viewer, need.cluster)
        group = "" if need.kind in (SECRET, "ConfigMap") else INFRASTRUCTURE
        return sees_every(self.sight.viewer, group, need.kind, need.namespace)

    def _absent(self, need: Need, blind: bool, young: bool) -> tuple[str, str]:
        if blind:
            return "unknown", self.sight.why(need.cluster, need.cluster)
        if need.kind in (SECRET, "ConfigMap"):
            if young and need.cluster != MANAGEMENT:
                return "unknown", "The credential is new: Pane looks for what it names within a few minutes."
            if need.kind == SECRET and not self._reads_secrets(need.cluster):
                return "unknown", "Missing, or Pane's account may not read Secrets there: it has seen none."
            return "missing", ""
        stream = self.streams.get((need.cluster, _STREAMS.get(need.kind, "")), "")
        if stream == Stream.State.REFUSED:
            return "forbidden", f"Pane's account may not list {need.kind} there."
        if stream == Stream.State.ABSENT:
            return "absent", "Its provider is not installed there."
        if stream == Stream.State.WATCHING:
            return "missing", ""
        return "unknown", "Pane does not watch this kind there."

    def _reads_secrets(self, cluster: str) -> bool:
        return any(place[0] == cluster and place[1] == SECRET for place in self.held)


def survey(viewer: Viewer) -> Survey:
    """Look at every credential and what is around it: also those that the viewer is not shown need what is shared."""
    rows = list(Resource.objects.filter(kind="Credential", group=K0RDENT))
    around = list(
        Resource.objects.filter(
            Q(group="", kind=SECRET)
            | Q(group="", kind="ConfigMap", name__endswith="-resource-template")
            | Q(group=INFRASTRUCTURE, kind__in=IDENTITIES)
            | Q(group=K0RDENT, kind__in=("ProviderInterface", "Management"))
        )
    )
    bodies = manifests([*rows, *around])
    management = next((bodies.get(row.pk, {}) for row in around if row.kind == "Management"), {})
    release = _release(management)
    version = version_of(release)
    sight = look(viewer)
    deployments = sight.resources.filter(kind="ClusterDeployment", group=K0RDENT).exclude(credential="")
    users = {path: User(*place) for path, *place in deployments.values_list("deployment", "credential", "region")}
    used: dict[str, int] = defaultdict(int)
    for user in users.values():
        used[user.credential] += 1
    made, liveness = _evidence(users)
    return Survey(
        sight=sight,
        system=settings.PANE_SYSTEM_NAMESPACE,
        release=release,
        copies=version is None or version >= (1, 5),
        rows=rows,
        bodies=bodies,
        used=used,
        made=made,
        liveness=liveness,
        held={(row.cluster, row.kind, row.namespace, row.name): row for row in around},
        regions={row.name: row for row in Resource.objects.filter(kind="Region", group=K0RDENT)},
        interfaces=_interfaces([row for row in around if row.kind == "ProviderInterface"], bodies),
        streams=_streams(),
    )


def _release(management: Manifest) -> str:
    """The version of the installed k0rdent, else the name of its Release."""
    name = m.text(m.part(management, "status", "release")) or m.text(m.part(management, "spec", "release"))
    row = Resource.objects.filter(kind="Release", group=K0RDENT, name=name).first()
    body = manifests([row]).get(row.pk, {}) if row else {}
    return m.text(m.part(body, "spec", "version")) or name


def _streams() -> dict[tuple[str, str], str]:
    names = [*_STREAMS.values(), f"providerinterfaces.{K0RDENT}"]
    return {
        (cluster, name): state
        for cluster, name, state in Stream.objects.filter(name__in=names).values_list("cluster", "name", "state")
    }


@dataclass(frozen=True, slots=True)
class User:
    """A deployment that uses a credential, and where it runs: what has its name elsewhere is no evidence."""

    credential: str
    region: str

    def runs(self, cluster: str) -> bool:
        return cluster in (MANAGEMENT, self.region)


def _evidence(users: dict[str, User]) -> tuple[dict[str, set[str]], dict[str, Liveness]]:
    """By credential: the kinds that its deployments are made of, and what they say about its keys."""
    made: dict[str, set[str]] = defaultdict(set)
    found: dict[str, list[Evidence]] = defaultdict(list)
    for cluster, deployment, kind, at in _accepted():
        if (user := users.get(deployment)) and user.runs(cluster):
            made[user.credential].add(kind)
            found[user.credential].append(Evidence(True, at, deployment, f"{kind} is ready"))
    for cluster, deployment, kind in (
        Resource.objects.filter(group=INFRASTRUCTURE, kind__endswith="Cluster")
        .exclude(deployment="")
        .order_by()
        .values_list("cluster", "deployment", "kind")
    ):
        if (user := users.get(deployment)) and user.runs(cluster):
            made[user.credential].add(kind)
    for cluster, deployment, at, message in _refused():
        if (user := users.get(deployment)) and user.runs(cluster) and rejects(message):
            found[user.credential].append(Evidence(False, at, deployment, message))
    return made, {credential: judge(evidence) for credential, evidence in found.items()}


def _accepted() -> Iterator[tuple[str, str, str, datetime | None]]:
    """What a cloud made: cluster, deployment, kind, the last time that one of it became ready."""
    grown = Q(group=INFRASTRUCTURE) | Q(group__startswith="lib.", kind="SveltosCluster")
    rows = Resource.objects.filter(grown, health=Health.READY).exclude(deployment="").exclude(kind__in=IDENTITIES)
    yield from (
        rows.order_by()
        .values("cluster", "deployment", "kind")
        .annotate(at=Max("since"))
        .values_list("cluster", "deployment", "kind", "at")
    )


def _refused() -> Iterator[tuple[str, str, datetime, str]]:
    """What may be a cloud's refusal: cluster, deployment, when, and what was said."""
    bad = (Health.FAILED, Health.DEGRADED, Health.UNKNOWN, Health.PROGRESSING, Health.DELETING)
    groups = Q(group__in=(INFRASTRUCTURE, CAPI)) | Q(group=K0RDENT, kind="ClusterDeployment")
    rows = Resource.objects.filter(groups, health__in=bad).exclude(deployment="").exclude(message="")
    yield from rows.order_by().values_list("cluster", "deployment", "since", "message")
    told = Change.objects.filter(source=Change.Source.REPORTED).exclude(severity=Change.Severity.NORMAL)
    columns = ("cluster", "deployment", "at", "message")
    yield from told.exclude(deployment="").order_by("-id").values_list(*columns)[:LATEST]


def _interfaces(rows: Iterable[Resource], bodies: dict[int, Manifest]) -> dict[str, dict[str, set[str]]]:
    """By cluster: each installed provider with the kinds of identity that it takes."""
    found: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in rows:
        body = bodies.get(row.pk, {})
        provider = m.labels(body).get(f"{CAPI}/provider", "")
        listed = m.items(m.part(body, "spec", "clusterIdentities"))
        found[row.cluster].setdefault(provider, set()).update(m.text(one.get("kind")) for one in listed)
    return found
