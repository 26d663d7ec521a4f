"""Services: those that a deployment asks for itself, and those that MultiClusterServices bring."""

from collections.abc import Mapping
from typing import Any

from deployments.lists import why
from deployments.services.values import DeployedService, Match, MultiClusterService, Services, ServiceSet
from regions.domain import bounds
from regions.domain import manifest as m
from regions.domain.bounds import Some, cut
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import Target
from regions.inventory.rows import conditions, manifests, row_of, rows_of, worst_first
from regions.inventory.visibility import Visibility, look
from regions.models import Resource
from regions.permitted import permits

MOST_OWN = 100


def own_services(
    manifest: Mapping[str, Any], sets: list[Resource], bodies: Mapping[int, dict[str, Any]]
) -> Some[DeployedService]:
    """The services on one cluster, failed ones first. What is asked for and not yet reported is Pending."""
    found = list(_asked(manifest))
    for row in sets:
        body = bodies.get(row.pk, {})
        source = m.text(m.part(body, "spec", "multiClusterService"))
        if source:  # the deployment's own ServiceSet says what its status says
            found += _asked(body, source)
    order = {"Failed": 0, "Pending": 1, "Provisioning": 2, "Deleting": 3, "Deployed": 4}
    in_order = sorted(found, key=lambda one: (order.get(one.state, 2), one.namespace, one.name))
    return Some.of(in_order, bounds.SERVICES)


def _asked(manifest: Mapping[str, Any], source: str = "") -> list[DeployedService]:
    body = dict(manifest)
    status = m.mapping(body.get("status"))
    spec = m.mapping(m.part(body, "spec", "serviceSpec")) or m.mapping(body.get("spec"))
    states = m.items(status.get("services"))
    room = bounds.share(min(len(states), bounds.SERVICES))
    upgrades = {
        (m.text(path.get("namespace")), m.text(path.get("name"))): Some.of(_versions(path), bounds.NAMES)
        for path in m.items(status.get("servicesUpgradePaths"))
    }
    found = {
        (m.text(state.get("namespace")), m.text(state.get("name"))): DeployedService(
            name=m.text(state.get("name")),
            namespace=m.text(state.get("namespace")),
            template=m.text(state.get("template")),
            version=m.text(state.get("version")),
            state=m.text(state.get("state")) or "Pending",
            message=cut(m.text(state.get("failureMessage")), room),
            since=m.parse_time(state.get("lastStateTransitionTime")),
            upgrades=upgrades.get((m.text(state.get("namespace")), m.text(state.get("name"))), ()),
            source=source,
        )
        for state in states
    }
    for asked in m.items(spec.get("services")):
        place = (m.text(asked.get("namespace")) or "default", m.text(asked.get("name")))
        if place not in found and asked.get("disable") is not True:
            template, version = m.text(asked.get("template")), m.text(asked.get("version"))
            found[place] = DeployedService(place[1], place[0], template, version, "Pending", "", None, (), source)
    return list(found.values())


def _versions(path: Mapping[str, Any]) -> list[str]:
    found = [
        m.text(version.get("name"))
        for step in m.items(path.get("availableUpgrades"))
        for version in m.items(step.get("versions"))
    ]
    return list(dict.fromkeys(name for name in found if name))


def list_services(*, viewer: Viewer) -> Services:
    """MultiClusterServices with the clusters that they serve, and the services of deployments themselves."""
    sight = look(viewer)
    multi = list(worst_first(sight.resources.filter(kind="MultiClusterService", group=K0RDENT), sight))
    everything = sight.resources.filter(kind="ServiceSet", group=K0RDENT)
    rows = list(worst_first(everything, sight)[: 5 * MOST_OWN])
    bodies = manifests([*multi, *rows])
    sets = [_set(row, bodies.get(row.pk, {}), sight) for row in rows]
    providers = worst_first(sight.resources.filter(kind="StateManagementProvider"), sight)
    empty = (
        None
        if multi or sets
        else why(
            sight,
            "multiclusterservices",
            "services",
            none="A MultiClusterService brings services to every cluster that fits its selector.",
        )
    )
    # What a MultiClusterService brought that is no longer there belongs to the cluster alone.
    sources = {row.name for row in multi}
    return Services(
        multi=tuple(_multi(row, bodies.get(row.pk, {}), sets, sight) for row in multi),
        own=tuple(one for one in sets if one.source not in sources)[:MOST_OWN],
        providers=rows_of(providers, sight),
        empty=empty,
    )


def _set(row: Resource, body: Mapping[str, Any], sight: Visibility) -> ServiceSet:
    source = m.text(m.part(dict(body), "spec", "multiClusterService"))
    cluster = m.text(m.part(dict(body), "spec", "cluster"))
    target = Target("ClusterDeployment", row.namespace, cluster, MANAGEMENT, row.region) if cluster else None
    return ServiceSet(row_of(row, sight), target, source, tuple(_asked(body, source)))


def _multi(row: Resource, body: dict[str, Any], sets: list[ServiceSet], sight: Visibility) -> MultiClusterService:
    matches = [
        Match(
            Target(m.text(one.get("kind")), m.text(one.get("namespace")), m.text(one.get("name"))),
            one.get("deployed") is True,
            m.text(one.get("message")) or m.text(one.get("reason")),
        )
        for one in m.items(m.part(body, "status", "matchingClusters"))
        if permits(sight.viewer, m.text(m.part(one, "region")), m.text(one.get("namespace")))
    ]
    return MultiClusterService(
        row=row_of(row, sight),
        selector=selector(m.part(body, "spec", "clusterSelector")),
        services=Some.of(_asked({"spec": body.get("spec", {})}), bounds.SERVICES),
        matches=tuple(sorted(matches, key=lambda one: (one.deployed, one.target.namespace, one.target.name))),
        sets=tuple(one for one in sets if one.source == row.name),
        conditions=conditions(body),
    )


def selector(value: object) -> str:
    """A label selector as kubectl writes it; one that is empty matches nothing in k0rdent."""
    found = m.mapping(value)
    parts = [f"{key}={m.text(text)}" for key, text in m.mapping(found.get("matchLabels")).items()]
    for one in m.items(found.get("matchExpressions")):
        key, how, values = m.text(one.get("key")), m.text(one.get("operator")), one.get("values")
        inside = ", ".join(map(str, values)) if isinstance(values, list) else ""
        parts.append({"Exists": key, "DoesNotExist": f"!{key}"}.get(how, f"{key} {how.lower()} ({inside})"))
    return ", ".join(parts)
