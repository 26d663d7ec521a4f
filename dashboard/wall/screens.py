"""/wall/screens/: the links by which devices show walls, and /screen/: where a device types its code."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.models import ScreenLink
from dashboard.people import attempts, screens
from dashboard.wall.forms import ScreenForm
from regions import inventory
from regions.requests import ViewedRequest

UNKNOWN = (
    "That code is not known here. It works once, for half an hour, and only where its link may be used. Check it "
    "letter by letter, or ask for a new one."
)
WAIT = "Too many codes from here. Wait a quarter of an hour."


@never_cache
@sensitive_variables("code")
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: ViewedRequest) -> HttpResponse:
    """All links, newest first. POST makes one and shows its code: the only time that it can be seen."""
    known = inventory.links()
    form = ScreenForm(request.POST or None, regions=known)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        link = ScreenLink.objects.create(
            name=said["name"],
            regions=said["regions"],
            namespaces=said["namespaces"],
            network=said["network"],
            expires_at=timezone.now() + form.length,
            created_by=request.viewer.name,
        )
        return _list(request, ScreenForm(regions=known), link, screens.issue_code(link))
    return _list(request, form)


@never_cache
@sensitive_variables("code")
@require_POST
def code(request: ViewedRequest, pk: int) -> HttpResponse:
    """Another code for a link, for a device that lost what it had or for another one."""
    link = get_object_or_404(ScreenLink, pk=pk, revoked_at=None, expires_at__gt=timezone.now())
    return _list(request, ScreenForm(regions=inventory.links()), link, screens.issue_code(link))


@require_POST
def revoke(request: ViewedRequest, pk: int) -> HttpResponse:
    """End a link. Its screen goes dark within a minute."""
    link = get_object_or_404(ScreenLink, pk=pk, revoked_at=None)
    screens.revoke(link)
    messages.success(request, f"The link of {link.name} has ended; its screen is dark within a minute.")
    return redirect("screens:list")


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """A device's own page: a field for the code. A right one is spent, and the device keeps a cookie of its own."""
    if request.method != "POST":
        return render(request, "wall/enter.html", {"refusal": "", "typed": ""})
    address, typed = str(request.META.get("REMOTE_ADDR", "")), screens.clean_code(request.POST.get("code", ""))
    attempt = attempts.code(address, screens.attempt(typed))
    if attempt is None:
        return render(request, "wall/enter.html", {"refusal": WAIT, "typed": typed}, status=429)
    found = screens.redeem(typed, address)
    if found is None:
        return render(request, "wall/enter.html", {"refusal": UNKNOWN, "typed": typed}, status=422)
    attempt.succeeded()
    link, cookie = found
    response = redirect("wall:regions")
    response.set_cookie(
        screens.COOKIE,
        cookie,
        expires=link.expires_at,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _list(request: ViewedRequest, form: ScreenForm, made: ScreenLink | None = None, code: str = "") -> HttpResponse:
    now = timezone.now()
    found = ScreenLink.objects.filter(revoked_at=None).order_by("-created_at")
    return render(
        request,
        "wall/screens.html",
        {
            "links": found.filter(expires_at__gt=now),
            "over": found.filter(expires_at__lte=now)[:20],
            "form": form,
            "made": made,
            "code": code,
            "address": request.build_absolute_uri(reverse("screens:enter")),
            "now": now,
        },
        status=422 if form.is_bound and form.errors else 200,
    )
