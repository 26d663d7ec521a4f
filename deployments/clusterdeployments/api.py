"""Deployments in the API."""

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments import clusterdeployments
from deployments.clusterdeployments.change_api import ChangedDeploymentSerializer, amend, take_down
from deployments.clusterdeployments.create_api import AskedDeploymentSerializer, ask
from deployments.clusterdeployments.filters import SORTS, parse
from deployments.clusterdeployments.serializers import (
    DeploymentDetailSerializer,
    DeploymentSerializer,
)
from deployments.submissions.api import ANSWERS, KEY, PREVIEW, PreviewSerializer, SubmissionSerializer
from regions import inventory
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, refuse, respond
from regions.serializers import HEALTHS

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
        return respond(request, results, listing.page.total, filters.page, listing.page.pages)

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
