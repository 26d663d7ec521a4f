"""Reading the log by cursor. A cursor is `<log>.<id>`: another log, or an id that is no longer kept, is a gap."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from regions.domain.refs import MANAGEMENT
from regions.journal.packing import unpack
from regions.models import Change, Log, Manifest, Resource


@dataclass(frozen=True, slots=True)
class Cursor:
    log: str
    id: int

    def __str__(self) -> str:
        return f"{self.log}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None when it is not a cursor at all."""
        log, dot, number = text.rpartition(".")
        return cls(log, int(number)) if dot and number.isascii() and number.isdigit() and len(number) < 19 else None


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of the log, oldest first. `gap` says why changes between the asked cursor and these are not to be had."""

    changes: list[Change] = field(default_factory=list)
    cursor: str = ""
    gap: str = ""


def cursor() -> str:
    """Where the log stands now. Take it before reading the copy: then nothing in between is lost."""
    return str(_stands()[0])


def read(after: str, topic: str | None = None, limit: int = 500) -> Slice:
    """Up to `limit` changes after a cursor, without manifests. After a gap it starts at the oldest that is kept."""
    (here, pruned_to), asked = _stands(), Cursor.parse(after)
    gap = ""
    if asked is None:
        gap = "This is not a cursor of Pane"
    elif asked.log != here.log or asked.id > here.id:
        gap = "The log was begun anew since then"
    elif asked.id < pruned_to:
        gap = "These changes are no longer kept"
    start = 0 if gap or asked is None else asked.id
    query = Change.objects.filter(id__gt=start, id__lte=here.id).order_by("id")
    if topic:
        query = query.filter(about(topic))
    changes = list(query[:limit])
    # A short slice means that there is nothing more up to `here`, though the last change that fits may be older.
    end = changes[-1].id if len(changes) == limit else here.id
    return Slice(changes, str(Cursor(here.log, end)), gap)


def manifest(resource: Resource) -> dict[str, Any]:
    """The redacted manifest of a Resource; empty when there is none any more."""
    row = Manifest.objects.filter(pk=resource.pk).first()
    return unpack(row.body) if row else {}


# Asked some ten times a second for every page that is open: in one statement, and without the price of composing it.
_STANDS = (
    "SELECT last.id, log.name, log.pruned_to"  # noqa: S608 two names of tables
    f" FROM (SELECT MAX(id) AS id FROM {Change._meta.db_table}) AS last"
    f" LEFT JOIN (SELECT name, pruned_to FROM {Log._meta.db_table} ORDER BY id LIMIT 1) AS log ON 1 = 1"
)


def _stands() -> tuple[Cursor, int]:
    """Where the log stands, and up to which id it is no longer kept."""
    with connection.cursor() as asking:
        asking.execute(_STANDS)
        last, log, pruned_to = asking.fetchone()
    # The pruned tail counts too: after everything was pruned the log still stands where it stood.
    return Cursor(log or "-", max(last or 0, pruned_to or 0)), pruned_to or 0


def about(topic: str | None) -> Q:
    """The changes that a topic is about, as `regions.domain.topics` defines them; all of them without a topic."""
    what, _, rest = (topic or "").partition(":")
    if what == "region":
        return Q(region=rest) | Q(region="", cluster=rest)
    if what == "deployment":
        return Q(deployment=rest) & _where_it_runs(rest)
    if what == "kind":
        return Q(kind=rest)
    if what == "object":
        kind, _, path = rest.partition("/")
        namespace, _, name = path.rpartition("/")
        return Q(kind=kind, namespace=namespace, name=name)
    return Q()


def _where_it_runs(deployment: str) -> Q:
    """Another region may hold a cluster of the same name: what happens to that is not told of this deployment."""
    own = Resource.objects.filter(kind="ClusterDeployment", cluster=MANAGEMENT, deployment=deployment)
    region = own.values_list("region", flat=True).first()
    return Q(cluster__in=(MANAGEMENT, region)) if region else Q()
