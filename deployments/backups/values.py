"""What pages and the API are told about backups: values only."""

from dataclasses import dataclass, field
from datetime import datetime

from deployments.lists import Empty
from regions.inventory import Row, Target


@dataclass(frozen=True, slots=True)
class Backup:
    """One ManagementBackup: of management and of its regions."""

    row: Row
    schedule: str  # cron; empty: once
    location: str
    phase: str
    last_name: str
    last_at: datetime | None
    next_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class LastBackup:
    """How one region was last backed up. `good_at` is the last complete one; None when none is known."""

    region: str
    good_at: datetime | None
    good_name: str
    good_by: str  # the ManagementBackup that made it
    phase: str  # of the newest attempt
    tried_at: datetime | None
    error: str
    next_at: datetime | None

    @property
    def well(self) -> bool:
        return self.good_at is not None and self.good_at == self.tried_at and not self.error

    @property
    def url(self) -> str:
        return Target("Region", "", self.region).url


@dataclass(frozen=True, slots=True)
class Backups:
    backups: tuple[Backup, ...]
    regions: tuple[LastBackup, ...]  # every region, those without a good one first
    empty: Empty | None
    missing: tuple[str, ...] = field(default=())  # regions that have no good backup
