"""Metrics in the API: what was measured, of how many, and why the rest was not. No store is asked for it."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from regions.api import viewer
from regions.inventory import NotFound as Unknown
from regions.metrics.reads import measures
from regions.metrics.serializers import (
    ClusterDetailSerializer,
    FiringSerializer,
    FleetMeasuresSerializer,
    RegionMeasuresDetailSerializer,
)
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged


class Fleet(APIView):
    """The fleet: KOF itself, every store, every region, and sums that say of how many they are."""

    @extend_schema(operation_id="metrics_get", responses=FleetMeasuresSerializer)
    def get(self, request: Request) -> Response:
        return Response(FleetMeasuresSerializer(measures.fleet_measures(viewer=viewer(request))).data)


class RegionMetrics(APIView):
    """One region, and each of its clusters."""

    @extend_schema(
        operation_id="metrics_region",
        responses=RegionMeasuresDetailSerializer,
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, description="`~management` is management.")],
    )
    def get(self, request: Request, name: str) -> Response:
        try:
            found = measures.region_measures(name, viewer=viewer(request))
        except Unknown as error:
            raise NotFound(str(error)) from error
        return Response(RegionMeasuresDetailSerializer(found).data)


class DeploymentMetrics(APIView):
    """One cluster by its ClusterDeployment. One that nothing measures has its figures null, each with why."""

    @extend_schema(operation_id="metrics_deployment", responses=ClusterDetailSerializer)
    def get(self, request: Request, namespace: str, name: str) -> Response:
        found = measures.cluster_measures(namespace, name, viewer=viewer(request))
        if not found.known and found.store is None:
            raise NotFound(f"There is no deployment {namespace}/{name}")
        return Response(ClusterDetailSerializer(found).data)


class Alerts(APIView):
    """What fires, worst first; with `ended=true` what fired within the kept past and no longer does."""

    @extend_schema(
        operation_id="metrics_alerts",
        responses=page_serializer("Alerts", FiringSerializer),
        parameters=[
            OpenApiParameter("region", str, description="Only of this region."),
            OpenApiParameter("deployment", str, description="Only of this one: namespace/name."),
            OpenApiParameter("ended", bool),
            PAGE,
            PAGE_SIZE,
        ],
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        found = measures.alerts(
            viewer=viewer(request),
            region=asked.get("region"),
            deployment=asked.get("deployment"),
            ended=asked.get("ended", "").lower() in ("1", "true"),
        )
        return paged(request, found, FiringSerializer)


urlpatterns = [
    path("metrics/", Fleet.as_view(), name="metrics"),
    path("metrics/alerts/", Alerts.as_view(), name="metrics-alerts"),
    path("metrics/regions/<str:name>/", RegionMetrics.as_view(), name="metrics-region"),
    path("metrics/deployments/<str:namespace>/<str:name>/", DeploymentMetrics.as_view(), name="metrics-deployment"),
]
