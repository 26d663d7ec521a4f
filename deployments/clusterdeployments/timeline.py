"""A deployment's timeline with who asked for what, and as places on a line."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deployments.models import Submission
from regions.domain.folding import FeedLine
from regions.domain.spans import Segment
from regions.domain.viewer import Viewer
from regions.inventory.timeline import HEALTH, Timeline, TimelineGap
from regions.inventory.timeline import timeline as of_fleet

SPANS = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}
_STEPS = (60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400)


@dataclass(frozen=True, slots=True)
class Flag:
    """Who asked for something, when, and what became of it."""

    at: datetime
    person: str
    what: str
    state: str
    key: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Something on the line, in percent of its width."""

    x: str
    width: str
    what: Segment | TimelineGap | FeedLine | Flag | datetime | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class TimelineDrawing:
    """All that the page draws."""

    line: Timeline
    rows: tuple[tuple[str, tuple[Placed, ...]], ...]
    gaps: tuple[Placed, ...]
    marks: tuple[Placed, ...]
    flags: tuple[Placed, ...]
    ticks: tuple[Placed, ...]
    unknown: Placed | None  # before anything was kept


def get_timeline(namespace: str, name: str, start: datetime, end: datetime, *, viewer: Viewer) -> TimelineDrawing:
    """One deployment between two moments. Raises NotFound."""
    found = of_fleet(namespace, name, start, end, viewer=viewer)
    sent = Submission.objects.filter(
        kind="ClusterDeployment", namespace=namespace, name=name, created_at__gte=start, created_at__lte=end
    )
    flags = [
        Flag(
            one.created_at,
            one.person,
            ", ".join(sorted({step.verb for step in one.steps.all()})) or "ask",
            one.state,
            one.key,
        )
        for one in sent.order_by("created_at").prefetch_related("steps")
    ]
    return draw(found, flags)


def draw(found: Timeline, flags: list[Flag]) -> TimelineDrawing:
    """Where everything stands on the line."""
    start, end = found.start, found.end
    long = (end - start).total_seconds()

    def place(
        at: datetime,
        until: datetime | None = None,
        what: Segment | TimelineGap | FeedLine | Flag | datetime | None = None,
        label: str = "",
    ) -> Placed:
        x = min(max((at - start).total_seconds() / long, 0.0), 1.0) * 100
        # A moment is still something to see.
        width = max((until - at).total_seconds() / long * 100, 0.15) if until else 0.0
        return Placed(f"{x:.3f}%", f"{min(width, 100 - x):.3f}%", what, label)

    tracks = sorted(found.tracks, key=lambda track: (track.name != HEALTH, track.name != "Ready"))
    rows = tuple((track.name, tuple(place(one.start, one.end, one) for one in track.segments)) for track in tracks)
    marks = tuple(place(line.lead.at, None, line) for line in found.marks if start <= line.lead.at <= end)
    since = found.since
    return TimelineDrawing(
        found,
        rows,
        tuple(place(gap.start, gap.end, gap) for gap in found.gaps),
        marks,
        tuple(place(flag.at, None, flag) for flag in flags),
        tuple(place(at, None, at, label) for at, label in ticks(start, end)),
        place(start, min(since, end)) if since and since > start else None,
    )


def ticks(start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Round moments, no more than eight."""
    long = (end - start).total_seconds()
    step = next((step for step in _STEPS if long / step <= 8), _STEPS[-1])
    at = datetime.fromtimestamp((start.timestamp() // step + 1) * step, UTC)
    found: list[tuple[datetime, str]] = []
    while at < end and len(found) < 60:
        # What stands at the very edge would be cut off.
        if 0.02 < (at - start).total_seconds() / long < 0.97:
            found.append((at, f"{at:%-d %b}" if step >= 86400 else f"{at:%H:%M}"))
        at += timedelta(seconds=step)
    return found
