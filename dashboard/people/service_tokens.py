"""`/service-tokens/`: tokens that belong to no person, for administrators. Each is of a service account of Pane's.

A service account has no password and no provider: nobody signs in as one. What it may is said by the bindings of
`pane:<name>` on management, or by its groups and their roles here; its tokens may be bounded besides.
"""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.models import ApiToken
from dashboard.people import token_form, tokens
from dashboard.people.accounts import account
from dashboard.people.local import second_factor
from dashboard.people.token_form import WrongToken
from regions.requests import ViewedRequest


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def service_tokens(request: ViewedRequest) -> HttpResponse:
    """All of them, with who made each. POST makes one, shown in the answer and never again."""
    secret, wrong = "", ""
    if request.method == "POST":
        try:
            wanted = token_form.asked(request.POST)
            secret = tokens.issue(
                _service(request.POST.get("account", "").strip()),
                wanted.name,
                writes=wanted.writes,
                lasts=wanted.lasts,
                within=wanted.within,
                made_by=request.user.get_username(),
            )
        except WrongToken as error:
            wrong = str(error)
    context = {
        "tokens": _living().select_related("user").order_by("user__username", "-created_at"),
        "secret": secret,
        "wrong": wrong,
        "said": request.POST if wrong else {},
        "lasts": token_form.LASTS,
    }
    return render(request, "people/service_tokens.html", context, status=422 if wrong else 200)


@require_POST
def revoke(request: ViewedRequest, pk: int) -> HttpResponse:
    """Revoke one: programs that use it are refused from now on."""
    token = get_object_or_404(_living(), pk=pk)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    messages.success(request, f"The token {token.name or 'without a name'} of {token.user} no longer works.")
    return redirect("people:service_tokens")


def _living() -> QuerySet[ApiToken]:
    return tokens.living().exclude(made_by="")


def _service(name: str) -> User:
    """The service account of this name, made if there is none. Raises WrongToken if it is a person's."""
    if not name:
        raise WrongToken("Say as which service account it acts.")
    try:
        found = account(name)
    except ValidationError as error:
        raise WrongToken(f"{name[:60]!r} cannot be an account: {' '.join(error.messages)}") from error
    own = found.has_usable_password() or found.is_staff or found.is_superuser or second_factor.by_provider(found)
    if own or not found.is_active or found.last_login is not None:
        raise WrongToken(f"{name} is the account of a person, or switched off: say another name.")
    return found
