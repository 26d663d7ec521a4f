"""What an explanation is made of."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from regions.domain.health_scale import Health
from regions.domain.refs import Ref


class Tier(IntEnum):
    """Which of several findings is the answer: the first of these."""

    BLOCKS = 0  # until it is mended, nothing that was asked for can happen
    BREAKS = 1  # something was tried and failed, for a reason that is known
    HOLDS = 2  # somebody has stopped it: paused, suspended, validate only
    PLAIN = 3  # it fails, and only its own words say why
    STUCK = 4  # nothing fails, and nothing moves
    WAITS = 5  # it is under way: no cause


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule has to say of one object."""

    key: str  # names the cause: quota, authentication, …
    tier: Tier
    sentence: str  # short: what is wrong, in words of ours
    advice: str  # what to do next
    at: Ref  # what is to blame; it may be missing altogether
    evidence: Ref  # the object that tells of it: the same, or what leans on it
    said: str = ""  # its own words, cleaned
    since: datetime | None = None
    health: Health = Health.FAILED  # of what is to blame
    shared: Ref | None = None  # what others with the same cause have in common; None: only this one has it
    instead: tuple[str, ...] = ()  # causes of the same object that this one says better


@dataclass(frozen=True, slots=True)
class Step:
    """One object on the way from what was asked about to what is to blame."""

    ref: Ref
    health: Health
    message: str
    since: datetime | None
    missing: bool = False  # it should be there, and is not


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. Without a culprit nothing is wrong: `sentence` says what it waits for, or that it is well."""

    key: str
    sentence: str
    advice: str
    said: str
    steps: tuple[Step, ...]  # from what was asked about to the culprit, both included
    culprit: Step | None
    tier: Tier | None = None
    others: tuple[Finding, ...] = field(default=())  # what else is wrong, most important first
    shared: Ref | None = None
