"""What requests leave in the audit trail: everything that is no mere reading, before it is done and when it is over.

The body of a request is never recorded, nor an address that is itself a secret; who writes to clusters records there
what was asked for (`deployments.submissions.recording`).
"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from dashboard.people import tokens
from dashboard.people.screens import Screen
from regions.audit import trail
from regions.audit.origin import Origin, change_to, coming_from

SAFE = ("GET", "HEAD", "OPTIONS")
EXPORTS = (
    "feed/changes.<str:form>",
    "metrics/export/<str:name>.<str:ending>",
    "audit/export.<str:form>",
    "reports/week/<str:name>.csv",
)
SIGN_IN = (
    "sign-in/",
    "sign-in/link/<str:secret>/",
    "sign-in/by/<str:provider_id>/",
    "sign-in/by/<str:provider_id>/signed-out/",
    "sign-in/second-factor/",
    "sign-in/passkey/",
)
"""Recorded as what it comes to: who signed in, failed to, or was signed out."""
REFUSED = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429)


def answered(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The answer, with what came of it recorded if `began` recorded the question; a refusal is in any case."""
    with coming_from(_origin(request)):
        response = get_response(request)
        act: trail.Act | None = getattr(request, "act", None)
        status = response.status_code
        if act is not None:
            act.ended("refused" if status in REFUSED else "failed" if status >= 400 else "done", status=status)
        elif status == 403 and request.user.is_authenticated:
            trail.happened("see", "refused", path=request.path)
    return response


def began(request: HttpRequest, route: str) -> None:
    """A view is about to answer: what is asked for is recorded first, so that nothing is done without a record."""
    if (request.method in SAFE and route not in EXPORTS) or route in SIGN_IN:
        return
    token = tokens.of(request)
    if token is not None:
        change_to(Origin(token.user.get_username(), f"token {token.pk} {token.name}".strip(), _address(request)))
    action = f"export {route}" if route in EXPORTS else f"{request.method} {route}"
    request.act = trail.begin(action, path=request.path)  # type: ignore[attr-defined]


def _origin(request: HttpRequest) -> Origin:
    user: Any = request.user
    if isinstance(user, Screen):
        return Origin("", f"screen {user.link.name}", _address(request))
    return Origin(user.get_username(), "session" if user.is_authenticated else "", _address(request))


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@receiver(user_logged_in)
def signed_in(sender: object, user: Any, request: Any = None, **more: Any) -> None:
    """Also by a one-time link, a passkey, or a provider; with what beside it."""
    tokens = getattr(request, "provider_tokens", None)
    said = {"provider": tokens.provider} if tokens else {"by": _by(request, user)}
    trail.happened("sign in", "done", actor=user.get_username(), **said)


def _by(request: Any, user: Any) -> list[str]:
    steps = get_authentication_records(request, user) if request is not None else []
    return [str(step.get("type") or step["method"]) for step in steps]


@receiver(user_login_failed)
def sign_in_failed(sender: object, credentials: dict[str, Any], **more: Any) -> None:
    """As whom somebody tried; what they typed as a password is not even looked at."""
    trail.happened("sign in", "refused", actor=str(credentials.get("username", "")))
