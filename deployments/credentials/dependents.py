"""One credential and what hangs on it: what every page asks that changes it or takes it away."""

from dataclasses import dataclass

from deployments.credentials.items import items
from deployments.credentials.survey import Survey, survey
from deployments.credentials.values import CredentialItem
from deployments.domain.credentials.needs import Need, Needed, Place
from deployments.domain.credentials.providers import IDENTITIES
from deployments.domain.labels import TENANT
from regions.domain import manifest as m
from regions.domain.kinds import INFRASTRUCTURE, K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, Row
from regions.inventory.rows import manifests, row_of, worst_first
from regions.models import Resource

MOST = 200
HIDDEN = "one that you may not see"


@dataclass(frozen=True, slots=True)
class Impact:
    """What depends on a credential."""

    deployments: tuple[Row, ...]  # worst first, at most MOST
    total: int  # also of those that the viewer may not be shown
    hidden: int  # how many those are
    services: int  # that the others deployments ask for
    tenants: tuple[str, ...]  # of KOF
    coming: tuple[str, ...]  # deployments that are being deleted, and need it until they are gone

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that are here, and how many there are that the viewer may not be shown."""
        labels = tuple(row.target.label for row in self.deployments)
        return (*labels, f"{self.hidden} that you may not see") if self.hidden else labels


@dataclass(frozen=True, slots=True)
class CredentialDependents:
    """A credential as the copy has it, with its surroundings."""

    known: Survey
    resource: Resource
    body: Manifest
    item: CredentialItem
    needed: tuple[Needed, ...]
    impact: Impact
    others: dict[Place, tuple[str, ...]]  # place of an object -> other credentials that need it
    every: tuple[tuple[str, tuple[Needed, ...]], ...]  # the other credentials, each with what it needs

    @property
    def ref(self) -> Ref:
        return Ref(MANAGEMENT, K0RDENT, "Credential", self.resource.namespace, self.resource.name)

    @property
    def label(self) -> str:
        return f"{self.resource.namespace}/{self.resource.name}"

    @property
    def region(self) -> str:
        """The cluster that runs what it is for."""
        return m.text(m.part(self.body, "spec", "region")) or MANAGEMENT

    @property
    def regional(self) -> bool:
        return self.region != MANAGEMENT

    def held(self, need: Need) -> Resource | None:
        return self.known.row(need.place)


def credential_dependents(namespace: str, name: str, *, viewer: Viewer) -> CredentialDependents:
    """Raises NotFound."""
    known = survey(viewer)
    row = next((one for one in known.shown if (one.namespace, one.name) == (namespace, name)), None)
    if row is None:
        raise NotFound(f"There is no credential {namespace}/{name}")
    every = items(known, known.rows)
    item, needed = next(pair for pair, one in zip(every, known.rows, strict=True) if one.pk == row.pk)
    shown = {f"{one.namespace}/{one.name}" for one in known.shown}
    labels = ((other.row.target.label, found) for other, found in every if other.row.target != item.row.target)
    rest = tuple((label if label in shown else HIDDEN, found) for label, found in labels)
    others: dict[Place, tuple[str, ...]] = {}
    for label, found in rest:
        for one in found:
            others[one.need.place] = (*others.get(one.need.place, ()), label)
    impact = _impact(f"{namespace}/{name}", known)
    return CredentialDependents(known, row, known.bodies.get(row.pk, {}), item, needed, impact, others, rest)


def _impact(label: str, known: Survey) -> Impact:
    users = Resource.objects.filter(kind="ClusterDeployment", group=K0RDENT, credential=label)
    total = users.count()
    rows = list(worst_first(known.sight.resources.filter(pk__in=users), known.sight))
    bodies = manifests(rows)
    services = sum(len(m.items(m.part(body, "spec", "serviceSpec", "services"))) for body in bodies.values())
    tenants = {row.labels[TENANT] for row in rows if row.labels.get(TENANT)}
    return Impact(
        tuple(row_of(row, known.sight) for row in rows[:MOST]),
        total,
        total - len(rows),
        services,
        tuple(sorted(tenants)),
        tuple(f"{row.namespace}/{row.name}" for row in rows if row.deleting_at),
    )


def api_version(need: Need, row: Resource | None) -> str:
    """In which version an object that a credential needs is spoken of."""
    if need.kind not in IDENTITIES:
        return "v1"
    return f"{INFRASTRUCTURE}/{row.version}" if row and row.version else f"{INFRASTRUCTURE}/v1beta2"


def pointed(need: Need, version: str) -> Manifest:
    """A manifest that only says which object."""
    metadata = {"name": need.name} | ({"namespace": need.namespace} if need.namespace else {})
    return {"apiVersion": version, "kind": need.kind, "metadata": metadata}
