"""Any object by its name."""

from dataclasses import replace

from django.db.models import Case, IntegerField, Q, Value, When

from regions.domain.viewer import Viewer
from regions.inventory.cards import list_regions
from regions.inventory.rows import row_of
from regions.inventory.serving import placed
from regions.inventory.values import Hit, RegionCard, SearchResult
from regions.inventory.visibility import look

LIMIT = 50

# What people look for, before what it is made of.
_FIRST = ("Region", "ClusterDeployment", "Credential", "ClusterTemplate", "MultiClusterService", "ServiceTemplate")


def search(text: str, *, viewer: Viewer, limit: int = LIMIT) -> SearchResult:
    """Objects whose name holds `text`, or `namespace/name`; the same name first, then those that begin so."""
    text = text.strip()[:253]
    namespace, slash, name = text.rpartition("/")
    if not name:
        return SearchResult(text, (), 0)
    where = Q(name__icontains=name)
    if slash:
        where &= Q(namespace__iexact=namespace)
    near = Case(
        When(name__iexact=name, then=Value(0)),
        When(name__istartswith=name, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    kind = Case(
        *(When(kind=kind, then=Value(place)) for place, kind in enumerate(_FIRST)),
        default=Value(len(_FIRST)),
        output_field=IntegerField(),
    )
    sight = look(viewer)
    query = sight.resources.filter(where)
    rows = query.annotate(near=near, first=kind).order_by("near", "first", "kind", "namespace", "name", "pk")[:limit]
    hits = [Hit(row_of(row, sight), row.name.lower() == name.lower()) for row in placed(rows)]
    if any(hit.row.target.kind == "Region" for hit in hits):
        # A Region is also judged by its components: say here what its own page says.
        cards = {card.name: card for card in list_regions(viewer=viewer)}
        hits = [_as_card(hit, cards) for hit in hits]
    return SearchResult(text, tuple(hits), len(hits) if len(hits) < limit else query.count())


def _as_card(hit: Hit, cards: dict[str, RegionCard]) -> Hit:
    card = cards.get(hit.row.target.name) if hit.row.target.kind == "Region" else None
    if card is None:
        return hit
    return replace(hit, row=replace(hit.row, health=card.health, last_health=card.last_health, message=card.message))
