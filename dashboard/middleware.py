"""Middleware: health before everything, sign-in for everything else, and on whose behalf a request is."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from whitenoise.middleware import WhiteNoiseMiddleware

from dashboard import errors, statics
from dashboard.live.hub import remember
from dashboard.people import recording, routes, screens, tokens
from dashboard.people.authentication import BearerAuthentication
from dashboard.people.local import own_sessions, second_factor
from dashboard.people.oidc import asking
from dashboard.people.viewer import viewer_of
from dashboard.saved import looks
from dashboard.status import exposition, probes
from regions.domain.viewer import Viewer
from regions.live import Live
from regions.requests import open_to_programs

GetResponse = Callable[[HttpRequest], HttpResponse]
VERSIONED = re.compile(r"/static/v-([0-9a-f]+)/(.+)")
PROBES = {"/healthz": probes.healthz, "/readyz": probes.readyz}
SCRAPED = "/-/metrics"


def health_first(get_response: GetResponse) -> GetResponse:
    """Answer health probes at once: they come by address, without TLS and without a session. So does who scrapes our
    own figures from within the cluster, with a token."""

    def answer(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if request.path_info == SCRAPED and tokens.bearer(request.headers.get("Authorization", "")) is not None:
            probe = exposition.metrics
        return probe(request) if probe else get_response(request)

    return answer


def known_host(get_response: GetResponse) -> GetResponse:
    """Answer a request that calls us by a name which is not ours with what to do about it."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return errors.in_words(request, _not_ours(str(request.META.get("HTTP_HOST", ""))), 400)
        return get_response(request)

    return answer


def _not_ours(host: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in host)[:253]
    called = f"Pane is not called {shown} here." if shown else "The request says no host."
    return f"{called} PANE_ALLOWED_HOSTS names the hosts by which it may be called: add this one there, and restart."


def not_kept(get_response: GetResponse) -> GetResponse:
    """Let neither browsers nor proxies keep what we answer, unless a view says for how long it may be kept."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response

    return answer


def viewer(get_response: GetResponse) -> GetResponse:
    """Set `request.viewer`: whoever is signed in, or None where nobody needs to be. Remember what live pages follow."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not asking.still_in(request.session):
            logout(request)
        request.viewer = viewer_of(request.user)  # type: ignore[attr-defined]
        own_sessions.remember(request)
        response = recording.answered(request, get_response)
        live: Live | None = getattr(request, "live", None)
        seen_by: Viewer | None = request.viewer  # type: ignore[attr-defined]  # perhaps found to be a screen meanwhile
        # A page that is to be drawn anew in a while is drawn when its socket comes: so its time begins to run.
        if live is not None and live.again is None and seen_by is not None:
            remember(request.get_full_path(), seen_by, live.topics)
        return response

    return answer


def no_zero_bytes(get_response: GetResponse) -> GetResponse:
    """Let no zero byte in: no name holds one, no key types one, and PostgreSQL fails at the question.

    Nothing is found under a path with one, and no query with one makes sense. In a form it becomes the sign for what
    cannot be shown (U+FFFD), which the rules of each field then refuse, so that the rest of what was typed is not lost.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404("No name holds a zero byte.")
        if "%00" in request.META.get("QUERY_STRING", ""):
            return errors.in_words(request, "The address has a zero byte (%00): no name or value holds one.", 400)
        if request.method == "POST" and any("\x00" in text for _, texts in request.POST.lists() for text in texts):
            cleaned = request.POST.copy()
            for name, texts in request.POST.lists():
                cleaned.setlist(name, [text.replace("\x00", "\ufffd") for text in texts])
            request.POST = cleaned  # type: ignore[assignment]
        return get_response(request)

    return answer


class SignInRequired(LoginRequiredMiddleware):
    """Every view needs a signed-in person unless it says otherwise (`login_not_required`, `for_screens`), and the
    right that `dashboard.people.routes` says."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        turned_away = self._come_in(request, view_func, view_args, view_kwargs)
        if turned_away is None and request.resolver_match is not None:
            viewer: Viewer | None = getattr(request, "viewer", None)
            recording.began(request, request.resolver_match.route)
            if refused := _without_second_factor(request, request.resolver_match.route):
                return refused
            if sentence := routes.refused(viewer, request.resolver_match.route):
                raise PermissionDenied(sentence)
            if sentence := tokens.overstepped(request):
                return errors.in_words(request, sentence, 403)
            return looks.opening(request)
        return turned_away

    def _come_in(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if open_to_programs(view_func):
            return _admit_program(request)
        if BearerAuthentication in getattr(getattr(view_func, "cls", None), "authentication_classes", ()):
            tokens.admit(request)  # the API itself refuses who may not
        cookie = request.COOKIES.get(screens.COOKIE)
        if cookie and screens.open_to_screens(view_func) and not request.user.is_authenticated:
            screen = screens.find(cookie, str(request.META.get("REMOTE_ADDR", "")))
            if screen is None:
                return redirect("screens:enter")
            request.user, request.viewer = screen, screen.viewer  # type: ignore[attr-defined]
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if getattr(request, "htmx", False):
            # No sign-in page would help, in the fragment or instead of the page: somebody may have typed there.
            return HttpResponse(status=401, headers={"HX-Trigger": "pane:signed-out"})
        if request.method not in ("GET", "HEAD"):
            return render(request, "401.html", status=401)
        return super().handle_no_permission(request, view_func)


def _without_second_factor(request: HttpRequest, route: str) -> HttpResponse | None:
    """Who must have one, and came by a session, sets it up first."""
    if (
        route.startswith(routes.TO_HAVE_A_SECOND_FACTOR)
        or tokens.of(request)
        or not second_factor.missing(request.user)
    ):
        return None
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", ""):
        return redirect("mfa_index")
    return errors.in_words(request, second_factor.NOT_WITHOUT, 403)


def _admit_program(request: HttpRequest) -> HttpResponse | None:
    """Let a token or a session in; None when it is."""
    if tokens.bearer(request.headers.get("Authorization", "")) is not None:
        token = tokens.admit(request)
        if token is None:
            return _refusal("This token is not known, is over, or was revoked.")
        request.user, request.viewer = token.user, viewer_of(token.user)  # type: ignore[attr-defined]
        return None
    return None if request.user.is_authenticated else _refusal("Sign in, or send an API token.")


def _refusal(why: str) -> HttpResponse:
    return JsonResponse({"detail": why}, status=401, headers={"WWW-Authenticate": 'Bearer realm="Pane"'})


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Static files, read whole: they are small, and an ASGI server cannot stream a synchronous file."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        versioned = VERSIONED.match(request.path_info)
        file = self.files.get(f"/static/{versioned[2]}") if versioned else None
        if file is None:
            return super().__call__(request)  # type: ignore[no-any-return]
        response = self.serve(file, request)
        response["Cache-Control"] = statics.KEPT if request.path.startswith(statics.prefix()) else statics.OTHER
        return response

    @staticmethod
    def serve(static_file, request: HttpRequest) -> HttpResponse:  # type: ignore[no-untyped-def]
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for key, value in found.headers:
            response[key] = value
        if found.file is not None:
            response["Content-Length"] = str(len(body))  # the file may have been edited since it was first seen
        return response
