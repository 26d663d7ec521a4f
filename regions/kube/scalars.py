"""What a scalar without quotes is to kubectl: `sigs.k8s.io/yaml` 1.6, which resolves as go-yaml 2 does and writes JSON.

That is neither YAML 1.1 nor 1.2: `y` is true, `012` is ten, `08` is eight, `190:20:30` and dates are text.
"""

import math
import re
import struct
from decimal import Decimal

_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]([0-7]+)|0([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 8, 10)
_SIGNED_BITS = re.compile(r"0b([-+][01]+)")  # go-yaml's own second try
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")

_LEAST, _MOST = -(2**63), 2**63 - 1

Scalar = str | bool | int | float | None


class NotFinite(ValueError):
    """Infinity or no number: JSON has no way to say it, and kubectl refuses it."""


def resolve(text: str) -> Scalar:
    """The value that kubectl sends for this scalar. Raises `NotFinite`."""
    value = _resolved(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # JSON knows no kinds of numbers: what is whole and has room in 64 bits is an integer, all else a float.
    if isinstance(value, float):
        value = int(Decimal(repr(value))) if value.is_integer() and abs(value) < 1e21 else value
    return value if isinstance(value, int) and _LEAST <= value <= _MOST else float(value)


def key(text: str) -> str:
    """What kubectl makes of a mapping's key: always text, though `on` becomes `true`. Raises ValueError."""
    value = _resolved(text)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or (isinstance(value, int) and value > _MOST):
        raise ValueError("null" if value is None else "unsigned")
    return _single(value) if isinstance(value, float) else str(value)


def is_text(text: str) -> bool:
    """Whether it is text without quotes, too."""
    try:
        return _resolved(text) == text
    except NotFinite:
        return False


def written(value: Scalar) -> str:
    """A value as JSON writes it; text as it is."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value) if isinstance(value, str | int) else repr(value)


def _resolved(text: str) -> Scalar:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _NOT_FINITE.fullmatch(text):
        raise NotFinite
    if text[0] == ".":
        return _number(text.replace("_", ""), text) if _POINT.fullmatch(text) else text
    if text[0] in "+-0123456789" and text.isascii():
        return _number(text.replace("_", ""), text)
    return text


def _number(plain: str, text: str) -> Scalar:
    if found := _INTEGER.fullmatch(plain):
        digits, base = next((one, base) for one, base in zip(found.groups()[1:], _BASES, strict=True) if one)
        most = _MOST if found[1] else 2 * _MOST + 1  # without a sign there is one bit more
        if len(digits) <= 64 and _LEAST <= (value := int(found[1] + digits, base)) <= most:
            return value
    if _FLOAT.fullmatch(plain) and math.isfinite(number := float(plain)):
        return number
    if (found := _SIGNED_BITS.fullmatch(plain)) and len(found[1]) <= 64:
        return int(found[1], 2)
    return text


def _single(value: float) -> str:
    """A float as Go's `FormatFloat(value, 'g', -1, 32)`: keys go through 32 bits."""
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    spellings = (f"{single:.{places}e}" for places in range(10))
    shortest = next(one for one in spellings if struct.pack("f", float(one)) == struct.pack("f", single))
    _, exponent = shortest.split("e")
    return shortest if not -4 <= int(exponent) < 6 else f"{Decimal(shortest):f}"
