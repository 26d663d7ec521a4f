"""One change for good, and what else happened around it."""

from dataclasses import dataclass

from django.db.models import Q

from regions import journal
from regions.domain.viewer import Viewer
from regions.fleet.basics import NotFound
from regions.fleet.changes import item
from regions.fleet.told import ChangeItem
from regions.models import Change, Log

NEWER, OLDER = 15, 30


@dataclass(frozen=True, slots=True)
class OneChange:
    """A change with its surroundings, newest first: of its deployment, else of its region."""

    change: ChangeItem
    newer: tuple[ChangeItem, ...]
    older: tuple[ChangeItem, ...]
    whose: str  # in words


def one_change(id: int, *, viewer: Viewer) -> OneChange:
    """One change by its id. Raises NotFound: it never was, or is no longer kept."""
    row = Change.objects.filter(id=id).defer("manifest").first() if 0 < id < 2**63 else None
    if row is None:
        pruned = Log.objects.values_list("pruned_to", flat=True).first() or 0
        why = "is no longer kept" if 0 < id <= pruned else "is not in this log"
        raise NotFound(f"Change {id} {why}")
    log = journal.cursor().rpartition(".")[0]
    around = Change.objects.filter(_around(row)).defer("manifest")
    return OneChange(
        item(row, log),
        tuple(item(one, log) for one in reversed(around.filter(id__gt=row.id).order_by("id")[:NEWER])),
        tuple(item(one, log) for one in around.filter(id__lt=row.id).order_by("-id")[:OLDER]),
        f"deployment {row.deployment}" if row.deployment else f"region {row.region or row.cluster}",
    )  # fmt: skip


def _around(row: Change) -> Q:
    if row.deployment:
        return Q(deployment=row.deployment)
    return Q(region=row.region) if row.region else Q(region="", cluster=row.cluster)
