"""What accounts change of their own safety, on the trail; and what follows from it."""

from typing import Any

from allauth.account.signals import password_changed, password_set, user_logged_in
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from dashboard.people import devices
from dashboard.people.local import own_sessions
from regions.audit import trail


@receiver(user_logged_in)
def browser_is_known(
    sender: object, request: HttpRequest, user: User, response: HttpResponse | None = None, **more: Any
) -> None:
    """Whose password, link or passkey was right is counted apart from now on; providers count by themselves."""
    if response is not None and not hasattr(request, "provider_tokens"):
        devices.remember(response, user)


@receiver([password_changed, password_set])
def password_is_another(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    """Whoever is in by the old one is out, everywhere but here."""
    ended = own_sessions.end_all(user, but=request.session.session_key or "")
    trail.happened("change password", "done", sessions_ended=ended)


@receiver([signals.authenticator_added, signals.authenticator_removed, signals.authenticator_reset])
def factor_changed(sender: object, signal: object, authenticator: Authenticator, **more: Any) -> None:
    """Set up, removed, or made anew."""
    words = {signals.authenticator_added: "set up", signals.authenticator_removed: "remove"}
    trail.happened(f"{words.get(signal, 'renew')} second factor", "done", what=authenticator.type)


@receiver(signals.authentication_failed)
def factor_failed(sender: object, user: User, **more: Any) -> None:
    """The password was right, the code was not."""
    trail.happened("sign in", "refused", actor=user.get_username(), why="not their second factor")
