"""The copy, as one batch of notes alters it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from regions.domain import manifest as m
from regions.domain.changes import News, difference
from regions.domain.facts import Facts, facts
from regions.domain.health import Assessment, Health, assess
from regions.domain.kinds import K0RDENT
from regions.domain.notes import Gone, Note, Put, Reached, Swept, Unrecorded, about, named
from regions.domain.redact import redact
from regions.domain.refs import MANAGEMENT, Ref
from regions.journal.contradicting import kept
from regions.journal.correlating import chunks
from regions.journal.inserting import insert, update
from regions.journal.keeping import VersionKeeper, image
from regions.journal.keeping import moved as moved_silently
from regions.journal.packing import pack, unpack
from regions.journal.row import CopyRow, rows_of, versions_of
from regions.journal.rows import apply_facts, apply_health, observed, of_link
from regions.models import Change, Manifest, Resource, Stream

MOST_UNRECORDED = 20
"""Of one stream that are said; more are in the log of the process."""


class Batch:
    """Loads what the notes concern, applies them in their order, and saves the outcome."""

    def __init__(self, now: datetime, changes: list[Change], past: VersionKeeper) -> None:
        self.now = now
        self.changes = changes
        self.past = past
        self.known: dict[str, tuple[str, str]] = {}  # uid and resource version of what the copy has
        self.rows: dict[str, CopyRow] = {}  # those that may be altered
        self.bodies: dict[str, bytes] = {}  # packed manifests of `rows`
        self.facts: dict[int, Facts] = {}  # by id of the note
        self.touched: set[str] = set()
        self.rewritten: set[str] = set()  # those of them with another manifest
        self.removed: dict[str, int] = {}  # key → primary key
        self.streams: dict[tuple[str, str], Stream] = {}
        self.moved_streams: set[tuple[str, str]] = set()
        self.unquiet: set[str] = set()  # clusters of which pages show more now, though the log says nothing
        self.regions: dict[str, str] = {}  # region by key, of the Credentials and deployments that rows refer to
        self.moved: dict[str, str] = {}  # deployment or credential key → its new region

    def load(self, notes: Sequence[Note]) -> None:
        objects = [(note, _key(note)) for note in notes if isinstance(note, Put | Gone) and note.kind.name != "Event"]
        self.known.update(versions_of({key for _, key in objects}))
        # Most of what a list tells after a restart is known: of that a look at its version is all.
        moved = [(note, key) for note, key in objects if isinstance(note, Gone) or not self._knows(note, key)]
        self.rows.update((row.key, row) for row in rows_of({key for _, key in moved if key in self.known}))
        self._load_bodies(self.rows)
        clusters = {note.cluster for note in notes}
        self.streams = {(s.cluster, s.name): s for s in Stream.objects.filter(cluster__in=clusters)}
        self._find_facts(note for note, _ in moved if isinstance(note, Put))

    def put(self, note: Put) -> None:
        key = _key(note)
        self._mend(note)
        if self._knows(note, key):
            return
        row = self.rows.get(key)
        if row is not None and row.uid != m.part(note.manifest, "metadata", "uid"):
            self._say_deleted(row, note.at, "was deleted and made anew")
            self.bodies.pop(key, None)
        before = unpack(self.bodies[key]) if row is not None and key in self.bodies else None
        after = redact(note.manifest)
        if row is None:
            row = self.rows[key] = _new_row(note, key, self.now)
        image_before, body_before = image(row) if before is not None else (), self.bodies.get(key)
        if before is None:
            row.known_since = self.now
        was = Assessment(Health(row.health), row.message) if before is not None and row.health else None
        # Progress is what the object itself did; a judgement that changes by time alone is none.
        moved = was is None or difference(before, after, was, was) is not None
        if before is None:
            row.progressed_at = m.last_transition(after) or note.at
        elif moved:
            row.progressed_at = note.at
        judgement = kept(row, assess(after, self.now, row.progressed_at))
        news = None
        if was is None or moved or judgement.health != was.health:
            news = difference(before, after, was, judgement)
        old_health = row.health if before is not None else ""
        self._settle(row, note)
        self.touched.add(key)
        if before is not None and news is None:
            # What pages show moves only with news: the copy keeps the version that they were drawn from.
            row.due_at = judgement.due_at
            if moved_silently(image_before, row):
                self.past.end(key, image_before, None)
            return
        row.as_of = note.at
        apply_health(row, judgement, note.at)
        if before is None:
            row.since = min(row.progressed_at, note.at)  # nearer to the truth than the moment that we first looked
        self.bodies[key] = pack(after)
        self.rewritten.add(key)
        # What was there when we first looked is inventory, not news.
        if news and (before is not None or self._followed(note)):
            at = row.created_at if before is None and row.created_at else note.at
            self.changes.append(observed(row, news, old_health, at, self.now))
            if before is not None:
                self.past.end(key, image_before, body_before, self.changes[-1])

    def gone(self, note: Gone) -> None:
        self._mend(note)
        row = self.rows.get(_key(note))
        # Another list of the same kind (by another label) may still hold it.
        if row is not None and row.stream == note.kind.stream:
            self._remove(row, m.deleting_at(note.manifest) or note.at)

    def sweep(self, note: Swept) -> None:
        """What the list lacks is gone, also when this batch told of it before: notes are in their order."""
        held = Resource.objects.filter(cluster=note.cluster, stream=note.kind.stream)
        places = held.values_list("key", "namespace", "name").iterator()
        known = self.rows.keys() | self.removed.keys()
        lost = [key for key, *place in places if tuple(place) not in note.keys and key not in known]
        self._mend_gone(note)
        for row in list(self.rows.values()):
            of_it = (row.cluster, row.stream) == (note.cluster, note.kind.stream)
            if of_it and (row.namespace, row.name) not in note.keys:
                self._remove(row, note.at)
        for some in chunks(lost):
            self._load_bodies(some)
            for row in rows_of(some):
                self._remove(row, note.at)

    def reached(self, note: Reached) -> None:
        row = self._stream(note.cluster, note.stream)
        shown = (row.state, row.message, row.listed_at)
        if shown != (note.state, note.message, note.listed_at) or not row.synced_at:
            self.unquiet.add(note.cluster)
        row.state, row.message, row.listed_at = note.state, note.message, note.listed_at
        row.version = note.version or row.version
        row.resource_version = note.resource_version
        row.told_at = note.told_at or row.told_at
        if note.resource_version and not row.synced_at:
            row.synced_at = note.at
        if note.state == Stream.State.ABSENT:
            row.synced_at = note.at  # looked for and not there: what appears later is news

    def unrecorded(self, note: Unrecorded) -> None:
        """Say of a stream what of it is left out, until that object is recorded or gone."""
        row = self._stream(note.cluster, note.stream)
        others = [one for one in row.unrecorded if one["what"] != note.what]
        if len(others) == len(row.unrecorded):
            said = f"{note.what} could not be recorded and is not shown as it is now: {note.why}"
            self.changes.append(of_link(note.cluster, "NotRecorded", said, "warning", note.at, self.now))
        entry = {"what": note.what, "why": note.why, "at": note.at.isoformat()}
        row.unrecorded = [entry, *others][:MOST_UNRECORDED]
        self.unquiet.add(note.cluster)

    def drop(self, cluster: str) -> None:
        """Forget what is known of a cluster: it left, or another one took its place."""
        for key in [key for key, row in self.rows.items() if row.cluster == cluster]:
            del self.rows[key]
            self.touched.discard(key)
        self.known = {key: version for key, version in self.known.items() if key.partition("/")[0] != cluster}
        for place in [place for place in self.streams if place[0] == cluster]:
            del self.streams[place]
            self.moved_streams.discard(place)
        self.past.end_all_of(cluster)
        Manifest.objects.filter(resource__cluster=cluster).delete()
        Resource.objects.filter(cluster=cluster).delete()
        Stream.objects.filter(cluster=cluster).delete()

    def save(self) -> None:
        for some in chunks(map(str, self.removed.values())):
            Manifest.objects.filter(pk__in=some).delete()
            Resource.objects.filter(pk__in=some).delete()
        rows = [self.rows[key] for key in self.touched]
        insert([row for row in rows if row.id is None], self.bodies)
        update([row for row in rows if row.id is not None], self.bodies, self.rewritten)
        for place in self.moved_streams:
            self.streams[place].save()
        self._carry_regions()

    # -- parts ---------------------------------------------------------------------------------------------------

    def _stream(self, cluster: str, name: str) -> Stream:
        """The row of a stream, to be saved with this batch."""
        place = (cluster, name)
        self.moved_streams.add(place)
        return self.streams.setdefault(place, Stream(cluster=cluster, name=name))

    def _mend(self, note: Put | Gone) -> None:
        """What could not be recorded before is recorded now, or gone."""
        stream = self.streams.get((note.cluster, note.kind.stream))
        if stream is not None and stream.unrecorded:
            what = about(note)
            left = [one for one in stream.unrecorded if one["what"] != what]
            if len(left) < len(stream.unrecorded):
                self._stream(note.cluster, note.kind.stream).unrecorded = left
                self.unquiet.add(note.cluster)

    def _mend_gone(self, note: Swept) -> None:
        stream = self.streams.get((note.cluster, note.kind.stream))
        if stream is not None and stream.unrecorded:
            there = {named(note.kind, *key) for key in note.keys}
            left = [one for one in stream.unrecorded if one["what"] in there]
            self._stream(note.cluster, note.kind.stream).unrecorded = left

    def _knows(self, note: Put, key: str) -> bool:
        """True when the copy already holds this very version."""
        meta = note.manifest["metadata"]
        return self.known.get(key) == (meta.get("uid"), meta.get("resourceVersion"))

    def _followed(self, note: Put) -> bool:
        stream = self.streams.get((note.cluster, note.kind.stream))
        return stream is not None and stream.synced_at is not None

    def _settle(self, row: CopyRow, note: Put) -> None:
        if id(note) not in self.facts:
            self._find_facts([note])  # it was known, but what this batch told before took it away
        known = self.facts[id(note)]
        region = known.region
        if note.cluster == MANAGEMENT:
            if row.kind == "ClusterDeployment" and row.group == K0RDENT:
                region = region or self.regions.get(_credential_key(known.credential), MANAGEMENT)
            elif known.deployment:
                region = self.regions.get(_deployment_key(known.deployment), region)
            if row.kind in ("ClusterDeployment", "Credential") and row.group == K0RDENT and row.region != region:
                self.regions[row.key] = self.moved[row.key] = region
        meta = note.manifest["metadata"]
        row.stream, row.version = note.kind.stream, note.manifest["apiVersion"].rpartition("/")[2]
        row.uid, row.resource_version = meta.get("uid", ""), meta.get("resourceVersion", "")
        self.known[row.key] = (row.uid, row.resource_version)
        apply_facts(row, known, region)

    def _remove(self, row: CopyRow, at: datetime) -> None:
        self._say_deleted(row, at, "was deleted")
        self.touched.discard(row.key)
        self.rows.pop(row.key, None)
        self.known.pop(row.key, None)
        self.bodies.pop(row.key, None)
        if row.id is not None:
            self.removed[row.key] = row.id

    def _say_deleted(self, row: CopyRow, at: datetime, what: str) -> None:
        news = News("Deleted", f"{row.kind} {row.name} {what}")
        was = image(row)
        if row.key not in self.bodies:
            self._load_bodies([row.key])
        health, row.health = row.health, ""
        self.changes.append(observed(row, news, health, at, self.now))
        self.past.end(row.key, was, self.bodies.get(row.key), self.changes[-1])

    def _load_bodies(self, keys: Iterable[str]) -> None:
        wanted = [key for key in keys if key not in self.bodies]
        for some in chunks(wanted):
            found = Manifest.objects.filter(resource__key__in=some).values_list("resource__key", "body")
            self.bodies.update((key, bytes(body)) for key, body in found)

    def _find_facts(self, notes: Iterable[Put]) -> None:
        """The list columns of these, and the regions of what those on management refer to."""
        wanted = set()
        for note in notes:
            known = self.facts[id(note)] = facts(note.manifest, note.cluster)
            if note.cluster == MANAGEMENT:
                wanted |= {_credential_key(known.credential)} if known.credential else set()
                wanted |= {_deployment_key(known.deployment)} if known.deployment else set()
        for some in chunks(wanted - self.regions.keys()):
            self.regions.update(Resource.objects.filter(key__in=some).values_list("key", "region"))

    def _carry_regions(self) -> None:
        """What hangs on a deployment or credential on management moves with it, also if it was recorded earlier."""
        credentials: dict[str, list[str]] = {}
        deployments: dict[str, list[str]] = {}
        for key, region in self.moved.items():
            _, _, kind, path = key.split("/", 3)
            (credentials if kind == "Credential" else deployments).setdefault(region, []).append(path)
        held = Resource.objects.filter(cluster=MANAGEMENT)
        for region, names in credentials.items():
            if region == MANAGEMENT:
                continue
            for some in chunks(names):
                homeless = held.filter(kind="ClusterDeployment", credential__in=some, region=MANAGEMENT)
                self.past.end_rows(homeless)
                deployments.setdefault(region, []).extend(homeless.values_list("deployment", flat=True))
                homeless.update(region=region)
        for region, names in deployments.items():
            for some in chunks(names):
                others = held.filter(~Q(kind="ClusterDeployment"), ~Q(region=region), deployment__in=some)
                self.past.end_rows(others)
                others.update(region=region)


def _key(note: Put | Gone) -> str:
    meta, kind = note.manifest["metadata"], note.kind
    return f"{note.cluster}/{kind.group}/{kind.name}/{meta.get('namespace', '')}/{meta['name']}"  # as `Ref.key`


def _new_row(note: Put, key: str, now: datetime) -> CopyRow:
    meta = note.manifest["metadata"]
    return CopyRow(
        id=None,
        cluster=note.cluster,
        group=note.kind.group,
        kind=note.kind.name,
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        since=note.at,
        progressed_at=note.at,
        known_since=now,
        key=key,
    )


def _credential_key(path: str) -> str:
    namespace, _, name = path.partition("/")
    return Ref(MANAGEMENT, K0RDENT, "Credential", namespace, name).key


def _deployment_key(path: str) -> str:
    namespace, _, name = path.partition("/")
    return Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", namespace, name).key
