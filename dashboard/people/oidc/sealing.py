"""What a provider gave to ask by, as the database keeps it: encrypted under Pane's key."""

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from dashboard.models import ProviderSession


def tokens_of(row: ProviderSession) -> tuple[str, str] | None:
    """Refresh token and ID token; None when Pane's key is another by now."""
    try:
        refresh, id_token = json.loads(_box().decrypt(row.sealed.encode()))
    except InvalidToken:
        return None
    return refresh, id_token


def seal(refresh: str, id_token: str) -> str:
    """For `ProviderSession.sealed`."""
    return _box().encrypt(json.dumps([refresh, id_token]).encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (salted_hmac("pane.oidc.tokens", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
