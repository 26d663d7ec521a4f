"""What the watcher notes about clusters, for the journal to record: its only input."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regions.domain.kinds import Kind

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """An object is so. `manifest` is as the cluster sent it; the journal redacts."""

    cluster: str
    kind: Kind
    manifest: Manifest
    at: datetime


@dataclass(frozen=True, slots=True)
class Gone:
    """An object was deleted; `manifest` is its last state."""

    cluster: str
    kind: Kind
    manifest: Manifest
    at: datetime


@dataclass(frozen=True, slots=True)
class Swept:
    """A list is complete: what the copy has of this stream and is not among `keys` (namespace, name) is gone."""

    cluster: str
    kind: Kind
    keys: frozenset[tuple[str, str]]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """A stream has come to this resource version (empty: it must list again), or to this state."""

    cluster: str
    stream: str
    state: str
    resource_version: str
    at: datetime
    version: str = ""
    message: str = ""
    listed_at: datetime | None = None  # while polling: as of when its objects are known
    told_at: datetime | None = None  # when the cluster told that; None: it told nothing new


@dataclass(frozen=True, slots=True)
class Heard:
    """The link of a cluster is so. `fields` are columns of the Cluster row that changed."""

    cluster: str
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another cluster answers under this name: its inventory is dropped as one change."""

    cluster: str
    previous_uid: str
    uid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A cluster is no longer a region: its link and its inventory go."""

    cluster: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Blind:
    """Between two moments we could not see what happened on a cluster; the state after it is whole again."""

    cluster: str
    since: datetime
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Something that a stream told could be read and not be recorded: it is left out, and the rest goes on."""

    cluster: str
    stream: str
    what: str  # as `about` names it
    why: str
    at: datetime


Note = Put | Gone | Swept | Reached | Heard | Replaced | Left | Blind | Unrecorded


def named(kind: Kind, namespace: str, name: str) -> str:
    """An object in words, such as `Machine default/shop-0`."""
    return f"{kind.name} {namespace}/{name}" if namespace else f"{kind.name} {name}"


def about(note: Note) -> str:
    """What a note is about, in words."""
    match note:
        case Put() | Gone():
            meta = note.manifest["metadata"]
            return named(note.kind, meta.get("namespace", ""), meta["name"])
        case Swept():
            return f"what is gone of {note.kind.plural}"
        case Reached() | Unrecorded():
            return f"how far {note.stream} was followed"
        case _:
            return "the state of its link"
