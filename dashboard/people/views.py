"""Signing in and out, and one's own API tokens."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.models import ApiToken
from dashboard.people import attempts, devices, links, token_form, tokens
from dashboard.people.local import own_sessions, second_factor
from dashboard.people.local.views import came_by_link_just_now
from regions.audit import trail
from regions.requests import ViewedRequest

WAIT = "Too many attempts. Wait a quarter of an hour, use a one-time link, or a browser in which you signed in before."
BY_PROVIDER = "You sign in by your provider: your password is there."


@login_not_required
@require_safe
def to_administration(request: HttpRequest) -> HttpResponse:
    """Where Django's admin sends whom it does not know: there is one way to sign in, with its limits, not two.

    Who is signed in is told that these pages are not for them: to sign in again would lead here again.
    """
    if request.user.is_authenticated and not admin.site.has_permission(request):
        raise PermissionDenied("These pages are for administrators of Pane. Ask one of them.")
    return redirect(f"{reverse('people:sign_in')}?{request.GET.urlencode(safe='/')}")


class LocalAccountForm(AuthenticationForm):
    """Name and password of a local account: who comes by a provider comes by nothing else."""

    refusal = ""  # what is said besides that name and password do not belong together

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if second_factor.by_provider(user):
            trail.happened("sign in", "refused", actor=user.get_username(), why="a password, not their provider")
            self.refusal = BY_PROVIDER
            raise ValidationError(BY_PROVIDER)


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Name and password; then on to where the person was going."""

    template_name = "people/sign_in.html"
    authentication_form = LocalAccountForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"providers": list(settings.PANE_OIDC.values())}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        account = request.POST.get("username", "")
        attempt = attempts.password(_address(request), account, devices.known(request, account))
        if attempt is None:
            # Before the password is looked at, so that waiting tells nothing about it.
            context = self.get_context_data(form=AuthenticationForm(), refusal=WAIT)
            return render(request, self.template_name, context, status=429)
        form = self.get_form()
        with attempt.turn():
            right = form.is_valid()
        if right:
            attempt.succeeded()
            signing_in = Login(user=form.get_user(), redirect_url=self.get_success_url())
            answer: HttpResponse = perform_password_login(request, {"username": account}, signing_in)
            return answer
        response = self.form_invalid(form)
        response.status_code = 422
        return response


@login_not_required
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time link: GET shows a button, POST signs in."""
    if request.method != "POST":
        found = links.usable(secret)
        return render(request, "people/link.html", {"link": found}, status=200 if found else 410)
    user = links.spend(secret)
    if user is None:
        return render(request, "people/link.html", {"link": None}, status=410)
    record_authentication(request, user, "link")
    answer: HttpResponse = perform_login(request, Login(user=user))
    return answer


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: ViewedRequest) -> HttpResponse:
    """Who I am here, and my API tokens. POST makes one, shown in the answer and never again."""
    secret, wrong = "", ""
    assert request.user.is_authenticated  # by middleware
    if request.method == "POST":
        try:
            made = token_form.asked(request.POST)
            secret = tokens.issue(request.user, made.name, writes=made.writes, lasts=made.lasts, within=made.within)
        except token_form.WrongToken as error:
            wrong = str(error)
    mine = tokens.living().filter(user=request.user).order_by("-created_at")
    context = {
        "tokens": mine,
        "secret": secret,
        "wrong": wrong,
        "said": request.POST if wrong else {},
        "lasts": token_form.LASTS,
        "sessions": own_sessions.of(request.user),
        "by_provider": second_factor.by_provider(request.user),
        "second_factor": second_factor.has_one(request.user),
        "may_set_password": came_by_link_just_now(request),
    }
    return render(request, "people/account.html", context, status=422 if wrong else 200)


@login_not_required
@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in by now, for a page that was left open, with the token that its forms need from then on."""
    if not request.user.is_authenticated:
        return JsonResponse({"name": ""})
    return JsonResponse({"name": request.user.get_username(), "csrf": get_token(request)})


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Where a sign-in ends that was made for a page left open in another tab."""
    return render(request, "people/back.html")


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of my own tokens: programs that use it are refused from now on."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user, revoked_at=None)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    messages.success(request, f"The token {token.name or 'without a name'} no longer works.")
    return redirect("people:account")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
