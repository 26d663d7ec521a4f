"""What programs send to the API: JSON that every part of Pane can hold."""

import math
from typing import IO, Any, cast

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 100  # levels; no object of Kubernetes comes near
LARGEST = 2_621_440  # bytes, as Django's own DATA_UPLOAD_MAX_MEMORY_SIZE


class TooLarge(APIException):
    status_code = 413
    default_detail = f"That is more than Pane takes in one request: {LARGEST / 2**20:.1f} MiB."
    default_code = "too_large"


class SoundJSONParser(JSONParser):
    """JSON of bounded size and depth, without what no database or cluster takes: else 400, and 413 when too large."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = cast(IO[Any], _Bounded(stream))
        try:
            found = super().parse(body, media_type, parser_context)
        except RecursionError:
            raise ParseError(f"This JSON is nested too deeply: Pane takes {DEEPEST} levels.") from None
        if wrong := unsound(found):
            raise ParseError(wrong)
        return found


class _Bounded:
    """A stream of which no more is read than is taken."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._room = LARGEST

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._stream.read(self._room + 1 if size < 0 else min(size, self._room + 1))
        self._room -= len(piece)
        if self._room < 0:
            raise TooLarge
        return piece


def unsound(value: Any) -> str:
    """What is wrong with a JSON value that was read, in words; empty when nothing is."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif wrong := _unsound_scalar(one):
                return wrong
        if not below:
            return ""
        level = below
    return f"This JSON is nested too deeply: Pane takes {DEEPEST} levels."


def _unsound_scalar(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "This JSON has a number that is too large."
    if not isinstance(value, str):
        return ""
    if "\x00" in value:
        return "This JSON has a text with a zero byte: no name or value holds one."
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        return "This JSON has half of a surrogate pair (\\ud800 to \\udfff): that is no text."
    return ""
