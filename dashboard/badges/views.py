"""`/badges/…`: how a region or a deployment is, as a small picture for a wiki or a README.

Whoever has the address may look at that one word and nothing else: the address carries a signature of its path.
Somebody who is signed in may see those of what they may see.
"""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from regions.domain.health_scale import label
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Row
from regions.inventory.cards import cards
from regions.inventory.rows import row_of
from regions.inventory.visibility import look
from regions.models import Resource
from regions.permitted import permits_region, resources

SALT = "pane.badge"
AGE = 30  # seconds that a badge may be kept
LETTER = 6.6  # width of an average letter at 11 px; the text is fitted to what this gives


def signed(path: str) -> str:
    """The address of a badge that may be given away."""
    return f"{path}?key={signing.Signer(salt=SALT).signature(path)}"


def address(kind: str, namespace: str, name: str) -> str:
    """The signed path of the badge of a Region or a ClusterDeployment; empty for what has none."""
    if kind == "Region":
        return signed(reverse("badges:region", args=[name]))
    if kind == "ClusterDeployment":
        return signed(reverse("badges:deployment", args=[namespace, name]))
    return ""


def _may_look(request: HttpRequest, kind: str, namespace: str, name: str) -> bool:
    """Whoever has the signed address, or may see the object itself."""
    viewer = getattr(request, "viewer", None)
    if viewer is not None and (permits_region(viewer, name) if kind == "Region" else _sees(viewer, namespace, name)):
        return True
    try:
        signing.Signer(salt=SALT).unsign(f"{request.path}:{request.GET.get('key', '')}")
    except signing.BadSignature:
        return False
    return True


def _sees(viewer: Viewer, namespace: str, name: str) -> bool:
    if not viewer.confined:
        return True
    rows = resources(viewer).filter(kind="ClusterDeployment", cluster=MANAGEMENT, namespace=namespace, name=name)
    return rows.exists()


@login_not_required
@require_safe
def region(request: HttpRequest, name: str) -> HttpResponseBase:
    """One region."""
    if not _may_look(request, "Region", "", name):
        return _turned_away(request)
    found = next((card for card in cards(look()) if card.name == name), None)
    return _draw(request, name, str(found.health) if found else "gone", bool(found and found.upkeep))


@login_not_required
@require_safe
def deployment(request: HttpRequest, namespace: str, name: str) -> HttpResponseBase:
    """One deployment."""
    if not _may_look(request, "ClusterDeployment", namespace, name):
        return _turned_away(request)
    row = Resource.objects.filter(kind="ClusterDeployment", cluster=MANAGEMENT, namespace=namespace, name=name).first()
    found: Row | None = row_of(row, look()) if row else None
    return _draw(request, name, str(found.health) if found else "gone", bool(found and found.upkeep))


def _turned_away(request: HttpRequest) -> HttpResponseBase:
    """Who is signed in would be led in a circle: to them it is not there."""
    if request.user.is_authenticated:
        raise Http404("There is no such badge")
    return redirect_to_login(request.get_full_path())


def _draw(request: HttpRequest, name: str, word: str, upkeep: bool) -> HttpResponse:
    said = f"{label(word)}, in maintenance" if upkeep else label(word)
    left, right = round(len(name) * LETTER + 14), round(len(said) * LETTER + 14)
    answer = render(
        request,
        "badges/badge.svg",
        {
            "name": name,
            "said": said,
            "health": word,
            "left": left,
            "right": right,
            "whole": left + right,
            "left_text": left - 14,
            "right_text": right - 14,
            "middle": left / 2,
            "right_middle": left + right / 2,
        },
        content_type="image/svg+xml",
    )
    patch_cache_control(answer, private=True, max_age=AGE)
    return answer
