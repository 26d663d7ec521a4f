"""Signing in by a provider, coming back from it, and signing out there, too."""

from urllib.parse import urlencode

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dashboard.models import ProviderSession
from dashboard.people import attempts
from dashboard.people.oidc import sealing
from dashboard.people.oidc.adapters import in_a_sentence, refused
from dashboard.people.oidc.provider import discovering

AT_ONCE = "Somebody signed in under the same name at the same moment. Try again."
WAIT = "Too many sign-ins were begun from here and not finished. Wait a quarter of an hour."


@login_not_required
@never_cache
@require_POST
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider. What else the address says (scopes, parameters) is not passed on."""
    _known(provider_id)
    if not attempts.may_begin("provider", str(request.META.get("REMOTE_ADDR", ""))):
        return render(request, "people/refused.html", {"sentence": WAIT}, status=429)
    provider = get_adapter(request).get_provider(request, provider_id)
    try:
        answer = provider.redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))
    except (OAuth2Error, requests.RequestException, KeyError, ValueError) as failure:
        return refused(request, provider_id, None, failure)
    return onward(request, answer.url, settings.PANE_OIDC[provider_id].title) if answer.status_code == 302 else answer


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider, with a code that only Pane can turn into who somebody is."""
    _known(provider_id)
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(discovering(provider_id, request))(request)
    except (KeyError, ValueError) as failure:  # an answer of another shape than OpenID Connect's
        return refused(request, provider_id, None, failure)
    except IntegrityError:
        return in_a_sentence(request, AT_ONCE)
    return answer


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out of Pane, and where one came by a provider, on to be signed out there."""
    row = ProviderSession.objects.filter(session_key=request.session.session_key or "").first()
    address, title = "", ""
    if row is not None and row.provider in settings.PANE_OIDC:
        title = settings.PANE_OIDC[row.provider].title
        address = _end_session(request, row)
        row.delete()
    logout(request)
    if address:
        return onward(request, address, title)
    if title:
        messages.warning(request, f"You are signed out of Pane. At {title} you may still be signed in.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _end_session(request: HttpRequest, row: ProviderSession) -> str:
    """Where the browser goes to be signed out (RP-initiated logout); empty when the provider has no such place."""
    secrets = sealing.tokens_of(row)
    try:
        place = str(discovering(row.provider).openid_config.get("end_session_endpoint", ""))
    except (OAuth2Error, requests.RequestException, ValueError):
        return ""
    if not place.startswith(("https://", "http://")):
        return ""
    said = {
        "client_id": settings.PANE_OIDC[row.provider].client_id,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("people:sign_in")),
    }
    if secrets is not None:
        said["id_token_hint"] = secrets[1]
    return f"{place}{'&' if '?' in place else '?'}{urlencode(said)}"


def onward(request: HttpRequest, address: str, title: str) -> HttpResponse:
    """A page that leads elsewhere at once. A redirect would not do: the CSP lets no form lead to another site."""
    return render(request, "people/onward.html", {"address": address, "title": title})


def _known(provider_id: str) -> None:
    if provider_id not in settings.PANE_OIDC:
        raise Http404("There is no such provider.")
