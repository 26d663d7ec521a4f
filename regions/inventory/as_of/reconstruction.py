"""The fleet as it was at a moment of the kept past: the same rows, manifests and links that pages are drawn from now.

What changed since then says how it was before; what did not is still in the copy. What Pane did not know at that moment
is not there, whatever it learned later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Q

from regions import journal
from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.inventory.basics import Freshness
from regions.inventory.serving import serves
from regions.inventory.visibility import PATIENCE, Visibility, view_of
from regions.maintenance.entries import active
from regions.models import (
    Blindness,
    Cluster,
    ClusterColumns,
    Columns,
    Log,
    Manifest,
    PastLink,
    Resource,
    Version,
)

CHUNK = 400
_COLUMNS = tuple(field.attname for field in Columns._meta.concrete_fields)
_LINK = ("name", *(field.attname for field in ClusterColumns._meta.concrete_fields))


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """From when on the past is kept; None: nothing is."""

    since: datetime | None

    def refusal(self, at: datetime, now: datetime) -> str:
        """Why this moment cannot be shown; empty when it can."""
        if at > now:
            return "That moment has not come yet."
        if self.since is None:
            return "Nothing of the past is kept yet."
        if at < self.since:
            return f"What was before {self.since:%Y-%m-%d %H:%M:%S} UTC is not kept."
        return ""


def kept() -> KeptVersion:
    return KeptVersion(Log.objects.values_list("past_from", flat=True).first())


@dataclass(frozen=True, slots=True)
class FleetAsOf:
    """The copy as it was. Rows are Resources that are not saved anywhere: their primary key names them only here."""

    at: datetime

    def of_kinds(self, *kinds: str, where: Q | None = None) -> list[Resource]:
        """All objects of these kinds; `where` may only ask for what an object never changes: its name and place."""
        return self._rows(Q(kind__in=kinds) & (where or Q()))

    def of_deployment(self, namespace: str, name: str) -> list[Resource]:
        """What served a deployment, and the deployment itself."""
        path = f"{namespace}/{name}"
        keys = set(Resource.objects.filter(deployment=path).values_list("key", flat=True))
        then = Version.objects.filter(deployment=path, until__gt=self.at)
        keys |= set(then.order_by().values_list("key", flat=True).distinct())
        rows = [row for row in self.of_keys(keys) if row.deployment == path]
        own = next((row for row in rows if row.kind == "ClusterDeployment"), None)
        return [row for row in rows if own is None or serves(row.cluster, row.group, own.region)]

    def of_keys(self, keys: Iterable[str]) -> list[Resource]:
        rest = sorted(keys)
        found: list[Resource] = []
        for start in range(0, len(rest), CHUNK):
            found += self._rows(Q(key__in=rest[start : start + CHUNK]))
        return found

    def deployment(self, namespace: str, name: str) -> Resource | None:
        key = Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name).key
        return next(iter(self.of_keys([key])), None)

    def manifests(self, rows: Iterable[Resource]) -> dict[int, dict[str, Any]]:
        """Their manifests, by their primary key."""
        rows = list(rows)
        current = [row.pk for row in rows if row.pk > 0]
        found = dict(Manifest.objects.filter(pk__in=current).values_list("pk", "body")) if current else {}
        changed = {-row.pk: row for row in rows if row.pk < 0}
        bodies = Version.objects.filter(pk__in=changed.keys()).values_list("pk", "body")
        found |= {-pk: body for pk, body in bodies if body is not None}
        for pk, row in changed.items():
            if -pk not in found and (body := self._later_body(row.key, pk)) is not None:
                found[-pk] = body
        return {pk: journal.unpack(body) for pk, body in found.items()}

    def sight(self, viewer: Viewer | None = None) -> Visibility:
        """Who could be heard then; what may be shown is what may be shown now."""
        links = {cluster.name: view_of(cluster, self.at) for cluster in self._links()}
        places = {row.name for row in self.of_kinds("Region")}
        silent = {name for name, link in links.items() if link.blind}
        blind = frozenset(silent | (places - links.keys()))
        return Visibility(self.at, self._freshness(), links, blind, active(self.at), viewer=viewer)

    def blindness(self) -> list[Blindness]:
        """Gaps that hold this moment: what happened in them was only seen when they ended."""
        return list(Blindness.objects.filter(since__lte=self.at, until__gt=self.at).order_by("cluster"))

    def _rows(self, where: Q) -> list[Resource]:
        ended = Version.objects.filter(where, until__gt=self.at)
        firsts = list(ended.order_by().values("key").annotate(first=Min("id")).values_list("first", flat=True))
        rows: list[Resource] = []
        touched: set[str] = set()
        for start in range(0, len(firsts), CHUNK):
            for version in Version.objects.filter(pk__in=firsts[start : start + CHUNK]).defer("body"):
                touched.add(version.key)
                if _known(version, self.at):
                    values = {name: getattr(version, name) for name in _COLUMNS}
                    rows.append(Resource(id=-version.pk, key=version.key, **values))
        rows += [row for row in Resource.objects.filter(where) if row.key not in touched and _known(row, self.at)]
        return sorted(rows, key=lambda row: (row.kind, row.namespace, row.name, row.cluster))

    def _later_body(self, key: str, after: int) -> bytes | None:
        """A version without a body has that of the one after it."""
        later = Version.objects.filter(key=key, id__gt=after, body__isnull=False).order_by("id")
        body = later.values_list("body", flat=True).first()
        if body is None:
            body = Manifest.objects.filter(resource__key=key).values_list("body", flat=True).first()
        return bytes(body) if body is not None else None

    def _links(self) -> Iterator[Cluster]:
        """Each link as it was, with the last word that could have come by then."""
        ended = PastLink.objects.filter(until__gt=self.at).order_by()
        firsts: dict[str, int] = dict(ended.values_list("name").annotate(first=Min("id")))
        held: list[PastLink | Cluster] = list(PastLink.objects.filter(pk__in=firsts.values()))
        held += [cluster for cluster in Cluster.objects.all() if cluster.name not in firsts]
        for row in sorted(held, key=lambda row: row.name):
            if row.since > self.at:
                continue  # not yet heard of
            values = {name: getattr(row, name) for name in _LINK}
            if row.heard_at:
                values["heard_at"] = min(row.heard_at, self.at)
            yield Cluster(**values)

    def _freshness(self) -> Freshness:
        unwatched = Blindness.objects.filter(cluster="", since__lt=self.at - PATIENCE, until__gt=self.at).first()
        if unwatched:
            return Freshness(False, unwatched.since)
        beat_at, _ = journal.heartbeat()
        if beat_at is None or beat_at < self.at - PATIENCE:
            return Freshness(False, beat_at)
        return Freshness(True, min(beat_at, self.at))


def _known(row: Resource | Version, at: datetime) -> bool:
    return row.known_since is None or row.known_since <= at
