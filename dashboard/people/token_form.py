"""The form for a new token: what it may, where, and for how long."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.http import QueryDict

from regions.domain.roles import Scope

LASTS = {"30": "30 days", "90": "90 days", "365": "a year", "": "until it is revoked"}
MOST = 50
"""Names of regions, or of namespaces, that one token may be for."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


class WrongToken(ValueError):
    """What is wrong with what was asked for, in a sentence."""


@dataclass(frozen=True, slots=True)
class TokenAsked:
    name: str
    writes: bool
    lasts: timedelta | None
    within: Scope


def asked(post: QueryDict) -> TokenAsked:
    """What was asked for. Raises WrongToken."""
    days = post.get("days", "90")
    if days not in LASTS:
        raise WrongToken("Choose for how long the token shall work.")
    return TokenAsked(
        post.get("name", "").strip()[:100],
        post.get("writes") == "1",
        timedelta(days=int(days)) if days else None,
        scope(post.get("regions", ""), post.get("namespaces", "")),
    )


def scope(regions: str, namespaces: str) -> Scope:
    """From names between commas or spaces. Raises WrongToken for what cannot be one."""
    return Scope(_names(regions, "region"), _names(namespaces, "namespace"))


def _names(text: str, what: str) -> frozenset[str]:
    found = frozenset(text.replace(",", " ").split())
    for name in sorted(found):
        if not _NAME.fullmatch(name):
            raise WrongToken(f"{name[:60]!r} cannot be the name of a {what}: say names between commas.")
    if len(found) > MOST:
        raise WrongToken(f"A token is for {MOST} {what}s at most: leave it empty for all of them.")
    return found
