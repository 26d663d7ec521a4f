"""The fleet, or one region, as a tree: what is not well box by box, the well folded with their counts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from deployments.topology.values import Topology, TopologyNode, folded, node_of
from regions.domain.health import Health
from regions.domain.kinds import CAPI, CONTROL_PLANE, K0RDENT
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory import Counts, NotFound, RegionCard, Row, fold_regions
from regions.inventory.cards import cards
from regions.inventory.rows import counts, rows_of
from regions.inventory.serving import placed
from regions.inventory.visibility import Visibility, look
from regions.models import Resource
from regions.permitted import permitted

REGIONS = 24
BOXES = 160
"""Deployments drawn one by one, over all regions."""
PARTS = 4
"""Parts that are not well, of each deployment."""

_DEPLOYMENT = Q(kind="ClusterDeployment", group=K0RDENT)
_POOLS = Q(group=CAPI, kind__in=("MachineDeployment", "MachinePool")) | Q(group=CONTROL_PLANE)
_SERVICES = Q(group=K0RDENT, kind="ServiceSet")
_UNWELL = tuple(health for health in Health if health not in (Health.READY, Health.UNKNOWN))


def fleet_topology(text: str = "", healths: Iterable[str] = (), *, viewer: Viewer) -> Topology:
    """Management, its regions, worst first, and in each the deployments that are not well, or that fit."""
    sight = look(viewer)
    every = cards(sight)
    wanted = Wanted(text, tuple(healths))
    fitting = _fitting(sight, wanted)
    own = next((card for card in every if card.is_management), None)
    places = [card for card in every if not card.is_management]
    if wanted.narrows:
        with_some = {name for name, some in fitting.items() if some.total}
        places = [card for card in places if card.name in with_some or wanted.names(card)]
    shown, rest = fold_regions(places, REGIONS) if len(places) > REGIONS else (tuple(places), ())
    names = [MANAGEMENT, *(card.name for card in shown)]
    each = max(2, BOXES // len(names))
    listed = _listed(sight, wanted, names, each)
    branches = [_region(card, fitting, listed, wanted) for card in shown]
    branches += [
        folded(
            "t-fleet", group.health, len(group.regions), "Region", f"{reverse('regions:list')}?health={group.health}"
        )
        for group in rest
    ]
    here = _deployments("t-management", MANAGEMENT, fitting.get(MANAGEMENT, Counts()), listed, wanted)
    root = TopologyNode(
        "t-root",
        "Management",
        "Management" if own else "Fleet",
        own.health if own else None,
        own.url if own else "",
        note=f"{len(places)} region{'s' * (len(places) != 1)}",
        children=(*branches, *here),
    )
    return Topology(
        root,
        "Topology",
        text,
        tuple(healths),
        counts(pair for some in _fitting(sight, Wanted(text, ())).values() for pair in some.items),
        unheard=sight.why("", "") if sight.dark else "",
        empty="Nothing fits." if wanted.narrows else "No region and no deployment is there to be seen.",
    )


def region_topology(name: str, text: str = "", healths: Iterable[str] = (), *, viewer: Viewer) -> Topology:
    """One region with its credentials and deployments, and what these are made of. Raises NotFound."""
    sight = look(viewer)
    card = next((card for card in cards(sight) if card.name == name), None)
    if card is None:
        raise NotFound(f"There is no region {name}")
    wanted = Wanted(text, tuple(healths))
    fitting = _fitting(sight, wanted, region=name)
    listed = _listed(sight, wanted, [name], 60, every=True)
    root = _region(card, fitting, listed, wanted)
    if not wanted.narrows:
        root = replace(root, children=(*root.children, *_credentials(sight, name)))
    whole = _fitting(sight, Wanted(text, ()), region=name).get(name, Counts())
    return Topology(
        root,
        f"Topology of {card.title}",
        text,
        tuple(healths),
        whole,
        crumbs=(("Topology", reverse("topology:fleet")), (card.title, "")),
        unheard=card.link.message if card.link.blind else "",
        empty="Nothing fits." if wanted.narrows else "No deployment runs here, and no credential leads here.",
    )


class Wanted:
    """What was asked for: words in a name, healths."""

    def __init__(self, text: str, healths: tuple[str, ...]) -> None:
        self.words, self.healths = text.lower().split(), healths
        self.narrows = bool(self.words or healths)

    def of(self, sight: Visibility) -> Q:
        found = Q()
        for word in self.words:
            found &= Q(name__icontains=word) | Q(namespace__icontains=word) | Q(region__icontains=word)
        return found & sight.having(self.healths) if self.healths else found

    def names(self, card: RegionCard) -> bool:
        return not self.healths and all(word in card.title.lower() for word in self.words)


def _mine(sight: Visibility) -> QuerySet[Resource]:
    return Resource.objects.filter(_DEPLOYMENT & permitted(sight.viewer))


def _fitting(sight: Visibility, wanted: Wanted, region: str = "") -> dict[str, Counts]:
    """How many deployments fit, by region and health."""
    query = _mine(sight).filter(wanted.of(sight))
    if region:
        query = query.filter(region=region)
    found: dict[str, list[tuple[str, int]]] = {}
    for one in query.order_by().values("region", "health").annotate(count=Count("*")):
        health = sight.counted(MANAGEMENT, one["region"], one["health"])
        found.setdefault(one["region"], []).append((health, one["count"]))
    return {name: counts(pairs) for name, pairs in found.items()}


def _listed(
    sight: Visibility, wanted: Wanted, names: list[str], each: int, *, every: bool = False
) -> dict[str, list[TopologyNode]]:
    """Of these regions, the deployments that are drawn one by one, worst first, each with what of it is not well."""
    query = _mine(sight).filter(wanted.of(sight), region__in=names)
    if not wanted.narrows:
        query = query.filter(sight.having(_UNWELL))
    place = Window(RowNumber(), partition_by=F("region"), order_by=[F("rank").asc(), F("since").asc(), F("pk").asc()])
    rows = rows_of(query.annotate(place=place).filter(place__lte=each).order_by("region", "place"), sight)
    parts = _parts(sight, rows, every=every)
    found: dict[str, list[TopologyNode]] = {}
    for row in rows:
        below = parts.get(row.target.label, [])
        found.setdefault(row.region, []).append(
            replace(
                node_of(row, below, title=row.target.label),
                url=reverse("topology:deployment", args=[row.target.namespace, row.target.name]),
            )
        )
    return found


def _parts(sight: Visibility, rows: Iterable[Row], *, every: bool) -> dict[str, list[TopologyNode]]:
    """Pools and services of these deployments that are not well, or all of them; at most some of each."""
    paths = [row.target.label for row in rows if row.last_health is None]
    query = sight.resources.filter(_POOLS | _SERVICES, deployment__in=paths)
    if not every:
        query = query.exclude(health=Health.READY)
    found: dict[str, list[TopologyNode]] = {}
    for part in placed(query.order_by("rank", "kind", "name")[: PARTS * len(paths)]):
        if part.deployment and len(some := found.setdefault(part.deployment, [])) < PARTS:
            some.append(node_of(rows_of([part], sight)[0]))
    return found


def _region(
    card: RegionCard, fitting: Mapping[str, Counts], listed: Mapping[str, list[TopologyNode]], wanted: Wanted
) -> TopologyNode:
    own = fitting.get(card.name, Counts())
    id = f"t-region-{card.name.strip('~')}"
    return TopologyNode(
        id,
        "Region",
        card.title,
        card.health,
        reverse("topology:region", args=[card.name]),
        note=card.message if card.health is not Health.READY else f"{own.ready} of {own.total} ready",
        last_health=card.last_health,
        children=_deployments(id, card.name, own, listed, wanted),
    )


def _deployments(
    id: str, region: str, some: Counts, listed: Mapping[str, list[TopologyNode]], wanted: Wanted
) -> tuple[TopologyNode, ...]:
    """Those drawn one by one, then the rest of each health as one box."""
    shown = listed.get(region, [])
    drawn: dict[Health, int] = {}
    for node in shown:
        if node.health:
            drawn[node.health] = drawn.get(node.health, 0) + 1
    rest = [(health, count - drawn.get(health, 0)) for health, count in some.items]
    words = {"search": " ".join(wanted.words)} if wanted.words else {}
    return (
        *shown,
        *(
            folded(
                id,
                health,
                count,
                "ClusterDeployment",
                f"{reverse('deployments:list')}?{urlencode({'region': region, 'health': health.value, **words})}",
            )
            for health, count in rest
            if count > 0
        ),
    )


def _credentials(sight: Visibility, region: str) -> tuple[TopologyNode, ...]:
    """Those that lead into this region: what is not well by itself, the rest as one box."""
    rows = rows_of(
        sight.resources.filter(kind="Credential", group=K0RDENT, region=region).order_by("rank", "name"), sight
    )
    shown = [node_of(row, title=row.target.label) for row in rows if row.health is not Health.READY][:20]
    well = sum(row.health is Health.READY for row in rows)
    if well:
        url = f"{reverse('credentials:list')}?{urlencode({'region': region, 'health': Health.READY.value})}"
        shown.append(folded("t-credentials", Health.READY, well, "Credential", url))
    return tuple(shown)
