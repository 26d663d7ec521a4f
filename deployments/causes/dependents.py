"""The blast radius: from a credential, template, region, provider or service to everything that depends on it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from deployments.causes.values import DependentGroup, Dependents
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import Counts, NotFound, Target
from regions.inventory.rows import counts, manifests, rows_of, worst_first
from regions.inventory.visibility import Visibility, look
from regions.models import Resource

SOME = 20
PROVIDER = "Provider"
"""The kind by which a provider of Cluster API is asked for (`infrastructure-aws`): k0rdent has no object of it."""

KINDS = (
    "Credential",
    "Region",
    "ClusterTemplate",
    "ServiceTemplate",
    "ProviderTemplate",
    "MultiClusterService",
    PROVIDER,
)


@dataclass(frozen=True, slots=True)
class _Group:
    title: str
    kind: str
    where: Q
    how: str
    address: dict[str, str] | None = None  # of the list of deployments


def dependents_of(kind: str, namespace: str, name: str, *, viewer: Viewer) -> Dependents:
    """Everything that depends on this object, counted by health, the worst of it by name. Raises NotFound."""
    sight = look(viewer)
    own = MANAGEMENT if kind == "Region" and name == MANAGEMENT else ""
    if kind not in KINDS:
        raise NotFound(f"Pane does not know what depends on a {kind}")
    if kind == PROVIDER:
        body: Manifest = {}
    else:
        asked = Q(kind="Management", name="kcm") if own else Q(kind=kind, namespace=namespace, name=name, group=K0RDENT)
        row = Resource.objects.filter(asked, cluster=MANAGEMENT).first()
        if row is None or not sight.shows(row):
            raise NotFound(f"There is no {kind} {namespace}/{name}" if namespace else f"There is no {kind} {name}")
        body = manifests([row]).get(row.pk, {})
    groups = [_counted(group, sight) for group in _GROUPS[kind](namespace, name, body)]
    if kind == PROVIDER and not any(group.counts.total for group in groups):
        raise NotFound(f"No region, template or deployment knows a provider {name}")
    found = sorted((group for group in groups if group.counts.total), key=lambda one: _ORDER.index(one.kind))
    return Dependents(Target(kind, namespace, name, MANAGEMENT, name if kind == "Region" else MANAGEMENT), tuple(found))


_ORDER = (
    "ClusterDeployment",
    "MultiClusterService",
    "ServiceSet",
    "Credential",
    "Region",
    "Management",
    "ClusterTemplate",
    "ServiceTemplate",
    "ProviderTemplate",
    "ClusterTemplateChain",
    "ServiceTemplateChain",
)


def _counted(group: _Group, sight: Visibility) -> DependentGroup:
    query = sight.resources.filter(group.where, kind=group.kind)
    pairs: list[tuple[str, int]] = []
    tally: dict[str, int] = {}
    for region, health in query.order_by().values_list("region", "health"):
        own = sight.counted(MANAGEMENT, region, health)
        tally[own] = tally.get(own, 0) + 1
    pairs = list(tally.items())
    total: Counts = counts(pairs)
    rows = rows_of(worst_first(query, sight)[:SOME], sight) if total.total else ()
    url = f"{reverse('deployments:list')}?{urlencode(group.address)}" if group.address else ""
    return DependentGroup(group.title, group.kind, total, rows, group.how, url)


# -- what depends on what ----------------------------------------------------------------------------------------------


def _credential(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    key = f"{namespace}/{name}"
    yield _Group(
        "Deployments",
        "ClusterDeployment",
        Q(credential=key),
        "They are made with it, and cannot be changed or deleted without it",
        {"credential": key},
    )
    deployments = Resource.objects.filter(kind="ClusterDeployment", credential=key).values("deployment")
    yield _Group("Service sets", "ServiceSet", Q(deployment__in=deployments), "They run on its deployments")
    yield from _hosted(Q(credential=key))


def _region(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    here = Q(region=name)
    yield _Group("Deployments", "ClusterDeployment", here, "They run here", {"region": name})
    deployments = Resource.objects.filter(here, kind="ClusterDeployment").values("deployment")
    yield _Group("Service sets", "ServiceSet", Q(deployment__in=deployments), "They run on its deployments")
    yield _Group("Credentials", "Credential", here, "They name it in spec.region")


def _cluster_template(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    made = Q(namespace=namespace, template=name)
    yield _Group(
        "Deployments", "ClusterDeployment", made, "They are made from it", {"template": name, "namespace": namespace}
    )
    yield _Group(
        "Chains", "ClusterTemplateChain", _naming("ClusterTemplateChain", namespace, name), "They lead from or to it"
    )
    yield from _hosted(made)


def _service_template(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    yield _Group(
        "Services for many clusters",
        "MultiClusterService",
        _naming("MultiClusterService", "", name),
        "They bring it to every cluster that fits",
    )
    yield _Group("Service sets", "ServiceSet", _naming("ServiceSet", "", name), "They have it on their cluster")
    deployments = Resource.objects.filter(_naming("ServiceSet", "", name), kind="ServiceSet").values("deployment")
    yield _Group("Deployments", "ClusterDeployment", Q(deployment__in=deployments), "It runs on them")
    yield _Group(
        "Chains", "ServiceTemplateChain", _naming("ServiceTemplateChain", namespace, name), "They lead from or to it"
    )


def _provider_template(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    provides = m.part(body, "status", "providers")
    yield _Group("Regions", "Region", _naming("Region", "", name), "They have it installed")
    for one in provides if isinstance(provides, list) else ():
        yield from (group for group in _provider("", m.text(one), {}) if group.kind == "ClusterDeployment")


def _provider(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    templates = _with("ClusterTemplate", lambda found: name in _listed(found, "status", "providers"))
    made = Q(pk__in=())
    for row in templates:
        made |= Q(namespace=row.namespace, template=row.name)
    regions = _with("Region", lambda found: name in _listed(found, "status", "availableProviders"))
    yield _Group("Deployments", "ClusterDeployment", made, "Their template needs it")
    yield _Group("Regions", "Region", _pks(regions), "They have it installed")
    yield _Group("Templates", "ClusterTemplate", _pks(templates), "They need it")


def _multi(namespace: str, name: str, body: Manifest) -> Iterator[_Group]:
    sets = _with("ServiceSet", lambda found: m.text(m.part(found, "spec", "multiClusterService")) == name)
    served = Q(deployment__in=[row.deployment for row in sets if row.deployment])
    yield _Group("Deployments", "ClusterDeployment", served, "It brings services to them")
    others = _with("MultiClusterService", lambda found: name in _listed(found, "spec", "dependsOn"))
    yield _Group("Services for many clusters", "MultiClusterService", _pks(others), "They depend on it")


def _hosted(deployments: Q) -> Iterator[_Group]:
    """Regions that are themselves deployments: with such a one everything in the region goes."""
    hosts = set(Resource.objects.filter(deployments, kind="ClusterDeployment").values_list("namespace", "name"))

    def host(body: Manifest) -> tuple[str, str]:
        of = m.mapping(m.part(body, "spec", "clusterDeployment"))
        return m.text(of.get("namespace")), m.text(of.get("name"))

    if hosts and (regions := _with("Region", lambda body: host(body) in hosts)):
        how = "They are one of its deployments, and all that runs there goes with it"
        yield _Group("Regions", "Region", _pks(regions), how)


_GROUPS = {
    "Credential": _credential,
    "Region": _region,
    "ClusterTemplate": _cluster_template,
    "ServiceTemplate": _service_template,
    "ProviderTemplate": _provider_template,
    "MultiClusterService": _multi,
    PROVIDER: _provider,
}


def _listed(body: Manifest, *path: str) -> tuple[str, ...]:
    found = m.part(body, *path)
    return tuple(m.text(one) for one in found) if isinstance(found, list) else ()


def _with(kind: str, fits: Callable[[Manifest], bool]) -> list[Resource]:
    """Objects of a kind whose manifest fits: two queries, for kinds of which there are hundreds at most."""
    rows = list(Resource.objects.filter(kind=kind, group=K0RDENT))
    bodies = manifests(rows)
    return [row for row in rows if fits(bodies.get(row.pk, {}))]


def _naming(kind: str, namespace: str, name: str) -> Q:
    """Objects of a kind that name this template somewhere in their spec."""
    rows = _with(kind, lambda body: name in _names(body.get("spec")))
    return _pks(row for row in rows if not namespace or row.namespace == namespace)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("template", "name") and isinstance(inner, str):
                yield inner
            else:
                yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _pks(rows: Iterable[Resource]) -> Q:
    return Q(pk__in=[row.pk for row in rows])
