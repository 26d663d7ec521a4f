"""One Region and what lives in it: what every page asks that changes it or takes it away."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from deployments.domain.region_problems import SERVICES
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory import NotFound, Row, get_region
from regions.inventory.rows import manifests, row_of, worst_first
from regions.inventory.values import RegionCard
from regions.inventory.visibility import Visibility, look
from regions.models import Resource
from regions.permitted import permits_region


@dataclass(frozen=True, slots=True)
class RegionDependents:
    """A Region with its deployments and credentials, as the copy has them."""

    resource: Resource
    body: Manifest  # redacted
    card: RegionCard
    sight: Visibility
    deployments: tuple[Row, ...]  # worst first
    credentials: tuple[Row, ...]
    in_use: Mapping[str, tuple[str, ...]]  # enabled provider -> deployments that need it, namespace/name
    system: str

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def ref(self) -> Ref:
        return Ref(MANAGEMENT, K0RDENT, "Region", "", self.resource.name)

    @property
    def api_version(self) -> str:
        return f"{K0RDENT}/{self.resource.version}"

    @property
    def users(self) -> tuple[str, ...]:
        return tuple(row.target.label for row in self.deployments)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where its deployments are."""
        return tuple(sorted({row.target.namespace for row in self.deployments}))

    @property
    def heard(self) -> bool:
        return self.sight.sees(self.name, self.name)


def region_dependents(name: str, *, viewer: Viewer) -> RegionDependents:
    """Raises NotFound: for the management cluster as well, which is no Region."""
    row = Resource.objects.filter(cluster=MANAGEMENT, group=K0RDENT, kind="Region", name=name).first()
    if row is None or not permits_region(viewer, name):
        raise NotFound(f"There is no region {name}")
    body = manifests([row]).get(row.pk, {})
    sight = look(viewer)
    inside = sight.resources.filter(cluster=MANAGEMENT, group=K0RDENT, region=name)
    clds = list(worst_first(inside.filter(kind="ClusterDeployment"), sight))
    credentials = worst_first(inside.filter(kind="Credential"), sight)
    return RegionDependents(
        resource=row,
        body=body,
        card=get_region(name, viewer=viewer).card,
        sight=sight,
        deployments=tuple(row_of(one, sight) for one in clds),
        credentials=tuple(row_of(one, sight) for one in credentials),
        in_use=_in_use(body, clds),
        system=settings.PANE_SYSTEM_NAMESPACE,
    )


def _in_use(body: Manifest, deployments: list[Resource]) -> dict[str, tuple[str, ...]]:
    """As k0rdent's webhook has it: a provider is used by deployments whose template asks for what it exposes."""
    exposes = {
        name: {m.text(one) for one in _texts(m.mapping(part).get("exposedProviders"))}
        for name, part in m.mapping(m.part(body, "status", "components")).items()
    }
    wanted = Resource.objects.filter(
        cluster=MANAGEMENT, kind="ClusterTemplate", name__in={one.template for one in deployments}
    )
    bodies = manifests(wanted)
    asks = {
        (one.namespace, one.name): {
            m.text(each) for each in _texts(m.part(bodies.get(one.pk, {}), "status", "providers"))
        }
        for one in wanted
    }
    found: dict[str, list[str]] = defaultdict(list)
    for one in deployments:
        for name, exposed in exposes.items():
            if exposed & asks.get((one.namespace, one.template), set()):
                found[name].append(f"{one.namespace}/{one.name}")
    # Services reach clusters by Sveltos alone; k0rdent would take it away all the same.
    own = manifests(deployments) if SERVICES in exposes else {}
    for one in deployments:
        if m.items(m.part(own.get(one.pk, {}), "spec", "serviceSpec", "services")):
            found[SERVICES].append(f"{one.namespace}/{one.name}")
    return {name: tuple(sorted(set(users))) for name, users in found.items()}


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []
