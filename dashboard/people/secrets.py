"""Random secrets that we hand out once and keep only as digests."""

import hashlib
import secrets


def new(prefix: str = "") -> str:
    """A secret nobody can guess (256 bits), safe in a URL."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it. A plain hash is enough for 256 random bits, and outlives a changed secret key."""
    return hashlib.sha256(secret.encode()).hexdigest()
