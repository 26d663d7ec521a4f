"""A row of the copy while a batch alters it: the columns of a Resource, without what Django keeps of each instance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from regions.journal.correlating import chunks
from regions.models import Resource

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class CopyRow:
    """Columns as `Resource` has them, in their order. Without a primary key it is not in the database yet."""

    id: int | None
    cluster: str
    group: str
    kind: str
    namespace: str
    name: str
    version: str = ""
    stream: str = ""
    uid: str = ""
    resource_version: str = ""
    created_at: datetime | None = None
    deleting_at: datetime | None = None
    region: str = ""
    deployment: str = ""
    template: str = ""
    credential: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    health: str = ""
    rank: int = 0
    message: str = ""
    since: datetime = _NEVER
    due_at: datetime | None = None
    progressed_at: datetime = _NEVER
    as_of: datetime = _NEVER
    known_since: datetime | None = None
    key: str = ""


COLUMNS = tuple(one.name for one in fields(CopyRow))


def rows_of(keys: Iterable[str]) -> Iterator[CopyRow]:
    """Those that the copy has of these keys."""
    for some in chunks(keys):
        for values in Resource.objects.filter(key__in=some).values_list(*COLUMNS):
            yield CopyRow(*values)


def versions_of(keys: Iterable[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Key, uid and resource version of what the copy has of these keys."""
    for some in chunks(keys):
        for key, *version in Resource.objects.filter(key__in=some).values_list("key", "uid", "resource_version"):
            yield key, (version[0], version[1])
