"""What goes wrong with a store, as sentences of ours; never with a credential in them."""

import json
import re

from regions.domain.metrics.measures import Why
from regions.domain.redact import without_credentials

LONGEST = 300

_TOO_LARGE = re.compile(r"too many|too long|exceed|-search\.max|more than \d+ (series|samples)|limit", re.I)
"""How VictoriaMetrics (-search.max…), Prometheus (--query.max-samples) and what stands before them put it."""


class StoreError(Exception):
    """No answer that could be used. `why` is for counting, the text for people."""

    def __init__(self, why: Why, sentence: str, *, status: int = 0) -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence
        self.status = status


class BadQuery(StoreError):
    """The store is well and does not answer this query: it does not parse there, or matches too much (400, 422)."""


class Denied(StoreError):
    """401: it does not know us by what we sent."""


def too_large(said: str) -> bool:
    """Whether a store means that a query takes too much of it, not that it is no query."""
    return bool(_TOO_LARGE.search(said))


def from_status(status: int, body: bytes, who: str) -> StoreError:
    """The error for an answer that is not 200."""
    said = _said(body)
    tail = f": {said}" if said else ""
    if status == 401:
        return Denied(Why.REFUSED, f"{who} does not accept the user name or password{tail}", status=status)
    if status == 403:
        return StoreError(Why.REFUSED, f"{who} does not permit this{tail}", status=status)
    if status in (400, 422):
        why = Why.TOO_LARGE if too_large(said) else Why.BROKEN
        what = "so large a query" if why is Why.TOO_LARGE else "this query"
        return BadQuery(why, f"{who} does not answer {what}{tail}", status=status)
    if status in (429, 503, 504):
        return StoreError(Why.SLOW, f"{who} is too busy to answer ({status}){tail}", status=status)
    if 300 <= status < 400:
        sentence = f"{who} wants to send us elsewhere, and redirects are not followed"
        return StoreError(Why.BROKEN, sentence, status=status)
    return StoreError(Why.BROKEN, f"{who} answered {status}{tail}", status=status)


def _said(body: bytes) -> str:
    """The store's own sentence, short and without anything that looks like a credential or a page of HTML."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        found = json.loads(text)
        text = str(found.get("error") or found.get("message") or "") if isinstance(found, dict) else ""
    except ValueError:
        if "<" in text:
            text = ""
    text = re.sub(r"\s+", " ", without_credentials(text)).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
