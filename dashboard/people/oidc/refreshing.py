"""One question to a provider: does this refresh token still hold, and who is it of by now?"""

from dataclasses import dataclass
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings

from dashboard.people.oidc.claims import Claimed, NotLetIn, claimed
from dashboard.people.oidc.provider import discovering

ENDED = ("invalid_grant", "invalid_token")
"""What a provider says (RFC 6749, 5.2) of a token that was taken away, or whose owner was."""


@dataclass(frozen=True, slots=True, repr=False)
class Renewed:
    """They still may. `who` is None where the provider does not say it again."""

    refresh: str
    id_token: str
    who: Claimed | None


@dataclass(frozen=True, slots=True)
class Ended:
    """They may not any more."""

    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Silent:
    """It did not say, or in a way that proves nothing. `refresh` is what to ask by from now on, empty for as before."""

    refresh: str = ""


def refresh(key: str, token: str, id_token: str) -> Renewed | Ended | Silent:
    """Ask. Never raises for what a provider does."""
    if key not in settings.PANE_OIDC:
        return Ended(f"PANE_OIDC no longer names {key}")
    provider, kept = discovering(key), ""
    try:
        data = {"grant_type": "refresh_token", "refresh_token": token}
        auth = None
        if provider.basic_auth:
            auth = (provider.configured.client_id, provider.configured.secret)
        else:
            data |= {"client_id": provider.configured.client_id, "client_secret": provider.configured.secret}
        with get_adapter().get_requests_session() as session:
            answer = session.post(provider.access_token_url, data={k: v for k, v in data.items() if v}, auth=auth)
        said: dict[str, Any] = answer.json()
        if answer.status_code in (400, 401) and said.get("error") in ENDED:
            return Ended(f"{provider.configured.title}: {str(said.get('error_description') or said['error'])[:200]}")
        answer.raise_for_status()
        kept = str(said.get("refresh_token") or token)
        fresh = str(said.get("id_token", ""))
        who = claimed(provider.configured, provider.proven(fresh)) if fresh else None
        return Renewed(kept, fresh, who)
    except NotLetIn as error:
        return Ended(str(error))
    except (requests.RequestException, OAuth2Error, AttributeError, KeyError, TypeError, ValueError):
        return Silent(kept)
