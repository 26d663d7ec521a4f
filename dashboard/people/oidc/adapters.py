"""Where allauth asks us: what it does is its own, who comes of it is decided here."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard.people import attempts
from dashboard.people.oidc import standing
from dashboard.people.oidc.claims import NotLetIn
from dashboard.people.oidc.provider import Discovering, ProviderTrouble
from regions.audit import trail

CANCELLED = "You did not sign in. Nothing was changed."
STALE = "This sign-in was begun in another browser, is over already, or took more than ten minutes. Begin anew."


class ProviderAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of providers: made at the first sign-in, known by issuer and subject for good."""

    def get_requests_session(self) -> Any:
        session = super().get_requests_session()
        if settings.PANE_OIDC_CA:
            session.verify = settings.PANE_OIDC_CA
        return session

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        found = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = Discovering
        return found

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """A known account takes the name that its provider says today."""
        if sociallogin.is_existing:
            standing.take_name(sociallogin.user, sociallogin.account.extra_data["name"])

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account, under the name that its provider says and no other."""
        user: User = sociallogin.user
        user.set_unusable_password()
        with transaction.atomic():  # who had the name keeps all that works if this comes to nothing
            standing.take_name(user, sociallogin.account.extra_data["name"])
            sociallogin.save(request)
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        if "state_id" in (extra_context or {}):  # nothing that was begun here: anybody may send it, so it is not kept
            raise ImmediateHttpResponse(_said(request, STALE))
        raise ImmediateHttpResponse(refused(request, provider.app.provider_id, error, exception))


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts of Pane, as allauth sees them. Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104  # dashboard.proxies said it

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:account")

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        if tokens := getattr(request, "provider_tokens", None):
            attempts.went_well("provider", str(request.META.get("REMOTE_ADDR", "")))
            standing.opened(request, user, tokens)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return in_a_sentence(request, "Your account here is switched off. Ask an administrator of Pane.", user.username)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say what happened."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Pane sends none."""


def refused(request: HttpRequest, key: str, error: Any, exception: Exception | None) -> HttpResponse:
    """Why a sign-in by a provider came to nothing."""
    title = settings.PANE_OIDC[key].title
    if isinstance(exception, NotLetIn | ProviderTrouble):
        sentence = str(exception)
    elif error == AuthError.CANCELLED:
        sentence = CANCELLED
    elif exception is None:
        said = str(request.GET.get("error", ""))[:60]
        sentence = f"{title} refused the sign-in ({said})." if said.isprintable() and said else STALE
    else:
        sentence = f"{title} does not answer as it must ({type(exception).__name__}). Try again in a moment."
    return in_a_sentence(request, sentence)


def in_a_sentence(request: HttpRequest, sentence: str, actor: str = "") -> HttpResponse:
    """A refusal as a page, and on the trail."""
    trail.happened("sign in", "refused", actor=actor, why=sentence)
    return _said(request, sentence)


def _said(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "people/refused.html", {"sentence": sentence}, status=403)
