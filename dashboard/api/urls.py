"""The root of the API: /api/v1/."""

from django.urls import include, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from dashboard.api.token import Token

LISTS = (
    "regions",
    "deployments",
    "credentials",
    "templates",
    "services",
    "backups",
    "metrics",
    "changes",
    "causes",
    "maintenance",
    "views",
    "week",
    "schema",
)


class Root(APIView):
    """What there is, by name."""

    @extend_schema(operation_id="root", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response({name: reverse(f"api:{name}", request=request) for name in LISTS})


app_name = "api"
urlpatterns = [
    path("", Root.as_view(), name="root"),
    path("schema/", SpectacularJSONAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    path("token/", Token.as_view(), name="token"),
    path("", include("regions.api")),
    path("", include("regions.metrics.api")),
    path("", include("regions.maintenance.api")),
    path("", include("deployments.api")),
    path("", include("deployments.causes.api")),
    path("", include("dashboard.saved.api")),
    path("", include("dashboard.reports.api")),
]
