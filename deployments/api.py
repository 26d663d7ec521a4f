"""What runs, in the API."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import clusterdeployments
from deployments.clusterdeployments.change_api import KEY, ChangedDeploymentSerializer, amend, take_down
from deployments.clusterdeployments.create_api import (
    ANSWERS,
    PREVIEW,
    AskedDeploymentSerializer,
    PreviewSerializer,
    SubmissionSerializer,
    ask,
)
from deployments.clusterdeployments.serializers import (
    BackupSerializer,
    DeploymentDetailSerializer,
    DeploymentSerializer,
    LastBackupSerializer,
    MultiClusterServiceSerializer,
    TemplateSerializer,
)
from deployments.credentials.api import Credentials
from deployments.domain.filters import SORTS, parse
from deployments.registration.api import Regions
from regions import inventory
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged, refuse, respond
from regions.serializers import HEALTHS

_KINDS = {"cluster": "ClusterTemplate", "service": "ServiceTemplate", "provider": "ProviderTemplate"}

CHANGED = {
    200: PolymorphicProxySerializer(
        component_name="Changed", serializers=[SubmissionSerializer, PreviewSerializer], resource_type_field_name=None
    ),
    422: ANSWERS[422],
}


def _several(name: str, text: str, **options: object) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "array", "items": {"type": "string", **options}}, description=text)


class Deployments(APIView):
    """Deployments that fit all filters; several values of one filter mean any of them."""

    @extend_schema(
        operation_id="deployments_list",
        responses=page_serializer("Deployments", DeploymentSerializer),
        parameters=[
            _several("region", "`~management` for those without a region."),
            _several("health", "", enum=HEALTHS),
            _several("template", ""),
            _several("credential", "namespace/name"),
            _several("namespace", ""),
            _several("label", "key=value; all of them must fit."),
            OpenApiParameter("search", str, description="Words in name, namespace or message."),
            OpenApiParameter("ordering", str, enum=[*SORTS, *(f"-{name}" for name in SORTS)]),
            PAGE,
            PAGE_SIZE,
        ],
    )
    def get(self, request: Request) -> Response:
        filters, problems = parse(request.query_params)
        refuse(problems)
        listing = clusterdeployments.list_deployments(filters, viewer=viewer(request))
        rows = clusterdeployments.summarise(listing.rows, viewer=viewer(request))
        results = DeploymentSerializer(rows, many=True).data
        return respond(request, results, listing.total, filters.page, listing.pages)

    @extend_schema(
        operation_id="deployments_ask", request=AskedDeploymentSerializer, responses=ANSWERS, parameters=[PREVIEW]
    )
    def post(self, request: Request) -> Response:
        """Make a deployment on behalf of whoever asks, or with `?preview=true` say how the cluster would answer."""
        return ask(request)


class Deployment(APIView):
    """One deployment."""

    @extend_schema(operation_id="deployments_get", responses=DeploymentDetailSerializer)
    def get(self, request: Request, namespace: str, name: str) -> Response:
        try:
            found = clusterdeployments.get_deployment(namespace, name, viewer=viewer(request))
        except inventory.NotFound as error:
            raise NotFound(str(error)) from error
        return Response(DeploymentDetailSerializer(found).data)

    @extend_schema(
        operation_id="deployments_change", request=ChangedDeploymentSerializer, responses=CHANGED, parameters=[PREVIEW]
    )
    def patch(self, request: Request, namespace: str, name: str) -> Response:
        """Change a deployment on behalf of whoever asks, or with `?preview=true` say what would change."""
        return amend(request, namespace, name)

    @extend_schema(operation_id="deployments_delete", request=None, responses=CHANGED, parameters=[PREVIEW, KEY])
    def delete(self, request: Request, namespace: str, name: str) -> Response:
        """Ask for its deletion on behalf of whoever asks, or with `?preview=true` say how the cluster would answer."""
        return take_down(request, namespace, name)


class Templates(APIView):
    """Cluster-, Service- and ProviderTemplates, those that are not valid first within each kind."""

    @extend_schema(
        operation_id="templates_list",
        responses=page_serializer("Templates", TemplateSerializer),
        parameters=[OpenApiParameter("kind", str, enum=list(_KINDS)), PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        if kind and kind not in _KINDS:
            refuse({"kind": f"{kind!r} is no kind of template; these are: {', '.join(_KINDS)}."})
        found = clusterdeployments.list_templates(viewer=viewer(request))
        everything = (*found.clusters, *found.services, *found.providers)
        return paged(request, [one for one in everything if not kind or one.kind == _KINDS[kind]], TemplateSerializer)


class Services(APIView):
    """MultiClusterServices, worst first. What a deployment asks for itself stands with the deployment."""

    @extend_schema(
        operation_id="services_list",
        responses=page_serializer("Services", MultiClusterServiceSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(
            request, clusterdeployments.list_services(viewer=viewer(request)).multi, MultiClusterServiceSerializer
        )


class PagedBackups(page_serializer("Backups", BackupSerializer)):  # type: ignore[misc]
    """ManagementBackups, and how every region was last backed up."""

    regions = LastBackupSerializer(many=True, help_text="Every region, those without a good backup first.")


class Backups(APIView):
    """ManagementBackups; and for every region the last good backup that is known."""

    @extend_schema(operation_id="backups_list", responses=PagedBackups, parameters=[PAGE, PAGE_SIZE])
    def get(self, request: Request) -> Response:
        found = clusterdeployments.list_backups(viewer=viewer(request))
        response = paged(request, found.backups, BackupSerializer)
        response.data["regions"] = LastBackupSerializer(found.regions, many=True).data
        return response


urlpatterns = [
    path("regions/", Regions.as_view(), name="regions"),
    path("credentials/", Credentials.as_view(), name="credentials"),
    path("deployments/", Deployments.as_view(), name="deployments"),
    path("deployments/<str:namespace>/<str:name>/", Deployment.as_view(), name="deployment"),
    path("templates/", Templates.as_view(), name="templates"),
    path("services/", Services.as_view(), name="services"),
    path("backups/", Backups.as_view(), name="backups"),
]
