"""A provider that people sign in by: allauth's, but that signatures are proven, and people named as on clusters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from dashboard.people.oidc.claims import NotLetIn, claimed
from dashboard.people.oidc.configuration import OidcProvider

SKEW = 60.0
"""Seconds that a provider's clock may be away from ours."""
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By keys of which only the provider has the secret half."""
DISCOVERED = 300
"""Seconds for which a provider's own description is kept. Its keys are not: they are asked for at each sign-in."""


@dataclass(frozen=True, slots=True, repr=False)
class ProviderTokens:
    """What a provider gave at a sign-in. Shown to nobody."""

    provider: str
    refresh: str
    id_token: str
    expires_at: datetime | None


class Discovering(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One of PANE_OIDC."""

    @property
    def configured(self) -> OidcProvider:
        found: OidcProvider = settings.PANE_OIDC[self.provider_id]
        return found

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises NotLetIn when it is not who it should be."""
        known = f"oidc:{self.configured.issuer}"
        found: dict[str, Any] | None = cache.get(known)
        if found is None:
            found = super().openid_config
            if not isinstance(found, dict) or found.get("issuer") != self.configured.issuer:
                other = found.get("issuer") if isinstance(found, dict) else None
                raise NotLetIn(
                    f"What answers for {self.configured.title} calls itself {other}: an administrator of Pane must say "
                    f"so in PANE_OIDC_{self.provider_id.upper()}_ISSUER if it is right."
                )
            cache.set(known, found, DISCOVERED)
        return found

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who somebody is, by the ID token alone. Raises NotLetIn."""
        said = kwargs["response"].get("id_token", "")
        claims = self.proven(said)
        who = claimed(self.configured, claims)
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.account.uid, login.account.extra_data = who.uid, who.as_kept()
        login.user.username, login.user.first_name, login.user.email = who.name, who.title, ""
        login.email_addresses = []
        request.provider_tokens = ProviderTokens(  # type: ignore[attr-defined]
            self.provider_id, token.token_secret, said, token.expires_at
        )
        return login

    def proven(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token that this provider signed for Pane, now. Raises NotLetIn."""
        title = self.configured.title
        try:
            key = self._key(jwt.get_unverified_header(id_token))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=list(SIGNED),
                audience=self.configured.client_id,
                issuer=self.configured.issuer,
                leeway=SKEW,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.InvalidAudienceError as error:
            raise NotLetIn(f"What {title} says of you was said to another than Pane.") from error
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise NotLetIn(
                f"The clocks of Pane and {title} are over {SKEW:.0f} seconds apart: an administrator must set them."
            ) from error
        except jwt.PyJWTError as error:
            raise NotLetIn(f"What {title} says of you is not signed as it must be ({error}).") from error
        return claims

    def _key(self, header: dict[str, Any]) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        wanted = header.get("kid")
        fitting = [one for one in keys if one.key_id == wanted or wanted is None]
        if not fitting:
            raise jwt.InvalidKeyError("by a key that it does not have")
        return fitting[0]


def discovering(key: str, request: HttpRequest | None = None) -> Discovering:
    """The provider of this name. KeyError if there is none."""
    settings.PANE_OIDC[key]
    return Discovering(request, key)
