"""Random secrets that we hand out once and keep only as digests; and what must be kept, encrypted under Pane's key."""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def new(prefix: str = "") -> str:
    """A secret nobody can guess (256 bits), safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it. A plain hash is enough for 256 random bits, and outlives a changed secret key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def box(purpose: str) -> MultiFernet:
    """Encrypts for one purpose under Pane's key, and opens what earlier keys encrypted."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (salted_hmac(purpose, "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
