"""Regions at a glance: what the Region says of itself, how we hear it, and the HelmReleases of its components."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from regions.domain import bounds
from regions.domain import manifest as m
from regions.domain.bounds import Some
from regions.domain.components import under_way
from regions.domain.health import Assessment, Health, assess_region_linked
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Counts, Row
from regions.inventory.rows import counted, manifests, row_of
from regions.inventory.values import Component, RegionCard, Versions
from regions.inventory.visibility import Visibility, link_of, look
from regions.models import Resource
from regions.permitted import permits_region, permitted, sees_part_of

PAUSE = f"{K0RDENT}/region-pause"
_KCM = Q(kind="Management", cluster=MANAGEMENT, namespace="", name="kcm")
# With the namespace that they have not: so an index leads to them, and not the cluster, on which most objects are.
PLACES = Q(kind="Region", cluster=MANAGEMENT, namespace="") | _KCM
_TROUBLE = (Health.FAILED, Health.DEGRADED)


def place_of(row: Resource) -> str:
    """The name of the region that this Region or Management object is."""
    return MANAGEMENT if row.kind == "Management" else row.name


@dataclass(frozen=True, slots=True)
class RegionsShared:
    """What all regions have in common, read once: the Release that is applied, and components' HelmReleases."""

    sight: Visibility
    release: str
    wanted: Mapping[str, str]  # component of management → template that the Release names
    regional: str  # template of kcm in a region
    releases: Mapping[str, Mapping[str, Row]]  # region → HelmRelease name → row
    deployments: Mapping[str, Counts]


def list_regions(*, viewer: Viewer) -> list[RegionCard]:
    """Every region and the management cluster, worst first."""
    return cards(look(viewer))


def hidden_regions(*, viewer: Viewer) -> int:
    """How many regions there are that the viewer may not be shown."""
    if not viewer.confined:
        return 0
    names = Resource.objects.filter(kind="Region", cluster=MANAGEMENT, namespace="").values_list("name", flat=True)
    return sum(not permits_region(viewer, name) for name in names)


def cards(sight: Visibility) -> list[RegionCard]:
    """The same, for one who has already looked. Who sees only some namespaces is told of their part of a region."""
    rows = [row for row in Resource.objects.filter(PLACES) if permits_region(sight.viewer, place_of(row))]
    bodies = manifests(rows)
    ground = survey(sight, bodies, rows)
    found = [card(row, bodies.get(row.pk, {}), ground) for row in rows]
    if sees_part_of(sight.viewer):
        found = [own_part(card) for card in found if card.deployments.total]
    return sorted(found, key=lambda card: (card.health.rank, not card.is_management, card.name))


def survey(sight: Visibility, bodies: Mapping[int, dict[str, Any]], rows: list[Resource]) -> RegionsShared:
    """Read what the cards of these rows need together."""
    management = next((bodies.get(row.pk, {}) for row in rows if row.kind == "Management"), None)
    if management is None:
        found = Resource.objects.filter(_KCM).first()
        management = manifests([found]).get(found.pk, {}) if found else {}
    name = m.text(m.part(management, "status", "release")) or m.text(m.part(management, "spec", "release"))
    row = Resource.objects.filter(kind="Release", cluster=MANAGEMENT, name=name).first() if name else None
    release = manifests([row]).get(row.pk, {}) if row else {}
    spec = m.mapping(release.get("spec"))
    wanted = {part: m.text(m.part(spec, part, "template")) for part in ("kcm", "capi")}
    wanted |= {m.text(one.get("name")): m.text(one.get("template")) for one in m.items(spec.get("providers"))}
    return RegionsShared(
        sight,
        name,
        wanted,
        m.text(m.part(spec, "regional", "template")),
        _component_releases(sight, rows, bodies),
        counted(Q(kind="ClusterDeployment") & permitted(sight.viewer), "region", sight),
    )


def _component_releases(
    sight: Visibility, rows: list[Resource], bodies: Mapping[int, dict[str, Any]]
) -> dict[str, dict[str, Row]]:
    """The HelmReleases of the components of these regions, by region. By name: others are as many as deployments."""
    names = {_release_name(place_of(row), name) for row in rows for name in _statuses(bodies.get(row.pk, {}))}
    found: dict[str, dict[str, Row]] = {}
    for row in Resource.objects.filter(kind="HelmRelease", cluster=MANAGEMENT, deployment="", name__in=names):
        found.setdefault(row.region or MANAGEMENT, {})[row.name] = row_of(row, sight)
    return found


def _statuses(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return m.mapping(m.part(dict(manifest), "status", "components"))


def _release_name(region: str, component: str) -> str:
    return component if region == MANAGEMENT else f"{region}-{component}"


def components(row: Resource, manifest: Mapping[str, Any], ground: RegionsShared) -> tuple[Component, ...]:
    """The parts of k0rdent in a region, in the order in which k0rdent installs them."""
    region = place_of(row)
    releases = ground.releases.get(region, {})
    found = []
    for name, raw in _statuses(manifest).items():
        part = m.mapping(raw)
        release = releases.get(_release_name(region, name))
        success, error = part.get("success") is True, m.text(part.get("error"))
        health, message = _component_health(success, error, row, release)
        found.append(
            Component(
                name,
                m.text(part.get("template")),
                _wanted(manifest, name, ground),
                success,
                error,
                health,
                message,
                Some.of(m.texts(part.get("exposedProviders")), bounds.NAMES),
                release,
            )
        )
    first = {"kcm": 0, "kcm-regional": 0, "capi": 1}
    return tuple(sorted(found, key=lambda one: (first.get(one.name, 2), one.name)))


def _component_health(success: bool, error: str, of: Resource, release: Row | None) -> tuple[Health, str]:
    # The Region's own word is frozen once it was Ready; its HelmRelease is judged anew by Flux all the time.
    if release and release.health in (*_TROUBLE, Health.UNKNOWN, Health.PROGRESSING):
        return release.health, release.message
    if success:
        return Health.READY, "Installed"
    if not error:
        return Health.PROGRESSING, "Not installed yet"
    # By the judgement of the whole, so that the two never differ: it was made when the clock said so.
    ill = Health(of.health) in _TROUBLE and not under_way(error)
    return Health.DEGRADED if ill else Health.PROGRESSING, error


def _ok(part: Component) -> bool:
    """Installed and well; of a region that we do not hear: when we last knew."""
    if part.health is Health.UNKNOWN and part.release and part.release.last_health:
        return part.success and part.release.last_health is Health.READY
    return part.health is Health.READY


def _wanted(manifest: Mapping[str, Any], name: str, ground: RegionsShared) -> str:
    """What the spec says for this component, else the Release."""
    spec = m.mapping(manifest.get("spec"))
    core = {"kcm": "kcm", "kcm-regional": "kcm", "capi": "capi"}.get(name)
    if core:
        own = m.text(m.part(spec, "core", core, "template"))
    else:
        own = next((m.text(p.get("template")) for p in m.items(spec.get("providers")) if p.get("name") == name), "")
    return own or (ground.regional if name == "kcm-regional" else ground.wanted.get(name, ""))


def card(row: Resource, manifest: Mapping[str, Any], ground: RegionsShared) -> RegionCard:
    """One region at a glance."""
    name = place_of(row)
    sight = ground.sight
    parts = components(row, manifest, ground)
    health, last_health, message = _health(row, name, parts, sight)
    link = sight.link(name)
    kcm = next((part.template for part in parts if part.name in ("kcm", "kcm-regional")), "")
    versions = Versions(link.version, ground.release, kcm, sum(part.behind for part in parts))
    providers = m.part(dict(manifest), "status", "availableProviders")
    return RegionCard(
        name=name,
        health=health,
        last_health=last_health,
        message=message,
        since=row.since,
        as_of=row.as_of if last_health is None else link.heard_at or row.as_of,
        link=link,
        deployments=ground.deployments.get(name, Counts()),
        components_ok=sum(_ok(part) for part in parts),
        components_total=len(parts),
        providers=Some.of(sorted(m.texts(providers)), bounds.NAMES),
        versions=versions,
        components=Some.of(parts, bounds.NAMES),
        paused=PAUSE in m.annotations(dict(manifest)),
        created_at=row.created_at,
        deleting_at=row.deleting_at,
        upkeep=sight.said(row),
        twins=sight.twins(name),
    )


def _health(
    row: Resource, name: str, parts: tuple[Component, ...], sight: Visibility
) -> tuple[Health, Health | None, str]:
    own = Assessment(Health(row.health), row.message)
    if sight.dark or MANAGEMENT in sight.blind:
        # The Region object itself lies on management: its word is old, too.
        return Health.UNKNOWN, own.health, f"{sight.why(MANAGEMENT, '')}. Last known: {own.health}. {own.message}"
    failing = [part.name for part in parts if part.release and part.release.health in _TROUBLE]
    link = sight.links.get(name)
    linked = assess_region_linked(own, link_of(link) if link else None, sight.now, failing, row.since)
    unheard = linked.health is Health.UNKNOWN and own.health is not Health.UNKNOWN
    return linked.health, own.health if unheard else None, linked.message


def own_part(card: RegionCard) -> RegionCard:
    """What a region says of itself speaks of all that is in it; this is the card of those deployments alone."""
    own = card.deployments
    blind = card.link.blind
    health = Health.UNKNOWN if blind else min((health for health, _ in own.items), key=lambda health: health.rank)
    message = "We do not hear this region" if blind else ""
    link = replace(card.link, message=message, said="", server="", kubeconfig="", version="", uid="")
    return RegionCard(
        name=card.name,
        health=health,
        last_health=None,
        message=message,
        since=card.since if blind else None,
        as_of=card.as_of,
        link=link,
        deployments=own,
        components_ok=0,
        components_total=0,
        providers=(),
        versions=type(card.versions)(),
        upkeep=None,
    )
