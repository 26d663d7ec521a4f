"""Signed out at the provider: it says so itself, by a logout token (OpenID Connect Back-Channel Logout 1.0)."""

import hashlib
import time
from typing import Any

import requests
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dashboard.models import ProviderSession
from dashboard.people import attempts, once
from dashboard.people.oidc.provider import SKEW, ProviderTrouble, discovering
from dashboard.people.oidc.standing import end
from regions.audit.origin import Origin, coming_from

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST = 20_000
"""Letters of a token that is looked at."""


@csrf_exempt  # no browser sends it: what counts is the provider's signature
@login_not_required
@sensitive_post_parameters("logout_token")
@require_POST
def signed_out(request: HttpRequest, provider_id: str) -> HttpResponse:
    """End the sessions that the token names; 200 also when there are none, 400 for what is no logout token of ours."""
    if provider_id not in settings.PANE_OIDC:
        raise Http404("There is no such provider.")
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not attempts.may_begin("logout", address):
        return _refused("too many tokens from this address were none of ours", 429)
    try:
        claims = proven(provider_id, request.POST.get("logout_token", ""))
    except (OAuth2Error, requests.RequestException, KeyError, ValueError) as error:
        return _refused(str(error) if isinstance(error, OAuth2Error) else "the provider's keys are not to be had")
    with coming_from(Origin("", f"provider {provider_id}", address)), transaction.atomic():
        # Spent with what it ends, or not at all: a provider whose token met a failure sends it again.
        if not once.spend(f"logout {claims['iss']}", str(claims["jti"]), claims["exp"] - time.time() + 2 * SKEW):
            return _refused("it was sent before")
        attempts.went_well("logout", address)
        end(_named(provider_id, claims), f"signed out at {settings.PANE_OIDC[provider_id].title}")
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


def proven(provider_id: str, token: str) -> dict[str, Any]:
    """The claims of a logout token of this provider for Pane. Raises ProviderTrouble."""
    if not token or len(token) > LONGEST:
        raise ProviderTrouble("there is no logout_token")
    claims = discovering(provider_id).proven(token, required=("iss", "aud", "iat", "exp", "jti", "events"))
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise ProviderTrouble("it is no logout token: its events do not say so")
    if "nonce" in claims:
        raise ProviderTrouble("it is no logout token: it has a nonce")
    if not _text(claims, "sid") and not _text(claims, "sub"):
        raise ProviderTrouble("it names neither a session nor a person")
    return claims


def _named(provider_id: str, claims: dict[str, Any]) -> list[ProviderSession]:
    """The session that it names, and any of the person's of which the provider never said which it is there; where it
    names none, all of the person."""
    rows = ProviderSession.objects.filter(provider=provider_id).select_related("user")
    subject, sid = _text(claims, "sub"), _text(claims, "sid")
    if subject:
        uid = hashlib.sha256(f"{claims['iss']}\n{subject}".encode()).hexdigest()
        rows = rows.filter(user__in=SocialAccount.objects.filter(uid=uid).values("user"))
    if sid:
        rows = rows.filter(Q(sid=sid[:255]) | Q(sid="") if subject else Q(sid=sid[:255]))
    return list(rows)


def _text(claims: dict[str, Any], name: str) -> str:
    said = claims.get(name)
    return said if isinstance(said, str) else ""


def _refused(why: str, status: int = 400) -> JsonResponse:
    said = {"error": "invalid_request", "error_description": why}
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
