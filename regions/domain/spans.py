"""What was so from one moment to another, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A condition (or a health) that did not change between two moments."""

    start: datetime
    end: datetime
    status: str  # of a condition True, False, Unknown; of health its name
    tone: str  # a health, for its colour: what that status means for this condition
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One condition over time, oldest first. Where nothing is, nothing was known or it was not reported."""

    name: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class State:
    """All tracks between two moments, by their name: (status, tone, reason, message)."""

    start: datetime
    end: datetime
    tracks: Mapping[str, tuple[str, str, str, str]]


def tracks(states: Iterable[State], start: datetime, end: datetime) -> tuple[Track, ...]:
    """States, oldest first, as tracks cut to a stretch of time; what stays the same is one segment.

    A new message alone makes no new segment: the last one is shown.
    """
    found: dict[str, list[Segment]] = {}
    for state in states:
        begun, ended = max(state.start, start), min(state.end, end)
        if begun >= ended:
            continue
        for name, (status, tone, reason, message) in state.tracks.items():
            segments = found.setdefault(name, [])
            last = segments[-1] if segments else None
            same = last is not None and (last.end, last.status, last.tone, last.reason) == (begun, status, tone, reason)
            if last is not None and same:
                segments[-1] = replace(last, end=ended, message=message)
            else:
                segments.append(Segment(begun, ended, status, tone, reason, message))
    return tuple(Track(name, tuple(segments)) for name, segments in found.items())
