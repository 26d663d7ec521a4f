"""Templates in the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.lists.serializers import ItemSerializer
from deployments.template_catalog.listing import list_templates
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged, refuse

_KINDS = {"cluster": "ClusterTemplate", "service": "ServiceTemplate", "provider": "ProviderTemplate"}


class TemplateSerializer(ItemSerializer):
    """A ClusterTemplate, ServiceTemplate or ProviderTemplate."""

    kind = serializers.CharField()
    chart = serializers.CharField()
    version = serializers.CharField()
    description = serializers.CharField()
    error = serializers.CharField(help_text="Why it is not valid.")
    providers = serializers.ListField(child=serializers.CharField())
    upgrades = serializers.ListField(child=serializers.CharField())
    used = serializers.IntegerField(help_text="Deployments made from it.")


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
        found = list_templates(viewer=viewer(request))
        everything = (*found.clusters, *found.services, *found.providers)
        return paged(request, [one for one in everything if not kind or one.kind == _KINDS[kind]], TemplateSerializer)
