"""An authenticator app, as a phone has it (RFC 6238)."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User

STEP = 30


def code(secret: str, ahead: int = 0) -> str:
    """What it shows now, or so many steps from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // STEP + ahead)))


def set_up(user: User) -> tuple[str, list[str]]:
    """Give somebody an app: the secret in it, and their recovery codes."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret, list(RecoveryCodes.activate(user).get_unused_codes())
