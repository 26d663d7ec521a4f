"""What was measured, or why it was not: a number never stands alone, and what is missing is never a zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why there is no number. `Missing.sentence` says it in words, with what to do where something can be done."""

    NOT_INSTALLED = "not_installed"  # KOF is not there, or this cluster is not part of it
    NO_ENDPOINT = "no_endpoint"  # nothing says where to ask
    NO_CREDENTIALS = "no_credentials"  # the Secret is not there, or may not be read
    REFUSED = "refused"  # it answers, and says no: 401, 403
    UNREACHABLE = "unreachable"  # no connection
    SLOW = "slow"  # no whole answer within the deadline
    BROKEN = "broken"  # it answers, and not as a store does
    TOO_LARGE = "too_large"  # it answers others: this question takes more than it gives at once
    NO_DATA = "no_data"  # it was asked, and has no such series
    NO_VALUE = "no_value"  # it has such series, and no usable number in them: NaN, infinite, beyond reason
    AMBIGUOUS = "ambiguous"  # several clusters have this name, and nothing else tells them apart
    NOT_ASKED = "not_asked"  # its turn has not come yet
    STALE = "stale"  # what it has is too old to be said of now
    NOT_APPLICABLE = "not_applicable"  # there can be none here: etcd of a managed control plane
    NOT_PERMITTED = "not_permitted"  # we may not: an address that Pane does not connect to, a viewer without rights


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as of a time. `at` is when the newest sample behind it was taken, as far as that is known.

    `lacks` says what is not in it, where it is known to be too small ("3 of 4 nodes have a price"): it is at least so.
    """

    value: float
    unit: str
    at: datetime
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """No number, and why. `last` is what was read before; it is shown greyed at most, and never counts."""

    reason: Why
    sentence: str
    since: datetime | None = None
    last: Reading | None = None


Figure = Reading | Missing


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One number made of several, and of how many: a sum that lacks members says which."""

    value: float | None  # None when nobody was heard
    unit: str
    heard: int
    of: int
    noun: str  # what is counted, in the plural: stores, clusters
    missing: tuple[str, ...] = ()  # names of those not heard at all
    stale: tuple[str, ...] = ()  # names of those whose last word is too old; not part of the value
    least: tuple[str, ...] = ()  # names of those that are known to be too small themselves

    @property
    def whole(self) -> bool:
        """Everybody was heard, of all that they have, so the value is of all of them. Of nobody nothing is whole."""
        return self.of > 0 and self.heard == self.of and not self.least

    @property
    def coverage(self) -> str:
        """`17 of 20 stores`."""
        return f"{self.heard} of {self.of} {self.noun}"


def total(figures: Mapping[str, Figure], unit: str, noun: str) -> Aggregate:
    """The sum over named members."""
    return _over(figures, unit, noun, lambda read: sum(one.value for one in read.values()))


def worst(figures: Mapping[str, Figure], unit: str, noun: str, *, least: bool = False) -> Aggregate:
    """The largest of named members; the smallest where less is worse."""
    pick = min if least else max
    return _over(figures, unit, noun, lambda read: pick(one.value for one in read.values()))


def weighted(figures: Mapping[str, Figure], weights: Mapping[str, Figure], unit: str, noun: str) -> Aggregate:
    """The mean of shares, each by how much it is a share of: 10 % of 90 cores and 100 % of 10 are 19 %.

    Who has a share but no weight is not part of it: a guess would look like a measurement.
    """
    known = {
        name: figure
        if isinstance(figure, Missing) or isinstance(weights.get(name), Reading)
        else Missing(Why.NO_DATA, "How much it is a share of is not known", figure.at)
        for name, figure in figures.items()
    }

    def mean(read: Mapping[str, Reading]) -> float | None:
        by = {name: _value(weights[name]) for name in read}
        whole = sum(by.values())
        return sum(read[name].value * by[name] for name in read) / whole if whole > 0 else None

    return _over(known, unit, noun, mean)


def mean(figures: Mapping[str, Figure], unit: str, noun: str) -> Aggregate:
    """The plain mean of named members."""
    return _over(figures, unit, noun, lambda read: sum(one.value for one in read.values()) / len(read))


def _over(figures: Mapping[str, Figure], unit: str, noun: str, combine) -> Aggregate:  # type: ignore[no-untyped-def]
    read = {name: figure for name, figure in figures.items() if isinstance(figure, Reading)}
    # A member that cannot have such a figure at all is no gap in the sum.
    apt = {
        name: figure
        for name, figure in figures.items()
        if not (isinstance(figure, Missing) and figure.reason is Why.NOT_APPLICABLE)
    }
    stale = sorted(name for name, figure in apt.items() if isinstance(figure, Missing) and figure.reason is Why.STALE)
    missing = sorted(set(apt) - set(read) - set(stale))
    value = combine(read) if read else None
    least = tuple(sorted(name for name, figure in read.items() if figure.lacks))
    return Aggregate(value, unit, len(read), len(apt), noun, tuple(missing), tuple(stale), least)


def _value(figure: Figure) -> float:
    return figure.value if isinstance(figure, Reading) else 0.0


def readings(figures: Iterable[Figure]) -> list[Reading]:
    """Those that are numbers."""
    return [figure for figure in figures if isinstance(figure, Reading)]
