"""Causes in the API: why, what is shared, and what leans on what."""

from typing import ClassVar

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.causes.reads import causes, leaning_on, shared_causes
from deployments.causes.serializers import BlastSerializer, ChainSerializer, SharedCauseSerializer
from regions import inventory
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged


class Causes(APIView):
    """Why this is not as it should be: the chain down to what is to blame, its own words, and what to do next."""

    kind: ClassVar[str]

    def answer(self, request: Request, name: str, namespace: str) -> Response:
        try:
            found = causes(self.kind, namespace, name, viewer=viewer(request))
        except inventory.NotFound as error:
            raise NotFound(str(error)) from error
        return Response(ChainSerializer(found).data)


class Leaning(APIView):
    """Everything that leans on this, counted by health, the worst of it by name."""

    kind: ClassVar[str]

    def answer(self, request: Request, name: str, namespace: str) -> Response:
        try:
            found = leaning_on(self.kind, namespace, name, viewer=viewer(request))
        except inventory.NotFound as error:
            raise NotFound(str(error)) from error
        return Response(BlastSerializer(found).data)


class SharedCauses(APIView):
    """What several deployments suffer from together, those that hit most first."""

    @extend_schema(
        operation_id="causes_list",
        responses=page_serializer("SharedCauses", SharedCauseSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, shared_causes(viewer=viewer(request)), SharedCauseSerializer)


def _of(base: type[Causes] | type[Leaning], kind: str, operation: str, shape: type) -> type[APIView]:
    """The view of one kind, described under its own name."""

    def get(self: Causes | Leaning, request: Request, name: str, namespace: str = "") -> Response:
        return self.answer(request, name, namespace)

    described = extend_schema(operation_id=operation, responses=shape, description=base.__doc__)(get)
    return type(f"{kind}{base.__name__}", (base,), {"kind": kind, "get": described, "__doc__": base.__doc__})


def _causes(kind: str, operation: str) -> type[APIView]:
    return _of(Causes, kind, f"{operation}_causes", ChainSerializer)


def _leaning(kind: str, operation: str) -> type[APIView]:
    return _of(Leaning, kind, f"{operation}_leaning", BlastSerializer)


_NAMED, _PLACED = "<str:name>", "<str:namespace>/<str:name>"

urlpatterns = [
    path("causes/", SharedCauses.as_view(), name="causes"),
    path(f"deployments/{_PLACED}/causes/", _causes("ClusterDeployment", "deployments").as_view()),
    path(f"regions/{_NAMED}/causes/", _causes("Region", "regions").as_view()),
    path(f"credentials/{_PLACED}/causes/", _causes("Credential", "credentials").as_view()),
    path(f"services/{_NAMED}/causes/", _causes("MultiClusterService", "services").as_view()),
    path(f"regions/{_NAMED}/leaning/", _leaning("Region", "regions").as_view()),
    path(f"credentials/{_PLACED}/leaning/", _leaning("Credential", "credentials").as_view()),
    path(f"templates/cluster/{_PLACED}/leaning/", _leaning("ClusterTemplate", "cluster_templates").as_view()),
    path(f"templates/service/{_PLACED}/leaning/", _leaning("ServiceTemplate", "service_templates").as_view()),
    path(f"templates/provider/{_NAMED}/leaning/", _leaning("ProviderTemplate", "provider_templates").as_view()),
    path(f"providers/{_NAMED}/leaning/", _leaning("Provider", "providers").as_view()),
    path(f"services/{_NAMED}/leaning/", _leaning("MultiClusterService", "services").as_view()),
]
