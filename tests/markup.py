"""Pages as a browser takes them: how a template's lines are broken says nothing, so no test may hang on it."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

_KEPT = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2>)", re.DOTALL)
_asked = Client.request


def flat(html: str) -> str:
    """The same with single spaces, but in what shows each of them; none beside the ends of a tag's own parts."""
    return "".join(
        part if part.startswith("<") and _KEPT.fullmatch(part) else re.sub(r"\s+", " ", part) for part in _parts(html)
    )


def _parts(html: str) -> list[str]:
    parts, at = [], 0
    for found in _KEPT.finditer(html):
        parts += [html[at : found.start()], found[0]]
        at = found.end()
    return [*parts, html[at:]]


def request(client: Client, **asked: Any) -> HttpResponse:
    """In the place of `Client.request`: whole pages come with single spaces."""
    response: Any = _asked(client, **asked)
    whole = not response.streaming and response.get("Content-Type", "").startswith("text/html")
    if whole and not response.has_header("Content-Encoding"):
        response.content = flat(response.content.decode(response.charset))
    return response
