"""How long to wait before asking again, as Kubernetes' own clients do."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a stream is, in seconds."""

    first: float = 0.8
    longest: float = 30.0
    healthy: float = 30.0  # a watch that lived this long has forgotten its troubles
    look_again: float = 10.0  # for a kind that is not installed
    poll: float = 60.0  # between two lists of a kind that may be listed and not watched
    shortest_watch: float = 300.0
    longest_watch: float = 600.0
    grace: float = 30.0  # for a server that does not end a watch when it said it would


class Backoff:
    """Doubles from `first` to `longest`, with full jitter."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._ceiling = pace.first

    def reset(self) -> None:
        """All is well again."""
        self._ceiling = self._pace.first

    def next(self, at_least: float | None = None) -> float:
        """Seconds to wait now; a server may ask for more (`at_least`), up to a minute."""
        ceiling, self._ceiling = self._ceiling, min(self._ceiling * 2, self._pace.longest)
        return max(random.uniform(0, ceiling), min(at_least or 0.0, 60.0))  # noqa: S311
