"""A provider that people sign in by: allauth's, but that signatures are proven, and people named as on clusters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from dashboard.people.oidc.claims import claimed
from dashboard.people.oidc.configuration import OidcProvider

SKEW = 60.0
"""Seconds that a provider's clock may be away from ours."""
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By keys of which only the provider has the secret half."""
DISCOVERED = 300
"""Seconds for which a provider's own description is kept. Its keys are not: they are asked for at each sign-in."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderTrouble(OAuth2Error):  # type: ignore[misc]
    """What a provider answers cannot be used, in a sentence. It says nothing of the person that was asked about."""


@dataclass(frozen=True, slots=True, repr=False)
class ProviderTokens:
    """What a provider gave at a sign-in. Shown to nobody."""

    provider: str
    refresh: str
    id_token: str
    expires_at: datetime | None
    sid: str = ""  # of the session there


class Discovering(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One of PANE_OIDC."""

    @property
    def configured(self) -> OidcProvider:
        found: OidcProvider = settings.PANE_OIDC[self.provider_id]
        return found

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises ProviderTrouble when it is not who it should be, or no mapping."""
        known = f"oidc:{self.configured.issuer}"
        found: dict[str, Any] | None = cache.get(known)
        if found is None:
            found = self._discovered()
            cache.set(known, found, DISCOVERED)
        return found

    def _discovered(self) -> dict[str, Any]:
        try:
            found = super().openid_config
        except (AttributeError, ValueError) as error:  # allauth takes it for a mapping
            raise self._misshapen("its own description") from error
        if found.get("issuer") != self.configured.issuer:
            raise ProviderTrouble(
                f"What answers for {self.configured.title} calls itself {found.get('issuer')}: an administrator of "
                f"Pane must say so in PANE_OIDC_{self.provider_id.upper()}_ISSUER if it is right."
            )
        methods = found.setdefault("token_endpoint_auth_methods_supported", [])
        if not isinstance(methods, list) or not all(isinstance(found.get(name), str) for name in ENDPOINTS):
            raise self._misshapen("its own description")
        return dict(found)

    def _misshapen(self, what: str) -> ProviderTrouble:
        return ProviderTrouble(f"{self.configured.title} does not answer as it must ({what}). Try again in a moment.")

    def parse_token(self, data: Any) -> SocialToken:
        """What came for a code. Raises ProviderTrouble."""
        try:
            return super().parse_token(data)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise self._misshapen("tokens") from error

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who somebody is, by the ID token alone. Raises NotLetIn or ProviderTrouble."""
        said = kwargs["response"].get("id_token", "")
        claims = self.proven(said)
        who = claimed(self.configured, claims)
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.account.uid, login.account.extra_data = who.uid, who.as_kept()
        login.user.username, login.user.first_name, login.user.email = who.name, who.title, ""
        login.email_addresses = []
        request.provider_tokens = ProviderTokens(  # type: ignore[attr-defined]
            self.provider_id, token.token_secret, said, token.expires_at, sid=_sid(claims)
        )
        return login

    def proven(self, id_token: str, required: tuple[str, ...] = ("iss", "sub", "aud", "exp", "iat")) -> dict[str, Any]:
        """The claims of a token that this provider signed for Pane, now. Raises ProviderTrouble."""
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
                options={"require": list(required)},
            )
        except jwt.InvalidAudienceError as error:
            raise ProviderTrouble(f"What {title} says of you was said to another than Pane.") from error
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise ProviderTrouble(
                f"The clocks of Pane and {title} are over {SKEW:.0f} seconds apart: an administrator must set them."
            ) from error
        except jwt.PyJWTError as error:
            raise ProviderTrouble(f"What {title} says of you is not signed as it must be ({error}).") from error
        return claims

    def _key(self, header: dict[str, Any]) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            try:
                keys = jwt.PyJWKSet.from_dict(answer.json()).keys
            except (AttributeError, TypeError, ValueError) as error:
                raise self._misshapen("its keys") from error
        wanted = header.get("kid")
        fitting = [one for one in keys if one.key_id == wanted or wanted is None]
        if not fitting:
            raise jwt.InvalidKeyError("by a key that it does not have")
        return fitting[0]


def _sid(claims: dict[str, Any]) -> str:
    said = claims.get("sid")
    return said[:255] if isinstance(said, str) else ""


def discovering(key: str, request: HttpRequest | None = None) -> Discovering:
    """The provider of this name. KeyError if there is none."""
    settings.PANE_OIDC[key]
    return Discovering(request, key)
