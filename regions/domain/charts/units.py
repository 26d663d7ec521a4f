"""How a number of a unit is said, and one scale for all the numbers of an axis.

Units are those of the named queries: ratio, percent, bytes, s, d, cores, count, USD/h and so on. A number that stands
alone picks its own prefix; the numbers of an axis share one, so that they can be compared by eye.
"""

import math
from dataclasses import dataclass

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DECIMAL = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SECONDS = ((86400 * 365, "y"), (86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))
_WORDLESS = {"count", "list", "bool", "label", "targets", "items", "bool+ms", "label value"}
"""Units whose number says it all: the title of the panel names what is counted."""

_CONTINUOUS = {"ratio", "percent", "bytes", "s", "ms", "d", "x", "cores", "USD", "bool"}

MINUS = "−"


@dataclass(frozen=True, slots=True)
class Scale:
    """What all numbers of an axis have in common: divided by `by`, `digits` after the point, followed by `suffix`."""

    by: float
    suffix: str
    digits: int
    whole: bool = False  # things are counted: a table need not repeat what
    money: bool = False

    def say(self, value: float) -> str:
        """The number as it stands beside the axis; the suffix is said once, at its head."""
        return _fixed(value / self.by, self.digits)

    def tell(self, value: float) -> str:
        """The number as it stands in a table below: with its suffix, one digit finer than the axis."""
        shown = value / self.by
        digits = 0 if self.whole and abs(shown - round(shown)) < 1e-9 else max(self.digits + 1, 2 if self.money else 1)
        suffix = "" if self.whole and self.by == 1 else self.suffix
        return f"{_fixed(shown, digits)}\u202f{suffix}" if suffix else _fixed(shown, digits)


def counts(unit: str) -> bool:
    """Whether things are counted, of which there are no halves: nodes, pods, clusters."""
    return unit not in _CONTINUOUS and "/" not in unit


def say(value: float, unit: str) -> str:
    """A number that stands alone: `83.4 %`, `12.1 GiB`, `340 ms`, `1.2k samples/s`, `4.71 USD/h`."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    number, suffix = parts(value, unit)
    return f"{number}\u202f{suffix}" if suffix else number


def parts(value: float, unit: str) -> tuple[str, str]:
    """The same as number and suffix, for who sets them in different sizes."""
    if not math.isfinite(value):
        return say(value, unit), ""
    scale = scale_of(value, unit)
    shown = value / scale.by
    return _fixed(shown, _digits(shown, unit)), scale.suffix


def scale_of(top: float, unit: str, step: float | None = None) -> Scale:
    """The scale on which numbers up to `top` (in size) are told; `step` apart, when they are the ticks of an axis."""
    by, suffix = _prefix(abs(top), unit)
    if step is None or step <= 0:
        return Scale(by, suffix, _digits(top / by, unit), counts(unit), unit.startswith("USD"))
    apart = step / by
    digits = max(0, -math.floor(math.log10(apart) + 1e-9)) if apart < 1 else 0
    if digits == 0 and abs(apart - round(apart)) > 1e-6:
        digits = 1
    return Scale(by, suffix, min(digits, 6), counts(unit), unit.startswith("USD"))


def _prefix(size: float, unit: str) -> tuple[float, str]:
    if unit == "ratio":
        return 0.01, "%"
    if unit == "percent":
        return 1.0, "%"
    if unit in ("bytes", "bytes/s"):
        place = min(max(0, math.floor(math.log2(size) / 10 + 1e-9)), len(_BINARY) - 1) if size >= 1 else 0
        return 1024.0**place, _BINARY[place] + unit.removeprefix("bytes")
    if unit in ("s", "ms"):
        size = size / 1000 if unit == "ms" else size
        for by, suffix in _SECONDS:
            if size >= by * (2 if by >= 60 else 1):  # 90 s reads better than 1.5 min
                return by * (1000 if unit == "ms" else 1), suffix
        return (1000.0 if unit == "ms" else 1.0), "s"
    if unit == "d":
        return 1.0, "days"
    word = "" if unit in _WORDLESS else unit
    if unit.startswith("USD") or unit == "ratio":
        return 1.0, unit
    if unit == "x":
        return 1.0, "×"
    for by, letter in _DECIMAL:
        if size >= by * (10 if by == 1e3 else 1):  # up to 9,999 is told in full
            return by, f"{letter} {word}".strip() if word else letter
    return 1.0, word


def _digits(shown: float, unit: str) -> int:
    size = abs(shown)
    if counts(unit) and size < 1000 and abs(shown - round(shown)) < 1e-9:
        return 0
    if unit.startswith("USD"):
        return 2 if size < 100 else 0
    if size == 0 or abs(shown - round(shown)) < 1e-9:
        return 0
    if size < 0.01:
        return 4
    if size < 1:
        return 2
    return 1 if size < 100 else 0


def _fixed(number: float, digits: int) -> str:
    text = f"{abs(number):,.{digits}f}"
    negative = number < 0 and float(text.replace(",", "")) != 0
    return f"{MINUS}{text}" if negative else text
