"""What is answered when no view answers: in words, as JSON under /api/, as a page elsewhere."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

API = "/api/"
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
AWAY = "Pane's database does not answer, or takes nothing more. Your clusters are not affected."
UNSURE = "Whether what you sent was done is not known: look before you send it again."
OLD_FORM = (
    "This form is older than your sign-in, or did not come from Pane. Open it anew in another tab and copy over what "
    "you typed."
)


def under_api(request: HttpRequest) -> bool:
    """Whether a program asks, who is answered in JSON."""
    return request.path_info.startswith(API)


def as_json(sentence: str, status: int) -> JsonResponse:
    """As the API words every failure that is of no single field."""
    return JsonResponse({"detail": sentence}, status=status)


def in_words(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """A failure in words for whoever asked. Needs nothing of the request but its path: it may be anybody's."""
    if under_api(request):
        return as_json(sentence, status)
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, and 413 for what is too large."""
    if isinstance(exception, TOO_MUCH):
        return in_words(request, "That is more than Pane takes in one request.", 413)
    return in_words(request, "Pane cannot make sense of this request.", 400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    if under_api(request):
        return as_json(str(exception) or "You may not do this.", 403)
    return defaults.permission_denied(request, exception)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404"""
    if under_api(request):
        said = str(exception) if request.resolver_match else ""
        return as_json(said or f"There is nothing at {request.path}. {API}v1/ names what there is.", 404)
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """500; 503 where it is the database that is away."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        asked = request.method in ("GET", "HEAD")
        why = AWAY if asked else f"{AWAY} {UNSURE}"
        page = {"why": why, "again": asked}
        response = as_json(why, 503) if under_api(request) else render(None, "503.html", page, status=503)
        response["Retry-After"] = "5"
        return response
    if under_api(request):
        return as_json("Pane failed; its log says why.", 500)
    return defaults.server_error(request)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form without the token of this sign-in."""
    context: dict[str, Any] = {"exception": OLD_FORM}
    return render(request, "403.html", context, status=403)
