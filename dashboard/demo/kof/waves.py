"""Values that live: they swing by the day and by shorter rhythms of their own, and can be asked for any moment.

Nothing is kept: the past is computed as it is asked for, so a store has a month of history the moment it starts. The
integral is exact, so a counter and the rate that a recording rule made of it agree.
"""

import math
import random
from functools import lru_cache

DAY = 86400.0
_RHYTHMS = (  # period in seconds, share of the swing
    (DAY, 0.40),
    (DAY / 2, 0.14),
    (7 * DAY, 0.12),
    (5820.0, 0.13),
    (1380.0, 0.12),
    (431.0, 0.09),
)


class Wave:
    """Around `mean`, at most `swing` (a share of it) away."""

    __slots__ = ("_parts", "mean")

    def __init__(self, key: str, mean: float, swing: float = 0.5) -> None:
        dice = random.Random(key)  # noqa: S311 - a story, not a secret
        self.mean = mean
        self._parts = []
        noon = 14 * 3600.0  # busiest in the early afternoon
        for number, (period, share) in enumerate(_RHYTHMS):
            slower = 1 if number == 0 else dice.uniform(0.9, 1.1)
            speed = 2 * math.pi / (period * slower)
            phase = math.pi / 2 - speed * noon if number == 0 else dice.uniform(0, 2 * math.pi)
            self._parts.append((mean * swing * share, speed, phase))

    def at(self, when: float) -> float:
        return self.mean + sum(height * math.sin(speed * when + phase) for height, speed, phase in self._parts)

    def integral(self, when: float) -> float:
        """From some moment on; only differences mean anything."""
        whole = self.mean * when
        return whole - sum(height / speed * math.cos(speed * when + phase) for height, speed, phase in self._parts)

    def rate5m(self, when: float) -> float:
        """What rate() over five minutes makes of the counter."""
        return (self.integral(when) - self.integral(when - 300)) / 300

    def counter(self, when: float, since: float) -> float:
        return max(0.0, self.integral(when) - self.integral(since))


@lru_cache(maxsize=65536)
def wave(key: str, mean: float, swing: float = 0.5) -> Wave:
    return Wave(key, mean, swing)
