"""Somebody's own sessions: from where and by which browser they are signed in, and ending one or all of them."""

import logging
from threading import Lock

from allauth.usersessions.models import UserSession
from cachetools import TTLCache
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.models import ProviderSession
from regions.audit import trail

log = logging.getLogger(__name__)

SEEN = 300
"""Seconds: how exactly it is remembered when a session was last used, or from where."""

_seen: TTLCache[tuple[str, str], bool] = TTLCache(10_000, SEEN)
_lock = Lock()


def remember(request: HttpRequest) -> None:
    """This session is used, now and from here."""
    key = request.session.session_key
    if not key or not request.user.is_authenticated:
        return
    known = (key, str(request.META.get("REMOTE_ADDR", "")))
    with _lock:
        if known in _seen:
            return
        _seen[known] = True
    try:
        with transaction.atomic():
            UserSession.objects.create_from_request(request)
    except DatabaseError:  # whoever reads need not wait for who writes: the next request remembers it
        log.warning("That a session is used could not be written.", exc_info=True)
        with _lock:
            _seen.pop(known, None)


def of(user: User) -> list[UserSession]:
    """Those that live, the one used last first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda one: one.last_seen_at, reverse=True)


def end_all(user: User, but: str = "") -> int:
    """End every session of this account, but the one with this key; how many. Also any that was never listed."""
    keys = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.session_key != but and session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    end(keys)
    return len(keys)


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of my own sessions: its pages and sockets are out within two seconds."""
    assert request.user.is_authenticated  # by middleware
    one = get_object_or_404(UserSession, pk=pk, user=request.user)
    trail.happened("sign out", "done", what="one session", of_address=str(one.ip))
    here = one.session_key == request.session.session_key
    end([one.session_key])
    if here:
        logout(request)
    return redirect("people:sign_in" if here else "people:account")


@require_POST
def end_everywhere(request: HttpRequest) -> HttpResponse:
    """Sign out of every browser, this one too."""
    assert request.user.is_authenticated  # by middleware
    trail.happened("sign out", "done", what="everywhere", sessions=end_all(request.user))
    logout(request)
    return redirect("people:sign_in")


def end(keys: list[str]) -> None:
    """End the sessions with these keys."""
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    ProviderSession.objects.filter(session_key__in=keys).delete()
