"""The list of deployments. Ten thousand cost about as much as a hundred: groups are counted on a covering index, where
text and labels are sought, too; each order has an index of its own; of rows one page is read, of manifests none."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Coalesce

from deployments.clusterdeployments.filters import FACETS, DeploymentFilters
from deployments.clusterdeployments.values import Listing
from deployments.lists import Page, facet, gone, why
from regions.domain.health import Health
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.indexes import Literal
from regions.inventory.rows import row_of
from regions.inventory.visibility import Visibility, look
from regions.models import Resource

KIND = "ClusterDeployment"
_TITLES = {
    "region": "Region",
    "health": "Health",
    "template": "Template",
    "credential": "Credential",
    "namespace": "Namespace",
}
_ORDERS = {"health": tuple(Health)}
_COLUMNS = {
    "created": "created_at",
    "changed": "since",
    "name": "name",
    "namespace": "namespace",
    "region": "region",
    "template": "template",
    "credential": "credential",
}


def list_deployments(filters: DeploymentFilters, *, viewer: Viewer) -> Listing:
    """One page of the deployments that fit, and how many there are of each value of each facet."""
    sight = look(viewer)
    tally = _Tally(filters)
    for *values, count in _groups(filters, sight):
        region, health = values[0], values[1]
        tally.add((region, sight.counted(MANAGEMENT, region, health), *values[2:]), count)
    page = Page(filters.page, filters.page_size, tally.total)
    chosen = _page(filters, sight, tally.by_health, page.start, page.size)
    known = Resource.objects.in_bulk(chosen)
    rows = tuple(row_of(known[one], sight) for one in chosen if one in known)
    of = tally.all if not filters.searches else sight.resources.filter(kind=KIND).count()
    facets = tuple(
        facet(name, _TITLES[name], tally.facets[name], getattr(filters, name), order=_ORDERS.get(name, ()))
        for name in FACETS
    )
    return Listing(
        filters=filters,
        rows=rows,
        of=of,
        page=page,
        facets=facets,
        by_health={health.value: tally.by_health[health] for health in Health if tally.by_health[health]},
        empty=None
        if rows
        else why(
            sight,
            "clusterdeployments",
            "deployments",
            filtered=bool(of),
            none="Create a ClusterDeployment on the management cluster, and it appears here.",
        ),
        gone=gone(facets, "deployment", lambda name, value: name == "health" or _any(sight, name, value)),
    )


def _any(sight: Visibility, column: str, value: str) -> bool:
    return sight.resources.filter(kind=KIND, **{column: value}).exists()


class _Tally:
    """Counts groups of deployments: in all, and for each facet given the choices of all others."""

    def __init__(self, filters: DeploymentFilters) -> None:
        chosen = ((place, frozenset(getattr(filters, name))) for place, name in enumerate(FACETS))
        self.chosen = [(place, wanted) for place, wanted in chosen if wanted]
        self.all = self.total = 0
        self.by_health: Counter[str] = Counter()
        self.facets = {name: Counter(dict.fromkeys(getattr(filters, name), 0)) for name in FACETS}
        self.columns = list(self.facets.values())

    def add(self, values: tuple[str, ...], count: int) -> None:
        self.all += count
        missed = [place for place, wanted in self.chosen if values[place] not in wanted]
        if len(missed) > 1:
            return
        if missed:
            self.columns[missed[0]][values[missed[0]]] += count
            return
        self.total += count
        self.by_health[values[1]] += count
        for column, value in zip(self.columns, values, strict=True):
            column[value] += count


def _narrowed(filters: DeploymentFilters, sight: Visibility) -> QuerySet[Resource]:
    """By what is no facet: text and labels."""
    query = sight.resources.filter(kind=Literal(KIND))
    if filters.text:
        for word in filters.text.split():
            query = query.filter(Q(name__icontains=word) | Q(namespace__icontains=word) | Q(message__icontains=word))
    for place, (key, value) in enumerate(filters.labels):
        if value.isascii() and value.isprintable() and not set(value) & set('"\\'):
            # Most have this value nowhere: to see that, no JSON need be read.
            query = query.alias(labels_text=Cast("labels", TextField())).filter(labels_text__contains=f'"{value}"')
        query = query.alias(**{f"label{place}": KeyTransform(key, "labels")}).filter(**{f"label{place}": value})
    return query


def _groups(filters: DeploymentFilters, sight: Visibility) -> Iterator[tuple[Any, ...]]:
    """(region, health, template, credential, namespace, how many), in the order of the covering index."""
    query, names = _narrowed(filters, sight).order_by(), FACETS
    if filters.searches:
        query, names = query.annotate(first=_by(filters, FACETS[0])), ("first", *FACETS[1:])
    yield from query.values_list(*names).annotate(count=Count("*")).order_by(*names)


def _by(filters: DeploymentFilters, column: str) -> F | Coalesce:
    """What to group or order by: the column. Where something is searched for, an expression that says the same, and in
    whose order no index is: a database would walk such an index, and read every row on its way."""
    return Coalesce(column, column) if filters.searches else F(column)


def _page(filters: DeploymentFilters, sight: Visibility, by_health: Counter[str], start: int, size: int) -> list[int]:
    """Primary keys of the rows of one page, in order: they are found in an index alone, whatever is sought."""
    query = _narrowed(filters, sight)
    for name in FACETS:
        chosen = getattr(filters, name)
        if chosen and name != "health":
            query = query.filter(**{f"{name}__in": chosen})
    back = filters.sort.startswith("-")
    sort = filters.sort.removeprefix("-")
    names = ("-namespace", "-name") if back and sort == "health" else ("namespace", "name")
    if sort == "health":
        return list(_by_health(query, sight, by_health, names, start, size, back))
    if filters.health:
        query = query.filter(sight.having(filters.health))
    column = _by(filters, _COLUMNS[sort])
    # Ages read the other way round: the youngest was created last.
    down = back is (sort not in ("created", "changed"))
    order = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    ordered = query.order_by(order, *(name for name in names if name != sort), "pk")
    return list(ordered.values_list("pk", flat=True)[start : start + size])


def _by_health(
    query: QuerySet[Resource],
    sight: Visibility,
    by_health: Counter[str],
    names: tuple[str, ...],
    start: int,
    size: int,
    back: bool,
) -> Iterator[int]:
    """Worst first, one health after the other: so each query walks an index in order, though the health that we may
    claim is not the one that is stored."""
    for health in reversed(Health) if back else Health:
        count = by_health[health]
        if start >= count:
            start -= count
            continue
        if size <= 0:
            return
        ordered = query.filter(sight.having([health])).order_by(*names)
        found = list(ordered.values_list("pk", flat=True)[start : start + size])
        yield from found
        start, size = 0, size - min(count, len(found))
