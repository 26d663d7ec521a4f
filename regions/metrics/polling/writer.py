"""What the meter writes: stores, figures, an hour of the past, alerts. Each call is one transaction of who leads."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from regions.domain.alerts.sources import AlertsHeard
from regions.domain.metrics.collecting import KeptFigure, Place
from regions.domain.metrics.figures import POINTS, STEP
from regions.domain.refs import MANAGEMENT
from regions.journal.lease import hold
from regions.metrics.polling.store_state import StoreRecord
from regions.models import Firing, Measured, Past, Pulse, Resource, Store

ENDED_KEPT = 5000
"""Alerts that ended and are kept, however young they are."""


def recall() -> dict[str, dict[Place, KeptFigure]]:
    """What was kept of every store before we began, by its key."""
    found: dict[str, dict[Place, KeptFigure]] = {}
    for row in Measured.objects.select_related("store", "past"):
        kept = KeptFigure(
            {id: (value, datetime.fromtimestamp(at, UTC)) for id, (value, at) in row.readings.items()},
            {id: [(labels, value) for labels, value in parts] for id, parts in row.parts.items()},
            row.tenant,
            row.seen_at,
            row.sampled_at,
            asked={tier: datetime.fromtimestamp(at, UTC) for tier, at in row.asked.items()},
        )
        if past := getattr(row, "past", None):
            kept.minute = past.start // STEP + POINTS - 1
            kept.past = {id: list(line) for id, line in past.series.items()}
        found.setdefault(row.store.key, {})[row.namespace, row.name] = kept
    return found


def write(term: int, pages: Iterable[StoreRecord]) -> None:
    """Write what changed of these stores, and let the pages of the regions concerned know."""
    regions: set[str] = set()
    with transaction.atomic():
        hold(term)
        for page in pages:
            store, _ = Store.objects.update_or_create(key=page.key, defaults=dict(page.columns))
            regions |= _measured(store, page)
        _beat(regions)


def drop(term: int, keys: Iterable[str]) -> None:
    """Forget stores that are no longer sources, with all that they said."""
    with transaction.atomic():
        hold(term)
        if Store.objects.filter(key__in=list(keys)).delete()[0]:
            _beat(set())


def known() -> set[str]:
    """Keys of all stores that are written down."""
    return set(Store.objects.values_list("key", flat=True))


def alerts(term: int, heard: Mapping[str, AlertsHeard], now: datetime) -> None:
    """Exactly these fire now: who is new began, who is missing ended."""
    with transaction.atomic():
        hold(term)
        open_ = {row.fingerprint: row for row in Firing.objects.filter(ended_at__isnull=True)}
        made, moved = [], []
        for fingerprint, one in heard.items():
            row = open_.pop(fingerprint, None)
            columns = one.columns()
            if row is None:
                made.append(Firing(fingerprint=fingerprint, seen_at=now, **columns))
                continue
            if one.source == "series":
                del columns["since"]  # series do not say when it began: for them it is when we first saw it
            if any(getattr(row, column) != value for column, value in columns.items()):
                moved.append(_set(row, seen_at=now, **columns))
        moved += [_set(row, ended_at=now) for row in open_.values()]
        Firing.objects.bulk_create(made)
        # As a rewrite: `bulk_update` makes a CASE of every column and row, which takes far longer than all else here.
        Firing.objects.bulk_create(moved, update_conflicts=True, unique_fields=["id"], update_fields=_FIRING)
        if made or moved:
            _beat({row.region for row in open_.values()} | {one.region for one in heard.values()})


def prune(term: int, before: datetime) -> None:
    """Forget alerts that ended long ago, and the oldest of too many."""
    with transaction.atomic():
        hold(term)
        ended = Firing.objects.filter(ended_at__isnull=False)
        ended.filter(ended_at__lt=before).delete()
        surplus = list(ended.order_by("-ended_at").values_list("pk", flat=True)[ENDED_KEPT:])
        Firing.objects.filter(pk__in=surplus).delete()


_FIRING = [field.name for field in Firing._meta.concrete_fields if field.name not in ("id", "fingerprint")]
_MEASURED = ["role", "expected", "tenant", "readings", "parts", "seen_at", "sampled_at", "asked"]


def _set(row: Firing, **columns: Any) -> Firing:
    for column, value in columns.items():
        setattr(row, column, value)
    return row


def _measured(store: Store, page: StoreRecord) -> set[str]:
    """Write the clusters that were touched; returns the regions that show them."""
    columns = Measured.objects.filter(store=store).values_list("namespace", "name", "pk", "role", "expected")
    rows = {(namespace, name): (pk, (role, expected)) for namespace, name, pk, role, expected in columns}
    Measured.objects.filter(pk__in=[rows[place][0] for place in rows.keys() - page.places]).delete()
    written: list[Measured] = []
    pasts: list[tuple[Measured, KeptFigure]] = []
    moved: set[Place] = set()
    for place in page.places:
        home, kept = page.homes.get(place), page.touched.get(place)
        named = (home.role, True) if home else ("", False)
        pk, was = rows.get(place, (None, None))
        if kept is None and was == named:
            continue
        moved.add(place)
        if kept is None and pk is not None:
            Measured.objects.filter(pk=pk).update(role=named[0], expected=named[1])
            continue
        row = Measured(pk=pk, store=store, namespace=place[0], name=place[1], role=named[0], expected=named[1])
        written.append(row)
        if kept is None:
            continue
        row.tenant = kept.tenant
        row.readings = {id: [value, at.timestamp()] for id, (value, at) in kept.readings.items()}
        row.parts = {id: [[labels, value] for labels, value in parts] for id, parts in kept.parts.items()}
        row.seen_at, row.sampled_at = kept.seen_at, kept.sampled_at
        row.asked = {tier: at.timestamp() for tier, at in kept.asked.items()}
        if kept.past:
            pasts.append((row, kept))
    Measured.objects.bulk_create([row for row in written if row.pk is None])
    there = [row for row in written if row.pk is not None]
    Measured.objects.bulk_create(there, update_conflicts=True, unique_fields=["id"], update_fields=_MEASURED)
    _pasts(pasts)
    return _regions(moved)


def _pasts(pasts: list[tuple[Measured, KeptFigure]]) -> None:
    starts = dict(Past.objects.filter(pk__in=[row.pk for row, _ in pasts]).values_list("pk", "start"))
    moved = [
        Past(measured=row, start=(kept.minute - POINTS + 1) * STEP, step=STEP, series=kept.past)
        for row, kept in pasts
        if starts.get(row.pk) != (kept.minute - POINTS + 1) * STEP
    ]
    Past.objects.bulk_create(
        moved, update_conflicts=True, unique_fields=["measured"], update_fields=["start", "step", "series"]
    )


def _regions(places: set[Place]) -> set[str]:
    if not places:
        return set()
    rows = Resource.objects.filter(
        kind__in=("ClusterDeployment", "Region"), cluster=MANAGEMENT, name__in={name for _, name in places}
    )
    found = set()
    for kind, namespace, name, region in rows.values_list("kind", "namespace", "name", "region"):
        if kind == "Region" or (namespace, name) in places:
            found.add(name if kind == "Region" else region)
    # Of what the copy does not know, pages of management and of the fleet may show something.
    return found | {MANAGEMENT}


def _beat(regions: Iterable[str]) -> None:
    names = {"", *(region for region in regions if region)}
    have = set(Pulse.objects.filter(region__in=names).values_list("region", flat=True))
    Pulse.objects.filter(region__in=have).update(revision=F("revision") + 1)
    Pulse.objects.bulk_create([Pulse(region=name, revision=1) for name in sorted(names - have)])
