"""One change for good, and what else happened around it."""

from dataclasses import dataclass
from datetime import timedelta
from difflib import unified_diff
from itertools import islice

from django.db.models import Max, Q
from django.utils import timezone

from regions import journal
from regions.domain.refs import Ref
from regions.domain.topics import deployment
from regions.domain.viewer import Viewer
from regions.inventory.as_of.reconstruction import kept
from regions.inventory.basics import NotFound
from regions.inventory.change_items import ChangeItem
from regions.inventory.changes import item
from regions.inventory.rows import as_yaml
from regions.models import Change, Log, Manifest, Version
from regions.permitted import changes

NEWER, OLDER = 15, 30
MOST = 400  # lines of a difference


@dataclass(frozen=True, slots=True)
class OneChange:
    """A change with its surroundings, newest first: of its deployment, else of its region."""

    change: ChangeItem
    newer: tuple[ChangeItem, ...]
    older: tuple[ChangeItem, ...]
    whose: str  # in words
    then: str  # the moment at which its object can be looked at, for addresses; empty when that is not kept
    diff: tuple[tuple[str, str], ...] = ()  # (how, line): how is add, del, hunk or same; empty: nothing is kept of it


def one_change(id: int, *, viewer: Viewer) -> OneChange:
    """One change by its id. Raises NotFound: it never was, or is no longer kept."""
    row = changes(viewer).filter(id=id).first() if 0 < id < 2**63 else None
    if row is None:
        pruned = Log.objects.values_list("pruned_to", flat=True).first() or 0
        why = "is no longer kept" if 0 < id <= pruned else "is not in this log"
        raise NotFound(f"Change {id} {why}")
    log = journal.cursor().rpartition(".")[0]
    around = changes(viewer).filter(_around(row))
    return OneChange(
        item(row, log),
        tuple(item(one, log) for one in reversed(around.filter(id__gt=row.id).order_by("id")[:NEWER])),
        tuple(item(one, log) for one in around.filter(id__lt=row.id).order_by("-id")[:OLDER]),
        f"deployment {row.deployment}" if row.deployment else f"region {row.region or row.cluster}",
        _then(row),
        _diff(row) if row.source == Change.Source.OBSERVED else (),
    )


def _then(row: Change) -> str:
    """Right after the change; of what was deleted, right before."""
    if row.source != Change.Source.OBSERVED and row.kind != "ClusterDeployment":
        return ""  # it may be of a kind that is not kept
    at = row.seen_at - timedelta(microseconds=row.reason == "Deleted")
    return "" if kept().refusal(at, timezone.now()) else at.isoformat().replace("+00:00", "Z")


def _diff(row: Change) -> tuple[tuple[str, str], ...]:
    """What a change altered in the redacted manifest, as far as the past is kept."""
    key = Ref(row.cluster, row.group, row.kind, row.namespace, row.name).key
    ended = Version.objects.filter(key=key, until=row.seen_at, change=row.id).first()
    after = ended.pk if ended else Version.objects.filter(key=key, until__lte=row.seen_at).aggregate(n=Max("pk"))["n"]
    later = Version.objects.filter(key=key, pk__gt=after or 0, body__isnull=False).order_by("pk")
    body = later.values_list("body", flat=True).first()
    if body is None:
        body = Manifest.objects.filter(resource__key=key).values_list("body", flat=True).first()
    if row.reason == "Deleted":
        body = None
    old = _yaml(ended.body if ended else None)
    new = _yaml(body)
    if not old and row.reason != "Created":
        return ()
    lines = unified_diff(old.splitlines(), new.splitlines(), n=3, lineterm="")
    found = [(_HOW.get(line[:1], "same"), line) for line in islice(lines, 2, MOST + 2)]
    return tuple(found)


def _yaml(body: bytes | memoryview | None) -> str:
    """A manifest without what differs each time."""
    if body is None:
        return ""
    manifest = journal.unpack(body)
    if isinstance(meta := manifest.get("metadata"), dict):
        meta.pop("resourceVersion", None)
    return as_yaml(manifest)


_HOW = {"+": "add", "-": "del", "@": "hunk"}


def _around(row: Change) -> Q:
    if row.deployment:
        return journal.about(deployment(*row.deployment.split("/", 1)))
    return Q(region=row.region) if row.region else Q(region="", cluster=row.cluster)
