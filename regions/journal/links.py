"""Links in the journal: one row a cluster, and a change when the link itself changes."""

from collections.abc import Iterable
from datetime import datetime

from regions.domain.notes import Blind, Heard, Left, Replaced
from regions.domain.refs import MANAGEMENT
from regions.journal.rows import of_link
from regions.models import Blindness, Change, Cluster, ClusterColumns, PastLink

LINK = ("name", *(field.attname for field in ClusterColumns._meta.concrete_fields))
STATE = Cluster.State


class LinkBook:
    """Collects what the notes of one batch say about links."""

    def __init__(self, now: datetime, changes: list[Change]) -> None:
        self.now = now
        self.changes = changes
        self.rows: dict[str, Cluster] = {}
        self.moved: set[str] = set()
        self.past: list[PastLink] = []

    def row(self, name: str, at: datetime) -> Cluster:
        if name not in self.rows:
            self.rows[name] = Cluster.objects.filter(name=name).first() or Cluster(name=name, since=at)
        return self.rows[name]

    def heard(self, note: Heard) -> None:
        row = self.row(note.cluster, note.at)
        was = row.state if row.pk or note.cluster in self.moved else STATE.CONNECTING
        differ = {field for field, value in note.fields.items() if getattr(row, field) != value}
        if differ - {"heard_at"}:
            self._end(row)
        for field in differ:
            setattr(row, field, note.fields[field])
        self.moved.add(row.name)
        if differ - {"heard_at"}:
            row.revision += 1
        if row.state != was:
            row.since = note.at
            self.changes.append(of_link(row.name, *_words(row, was), note.at, self.now))

    def gone(self, note: Replaced | Left) -> None:
        row = self.row(note.cluster, note.at)
        self._end(row)
        if isinstance(note, Left):
            if row.pk:
                row.delete()
            self.rows.pop(note.cluster, None)
            self.moved.discard(note.cluster)
            return
        row.uid, row.previous_uid, row.replaced_at, row.synced_at = note.uid, note.previous_uid, note.at, None
        row.revision += 1
        self.moved.add(row.name)
        message = f"Another cluster answers for {_who(row.name)}; what was known of the earlier one is dropped"
        self.changes.append(of_link(row.name, "ClusterReplaced", message, "warning", note.at, self.now))

    def blind(self, note: Blind) -> None:
        row = of_link(note.cluster, "Gap", note.why, "warning", note.at, self.now, source=Change.Source.GAP)
        row.blind_from = note.since
        self.changes.append(row)
        Blindness.objects.create(cluster=note.cluster, since=note.since, until=self.now, why=note.why)

    def bump(self, clusters: Iterable[str]) -> None:
        """Move the revision of these: something that pages show of them changed without a change in the log."""
        for name in clusters:
            row = self.row(name, self.now)
            if row.pk or name in self.moved:
                row.revision += 1
                self.moved.add(name)

    def _end(self, row: Cluster) -> None:
        """Keep how this link was until now."""
        if row.pk or row.name in self.moved:
            self.past.append(PastLink(until=self.now, **{name: getattr(row, name) for name in LINK}))

    def save(self) -> None:
        PastLink.objects.bulk_create(self.past)
        for name in self.moved:
            self.rows[name].save()


def _who(cluster: str) -> str:
    return "the management cluster" if cluster == MANAGEMENT else f"region {cluster}"


def _words(row: Cluster, was: str) -> tuple[str, str, str]:
    """Reason, message and severity of a link's new state."""
    who = _who(row.name)
    if row.state == STATE.SILENT:
        return "LinkSilent", f"No answer from {who}: {row.message}", "warning"
    if row.state == STATE.REFUSED:
        return "LinkRefused", f"{who[0].upper()}{who[1:]} refused us: {row.message}", "warning"
    if row.state == STATE.UNSUPPORTED:
        return "LinkUnsupported", f"{who[0].upper()}{who[1:]} is not asked: {row.message}", "warning"
    if row.state == STATE.BROKEN:
        return "LinkBroken", f"{who[0].upper()}{who[1:]} is not followed: {row.message}", "warning"
    if row.state == STATE.CONNECTED and was != STATE.CONNECTING:
        return "LinkRestored", f"{who[0].upper()}{who[1:]} answers again", "normal"
    return "LinkConnected", f"Connected to {who}", "normal"
