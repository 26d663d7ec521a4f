"""Pages as a browser takes them: how a template's lines are broken says nothing, so no test may hang on it."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

_KEPT = re.compile(r"""(?:<(pre|textarea|script|style)\b.*?</\1>|="[^"]*")""", re.DOTALL)
_asked = Client.request


def flat(html: str) -> str:
    """The same with single spaces, but in values of attributes and where each of them shows."""
    parts, at = [], 0
    for found in _KEPT.finditer(html):
        parts += [_single(html[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, _single(html[at:])])


def _single(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def request(client: Client, **asked: Any) -> HttpResponse:
    """In the place of `Client.request`: whole pages come with single spaces."""
    response: Any = _asked(client, **asked)
    whole = not response.streaming and response.get("Content-Type", "").startswith("text/html")
    if whole and not response.has_header("Content-Encoding"):
        response.content = flat(response.content.decode(response.charset))
    return response
