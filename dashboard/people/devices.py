"""Browsers in which somebody signed in before. They are not counted among those who guess from the same address.

What a browser keeps is signed and proves nothing but that: it signs nobody in.
"""

import secrets as random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "pane_device"
LASTS = 90 * 24 * 3600  # seconds


def known(request: HttpRequest, account: str) -> str:
    """The name of this browser when this account signed in here before, else empty."""
    try:
        name, _, owner = _signer().unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS).partition(" ")
    except signing.BadSignature:
        return ""
    return name if owner == _as_typed(account) else ""


def remember(response: HttpResponse, user: User) -> None:
    """Let this browser be known from now on."""
    value = _signer().sign(f"{random.token_hex(16)} {_as_typed(user.get_username())}")
    response.set_cookie(
        COOKIE, value, max_age=LASTS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _as_typed(account: str) -> str:
    return account.strip().lower()


def _signer() -> Any:
    return signing.get_cookie_signer(salt=COOKIE)
