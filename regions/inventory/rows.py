"""Rows of the copy as values: one object in a list, counts by health, conditions, redacted YAML."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from django.db.models import Count, Q, QuerySet

from regions import journal
from regions.domain import bounds
from regions.domain import manifest as m
from regions.domain.bounds import Some, cut
from regions.domain.bounds_kept import left_out
from regions.domain.health import Health
from regions.domain.refs import MANAGEMENT
from regions.inventory.basics import Condition, Counts, Row, Target
from regions.inventory.visibility import Visibility
from regions.kube import scalars
from regions.models import Manifest, Resource

# Conditions that are good when they are False, beside those that end as these do.
_INVERSE = frozenset(
    {
        "Paused",
        "Deleting",
        "RollingOut",
        "ScalingUp",
        "ScalingDown",
        "Remediating",
        "HelmChartNameChanged",
        "Stalled",
        "Reconciling",
    }
)


def target(row: Resource) -> Target:
    return Target(row.kind, row.namespace, row.name, row.cluster, row.region, row.deployment)


def row_of(row: Resource, sight: Visibility) -> Row:
    """One object as a list shows it."""
    judged = sight.judge(row)
    since = row.since if judged.last_health is None else sight.unseen_since(row.cluster, row.region)
    return Row(
        target=target(row),
        health=judged.health,
        last_health=judged.last_health,
        message=judged.message,
        since=since,
        as_of=row.as_of,
        created_at=row.created_at,
        deleting_at=row.deleting_at,
        template=row.template,
        credential=row.credential,
        labels=row.labels,
        upkeep=sight.said(row),
    )


def rows_of(query: Iterable[Resource], sight: Visibility) -> tuple[Row, ...]:
    return tuple(row_of(row, sight) for row in query)


def worst_first(query: QuerySet[Resource], sight: Visibility) -> QuerySet[Resource]:
    """Ordered by health as we may say it now, then by name."""
    rank = sight.rank()
    order = ["rank"] if sight.unseen() is None else [] if sight.dark else [rank]
    return query.order_by(*order, "namespace", "name", "pk")


def counts(healths: Iterable[tuple[str, int]]) -> Counts:
    """Counts from pairs of (health, how many), in any order and repeated."""
    found: dict[str, int] = {}
    for health, count in healths:
        found[health] = found.get(health, 0) + count
    by_health = {health.value: found[health.value] for health in Health if found.get(health.value)}
    return Counts(sum(by_health.values()), by_health)


def counted(where: Q, by: str, sight: Visibility) -> dict[str, Counts]:
    """Counts by health of the rows of management that fit, for each value of a column."""
    # Not by their cluster, too: then an index alone answers, and no row of a large fleet is looked at.
    grouped = Resource.objects.filter(where).order_by().values(by, "region", "health").annotate(count=Count("*"))
    found: dict[str, list[tuple[str, int]]] = {}
    for group in grouped:
        health = sight.counted(MANAGEMENT, group["region"], group["health"])
        found.setdefault(group[by], []).append((health, group["count"]))
    return {value: counts(pairs) for value, pairs in found.items()}


def manifests(rows: Iterable[Resource]) -> dict[int, dict[str, Any]]:
    """The manifests of these rows, by their primary key, in one query."""
    found = Manifest.objects.filter(pk__in=[row.pk for row in rows])
    return {manifest.pk: journal.unpack(manifest.body) for manifest in found}


def conditions(manifest: Mapping[str, Any]) -> Some[Condition]:
    """Its conditions in their own order, each with whether that is good; of very many, first those that are not."""
    everything = m.conditions(dict(manifest))
    room = bounds.share(min(len(everything), bounds.CONDITIONS))
    found = [
        Condition(
            c["type"], c["status"], c["reason"], cut(c["message"], room), c["changed_at"], _good(c["type"], c["status"])
        )
        for c in everything
    ]
    places = {one.type: place for place, one in enumerate(found)}
    shown = Some.of(sorted(found, key=lambda one: one.good is True), bounds.CONDITIONS)
    shown.total += left_out(dict(manifest)).get("conditions", 0)
    return shown.arranged(lambda one: places[one.type])


def _good(type_: str, status: str) -> bool | None:
    if status not in ("True", "False"):
        return None
    inverse = type_ in _INVERSE
    if inverse and status == "True":
        return None if type_ not in ("Stalled",) else False
    return (status == "True") is not inverse


class _Literal(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Text of several lines as a block, as people write it."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None if scalars.is_text(value) else "'"  # `y` is true to kubectl
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Literal.add_representer(str, _text)


def as_yaml(manifest: Mapping[str, Any]) -> str:
    """A redacted manifest as YAML, fields in the order people know them; of a huge one its outline."""
    if not manifest:
        return ""
    return yaml.dump(bounds.outline(manifest), Dumper=_Literal, sort_keys=False, allow_unicode=True, width=100)
