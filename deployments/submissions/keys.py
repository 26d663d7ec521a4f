"""Names and fingerprints of requests."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from django.conf import settings

from deployments.domain.manifests import Planned, digest
from regions.domain.viewer import Viewer

_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """A name for a request that nobody has yet."""
    return secrets.token_hex(16)


def is_key(text: str) -> bool:
    return bool(_KEY.fullmatch(text))


def key_within(key: str, label: str) -> str:
    """The name of the request for one of several that are confirmed together: the same whenever they are sent."""
    return hashlib.sha256(f"{key}\0{label}".encode()).hexdigest()[:32]


def fingerprint(planned: Sequence[Planned], person: Viewer, key: str) -> str:
    """What binds a confirmation to its preview: of all that is sent, for this person and this request alone."""
    return digest(planned, f"{settings.SECRET_KEY}\0{person.name}\0{key}")


def same_fingerprint(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
