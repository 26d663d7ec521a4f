"""`/-/metrics`: what Pane itself does, for Prometheus. Of the fleet only what an alert on Pane would need."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import CollectorRegistry

from dashboard.people import tokens
from dashboard.people.viewer import viewer_of
from dashboard.status.series import Database
from regions.permitted import sees_fleet

NOT_YOURS = "Pane's own figures speak of every cluster: they are for who may see all of the fleet."
_DATABASE = CollectorRegistry(auto_describe=False)
_DATABASE.register(Database())


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a token or a session; 401 without, as a scraper expects."""
    if tokens.bearer(request.headers.get("Authorization", "")) is None:
        viewer = viewer_of(request.user)
    else:
        token = tokens.admit(request)
        viewer = viewer_of(token.user) if token else None
    if viewer is None:
        refusal = HttpResponse("A token is needed: Authorization: Bearer …\n", status=401, content_type="text/plain")
        refusal["WWW-Authenticate"] = 'Bearer realm="Pane"'
        return refusal
    if not sees_fleet(viewer):
        raise PermissionDenied(NOT_YOURS)
    return HttpResponse(generate_latest(_DATABASE) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/-/status/`: the same for people, for whoever looks after Pane."""
    viewer = viewer_of(request.user)
    if viewer is None or not sees_fleet(viewer):
        raise PermissionDenied(NOT_YOURS)
    families = [*_DATABASE.collect(), *(one for one in REGISTRY.collect() if one.name.startswith("pane_"))]
    return render(request, "dashboard/status.html", {"families": [_lines(one) for one in families]})


def _lines(family: Metric) -> dict[str, object]:
    samples = [one for one in family.samples if not one.name.endswith(("_bucket", "_created"))]
    return {
        "name": family.name,
        "meaning": family.documentation,
        "lines": [(", ".join(one.labels.values()), _shown(family.name, one.value)) for one in samples],
    }


def _shown(name: str, value: float) -> str:
    if name.endswith("_bytes"):
        return filesizeformat(value)
    if name.endswith("_seconds"):
        return f"{value:.1f} s" if abs(value) < 120 else str(timedelta(seconds=round(value)))
    return f"{value:,.0f}"
