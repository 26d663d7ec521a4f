"""allauth's views, where ours differ: who may set a first password, and what is said when a passkey does not fit."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.views import PasswordSetView
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from dashboard import errors
from dashboard.people import attempts
from dashboard.people.local import second_factor
from dashboard.people.local.forms import WAIT
from regions.audit import trail

LINK_IS_FRESH = 15 * 60
"""Seconds after a sign-in link in which a first password may be set."""
BY_LINK = (
    "A first password is set within a quarter of an hour after signing in by a one-time link: "
    "ask an administrator of Pane for one."
)
NOT_LOCAL = "You sign in by your provider: your password and second factor are there."


class SecondFactor(IndexView):  # type: ignore[misc]
    """What somebody has, and what they may set up."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "possible": second_factor.possible(user),
            "missing": second_factor.missing(user),
            "may_set_password": came_by_link_just_now(self.request),
        }


def came_by_link_just_now(request: HttpRequest) -> bool:
    """Whether they may set a first password: whoever finds an open browser must not."""
    by_link = [one["at"] for one in get_authentication_records(request, request.user) if one["method"] == "link"]
    return bool(by_link) and time.time() - by_link[-1] < LINK_IS_FRESH


class FirstPassword(PasswordSetView):  # type: ignore[misc]
    """For a local account that has none, right after a one-time link."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if second_factor.by_provider(user):
            raise PermissionDenied(NOT_LOCAL)
        if not user.has_usable_password() and not came_by_link_just_now(request):
            raise PermissionDenied(BY_LINK)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


@method_decorator(login_not_required, name="dispatch")
class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Signing in by a passkey alone."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not attempts.may_begin("passkey", _network(request)):
            return errors.as_json(WAIT, 429)
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        attempts.went_well("passkey", _network(self.request))
        answer: HttpResponse = super().form_valid(form)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        trail.happened("sign in", "refused", why="a passkey that fits no account here")
        messages.error(self.request, "That passkey fits no account here, or took too long. Try again.")
        return redirect("people:sign_in")


def _network(request: HttpRequest) -> str:
    return attempts.network(str(request.META.get("REMOTE_ADDR", "")))
