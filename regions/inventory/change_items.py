"""The log as pages and programs are told it."""

from dataclasses import dataclass
from datetime import datetime

from regions.domain.links import LOST
from regions.domain.milestones import explanation
from regions.inventory.basics import Target


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One line of the log, or several repeats of one Event folded into the newest (`repeats` > 1)."""

    id: int
    cursor: str
    at: datetime
    source: str  # observed | reported | gap
    severity: str  # normal | warning | error
    reason: str
    message: str
    target: Target
    health: str = ""
    previous_health: str = ""
    series: str = ""
    count: int = 1  # how often a reported Event had happened by then
    repeats: int = 1  # rows of this page that were folded into this one
    first_at: datetime | None = None  # of the oldest row folded
    blind_from: datetime | None = None  # of a gap
    seen_at: datetime | None = None  # when it reached us: the order of the log
    group: str = ""  # API group of what it is about
    controller: str = ""  # who reported it
    credential: str = ""  # namespace/name

    @property
    def note(self) -> str:
        """What a reader should know of a report whose words mislead."""
        return explanation(self.kind, self.reason, self.controller, self.count) if self.source == "reported" else ""

    @property
    def lost(self) -> bool:
        """Whether it tells that a cluster is no longer heard."""
        return self.reason in LOST

    @property
    def region(self) -> str:
        return self.target.region

    @property
    def cluster(self) -> str:
        return self.target.cluster

    @property
    def deployment(self) -> str:
        return self.target.deployment

    @property
    def kind(self) -> str:
        return self.target.kind

    @property
    def namespace(self) -> str:
        return self.target.namespace

    @property
    def name(self) -> str:
        return self.target.name


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Newest first. `before` asks for the next older page; None at the end of what we keep."""

    items: tuple[ChangeItem, ...]
    before: int | None
    cursor: str  # of this reading: what came later is news


@dataclass(frozen=True, slots=True)
class LogGap:
    """A stretch of time of which nothing is known; `since` is None when not even its beginning is."""

    since: datetime | None
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A piece of the log for programs, oldest first. `cursor` continues after it; `more`: there may be more already."""

    items: tuple[ChangeItem, ...]
    gaps: tuple[LogGap, ...]
    cursor: str
    count: int  # changes that are kept from the cursor asked for on
    more: bool
