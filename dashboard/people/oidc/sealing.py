"""What a provider gave to ask by, as the database keeps it: encrypted under Pane's key."""

import json

from cryptography.fernet import InvalidToken

from dashboard.models import ProviderSession
from dashboard.people.secrets import box

PURPOSE = "pane.oidc.tokens"


def tokens_of(row: ProviderSession) -> tuple[str, str] | None:
    """Refresh token and ID token; None when Pane's key is another by now."""
    try:
        refresh, id_token = json.loads(box(PURPOSE).decrypt(row.sealed.encode()))
    except InvalidToken:
        return None
    return refresh, id_token


def seal(refresh: str, id_token: str) -> str:
    """For `ProviderSession.sealed`."""
    return box(PURPOSE).encrypt(json.dumps([refresh, id_token]).encode()).decode()
