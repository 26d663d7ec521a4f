"""Services in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.services.listing import list_services
from deployments.services.serializers import MultiClusterServiceSerializer
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged


class Services(APIView):
    """MultiClusterServices, worst first. What a deployment asks for itself stands with the deployment."""

    @extend_schema(
        operation_id="services_list",
        responses=page_serializer("Services", MultiClusterServiceSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, list_services(viewer=viewer(request)).multi, MultiClusterServiceSerializer)
