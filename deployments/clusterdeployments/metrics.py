"""The metrics of a deployment: what its cluster reports, and how far it is on its way into KOF."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments import clusterdeployments
from regions import inventory, live
from regions.domain.topics import METRICS, deployment, kind
from regions.metrics.pages import addresses, place
from regions.metrics.reads import measures
from regions.requests import ViewedRequest


@require_safe
def metrics(request: ViewedRequest, namespace: str, name: str) -> HttpResponse:
    """/deployments/<namespace>/<name>/metrics/"""
    live.follow(request, METRICS, deployment(namespace, name), kind("ConfigMap"))
    try:
        found = clusterdeployments.get_deployment(namespace, name, viewer=request.viewer)
    except inventory.NotFound as error:
        raise Http404(str(error)) from error
    one = measures.cluster_measures(namespace, name, viewer=request.viewer)
    fires = measures.alerts(viewer=request.viewer, deployment=f"{namespace}/{name}")
    label, span = f"{namespace}/{name}", addresses.span_asked(request.GET)
    return render(
        request,
        "deployments/metrics.html",
        {
            "deployment": found,
            "measures": one,
            "place": place.of_cluster(one, fires, span, timezone.now()),
            "exports": {
                table: addresses.exports(table, cluster=label) for table in ("clusters", "namespaces", "alerts")
            },
        },
    )
