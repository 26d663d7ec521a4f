"""allauth's forms, slowed where somebody could guess, and on the trail where somebody did."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from dashboard.people import attempts, devices, once
from regions.audit import trail

Guess = Callable[[str, str, str], attempts.Attempt | None]
WAIT = "Too many attempts. Wait a quarter of an hour."
UNREADABLE = "What your browser sent of the passkey cannot be read. Try again."
CODE_LASTS = 120
"""Seconds after which no code of an authenticator app is right any more."""


def begin(user: User, guess: Guess = attempts.password) -> attempts.Attempt:
    """An attempt of whoever sends this request; ValidationError when there were too many."""
    request = context.request
    device = devices.known(request, user.get_username())
    attempt = guess(str(request.META.get("REMOTE_ADDR", "")), user.get_username(), device)
    if attempt is None:
        raise ValidationError(WAIT)
    return attempt


def spend(user: User, code: str) -> None:
    """A code of an app works once. Raises ValidationError."""
    digits = "".join(filter(str.isdigit, code))
    if not once.spend("authenticator app", f"{user.pk} {digits}", CODE_LASTS):
        raise ValidationError("This code was used already. Wait for the next one.")


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """A code of an authenticator app, which works once, in whichever process it is tried; or a recovery code."""

    def clean_code(self) -> str:
        attempt = begin(self.user, attempts.second_factor)
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            spend(self.user, code)
        attempt.succeeded()
        return code


class _ReadablePasskey:
    """What a browser says of a passkey is read by a library that expects it to be well formed."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            self.add_error("credential", UNREADABLE)  # type: ignore[attr-defined]


class PasskeyStepForm(_ReadablePasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step. It signs for this site and this moment, so there is nothing to guess."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except ValidationError:
            trail.happened("sign in", "refused", actor=self.user.get_username(), why="not their passkey")
            raise


class PasskeyAloneForm(_ReadablePasskey, LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in by a passkey that itself asked who is there."""


class NewPasskeyForm(_ReadablePasskey, AddWebAuthnForm):  # type: ignore[misc]
    """A passkey, with a name of its owner's choice."""

    def clean_name(self) -> str:
        name: str = super().clean_name()
        return name[:100]


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """An authenticator app. What it shares with Pane waits in the session until it is proven, encrypted there, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        if kept := session.get(SECRET_SESSION_KEY):
            session[SECRET_SESSION_KEY] = decrypt(kept)
        super().__init__(*args, **kwargs)
        session[SECRET_SESSION_KEY] = encrypt(self.secret)

    def clean_code(self) -> str:
        code: str = super().clean_code()
        spend(self.user, code)
        return code


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password, before something is changed that it guards."""

    def clean_password(self) -> str:
        attempt = begin(self.user)
        with attempt.turn():
            password: str = super().clean_password()
        attempt.succeeded()
        return password


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password, for who knows the one that is."""

    def clean_oldpassword(self) -> str:
        attempt = begin(self.user)
        with attempt.turn():
            password: str = super().clean_oldpassword()
        attempt.succeeded()
        return password
