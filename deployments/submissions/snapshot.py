"""What the copy knows of the clusters, as the rules of `deployments.domain` want it."""

import json
from collections.abc import Iterable, Set
from typing import Any

from django.conf import settings
from django.db.models import Q

from deployments.domain.snapshot import (
    ClusterSnapshot,
    KnownCredential,
    KnownDeployment,
    KnownRegion,
    KnownService,
    KnownTemplate,
    Name,
)
from deployments.domain.template_names import chart_of, family, said_chart
from regions.domain import manifest as m
from regions.domain.components import installing
from regions.domain.health import Health
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory.rows import manifests
from regions.inventory.visibility import Visibility, look
from regions.models import Resource, Stream

PAUSED = f"{K0RDENT}/region-pause"
_KINDS = ("Region", "Credential", "ClusterTemplate", "ServiceTemplate", "Management", "Release", "ProviderInterface")
_PROVIDER = "cluster.x-k8s.io/provider"


def take_snapshot(
    *, viewer: Viewer, namespace: str = "", template: str = "", hosted: bool = False, taken: Iterable[Ref] = ()
) -> ClusterSnapshot:
    """Everything that rules ask for. Deployments only of `namespace`, a schema only of this template in it.

    `hosted`: those deployments instead that the management cluster itself runs. `taken`: objects that a form may want
    to make; those of them that the copy has are in it.
    """
    sight = look(viewer)
    rows = [row for row in Resource.objects.filter(group=K0RDENT, kind__in=_KINDS) if _shown(row, sight)]
    bodies = manifests(rows)
    found: dict[str, list[tuple[Resource, Manifest]]] = {kind: [] for kind in _KINDS}
    for row in rows:
        found[row.kind].append((row, bodies.get(row.pk, {})))
    release = next((m.text(m.part(body, "status", "release")) for _, body in found["Management"]), "")
    return ClusterSnapshot(
        system_namespace=settings.PANE_SYSTEM_NAMESPACE,
        release=next(
            (m.text(m.part(body, "spec", "version")) for row, body in found["Release"] if row.name == release), release
        ),
        regions={row.name: _region(row, body, sight) for row, body in found["Region"]},
        credentials={(row.namespace, row.name): _credential(row, body) for row, body in found["Credential"]},
        templates=_templates(found["ClusterTemplate"], (namespace, template)),
        services={(row.namespace, row.name): _service(row, body) for row, body in found["ServiceTemplate"]},
        deployments=_deployments(sight, Q(region__in=("", MANAGEMENT)) if hosted else Q(namespace=namespace)),
        offered=tuple(
            m.text(one.get("name"))
            for row, body in found["Release"]
            if row.name == release
            for one in m.items(m.part(body, "spec", "providers"))
        ),
        interfaces=_interfaces(found["ProviderInterface"], sight),
        installing={
            MANAGEMENT if row.kind == "Management" else row.name: installing(body)
            for row, body in (*found["Region"], *found["Management"])
        },
        taken=_taken(taken),
        servers={f"https://{link.server}": name for name, link in sight.links.items() if link.server},
    )


def _shown(row: Resource, sight: Visibility) -> bool:
    """What k0rdent itself is made of is a fact to everybody's rules; of the rest only what this viewer may see."""
    return row.kind in ("Management", "Release", "ProviderInterface") or sight.shows(row)


def _region(row: Resource, body: Manifest, sight: Visibility) -> KnownRegion:
    providers = m.part(body, "status", "availableProviders")
    return KnownRegion(
        name=row.name,
        ready=row.health == Health.READY,
        silent=not sight.sees(row.name, row.name),
        deleting=row.deleting_at is not None,
        paused=PAUSED in m.annotations(body),
        providers=tuple(m.text(one) for one in providers) if isinstance(providers, list) else (),
        enabled=tuple(m.text(one.get("name")) for one in m.items(m.part(body, "spec", "providers"))),
        server=sight.link(row.name).server,
    )


def _credential(row: Resource, body: Manifest) -> KnownCredential:
    identity = m.mapping(m.part(body, "spec", "identityRef"))
    ready = m.part(body, "status", "ready")
    return KnownCredential(
        namespace=row.namespace,
        name=row.name,
        region=m.text(m.part(body, "spec", "region")) or MANAGEMENT,
        ready=ready if isinstance(ready, bool) else None,
        kind=m.text(identity.get("kind")),
        identity=m.text(identity.get("name")),
        message=row.message if ready is False else "",
        deleting=row.deleting_at is not None,
    )


def _templates(found: list[tuple[Resource, Manifest]], chosen: Name) -> dict[Name, KnownTemplate]:
    system = settings.PANE_SYSTEM_NAMESPACE
    originals = {row.name: said_chart(body) for row, body in found if row.namespace == system}
    return {(row.namespace, row.name): _template(row, body, originals, chosen) for row, body in found}


def _template(row: Resource, body: Manifest, originals: dict[str, str], chosen: Name) -> KnownTemplate:
    status = m.mapping(body.get("status"))
    providers = status.get("providers")
    known = KnownTemplate(
        namespace=row.namespace,
        name=row.name,
        valid=status.get("valid") is True,
        error=m.text(status.get("validationError")),
        providers=tuple(m.text(one) for one in providers) if isinstance(providers, list) else (),
        chart=chart_of(body, originals) or family(row.name),
        schema=_schema(row.namespace, m.text(status.get("schemaConfigMapName")))
        if chosen == (row.namespace, row.name)
        else None,
        defaults=m.mapping(status.get("config")),
    )
    return known


def _schema(namespace: str, name: str) -> dict[str, Any] | None:
    row = Resource.objects.filter(cluster=MANAGEMENT, kind="ConfigMap", namespace=namespace, name=name).first()
    if not name or row is None:
        return None
    try:
        schema = json.loads(m.text(m.part(manifests([row]).get(row.pk, {}), "data", "schema")))
    except (ValueError, RecursionError):
        return None
    return schema if isinstance(schema, dict) else None


def _service(row: Resource, body: Manifest) -> KnownService:
    status = m.mapping(body.get("status"))
    error = m.text(status.get("validationError"))
    return KnownService(row.namespace, row.name, status.get("valid") is True, error)


def _deployments(sight: Visibility, which: Q) -> dict[Name, KnownDeployment]:
    rows = sight.resources.filter(which, group=K0RDENT, kind="ClusterDeployment")
    return {
        (row.namespace, row.name): KnownDeployment(
            row.namespace,
            row.name,
            row.region or MANAGEMENT,
            row.health == Health.READY,
            row.template.startswith("adopted-cluster"),
        )
        for row in rows
    }


def _interfaces(found: list[tuple[Resource, Manifest]], sight: Visibility) -> dict[str, dict[str, Set[str]] | None]:
    """By cluster; None where we do not see what is installed."""
    heard = Stream.objects.filter(name=f"providerinterfaces.{K0RDENT}", state=Stream.State.WATCHING)
    known: dict[str, dict[str, Set[str]] | None] = {
        name: {} if sight.sees(name, name) else None for name in heard.values_list("cluster", flat=True)
    }
    for row, body in found:
        takes = known.get(row.cluster)
        if takes is None:
            continue
        kinds = {m.text(one.get("kind")) for one in m.items(m.part(body, "spec", "clusterIdentities"))}
        old = m.part(body, "spec", "clusterIdentityKinds")
        kinds |= {m.text(one) for one in old} if isinstance(old, list) else set()
        provider = m.labels(body).get(_PROVIDER) or f"infrastructure-{row.name}"
        takes[provider] = set(takes.get(provider, set())) | kinds
    return known


def _taken(refs: Iterable[Ref]) -> Set[Ref]:
    wanted = list(refs)
    if not wanted:
        return frozenset()
    found = Resource.objects.filter(Q(key__in=[ref.key for ref in wanted])).values_list("key", flat=True)
    return frozenset(ref for ref in wanted if ref.key in set(found))
