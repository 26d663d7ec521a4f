"""Causes in the API: why, what is shared, and what depends on what."""

from typing import ClassVar

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.causes.reads import causes, dependents_of, shared_causes
from deployments.causes.serializers import ChainSerializer, DependentsSerializer, SharedCauseSerializer
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


class Dependents(APIView):
    """Everything that depends on this, counted by health, the worst of it by name."""

    kind: ClassVar[str]

    def answer(self, request: Request, name: str, namespace: str) -> Response:
        try:
            found = dependents_of(self.kind, namespace, name, viewer=viewer(request))
        except inventory.NotFound as error:
            raise NotFound(str(error)) from error
        return Response(DependentsSerializer(found).data)


class SharedCauses(APIView):
    """What several deployments suffer from together, those that hit most first."""

    @extend_schema(
        operation_id="causes_list",
        responses=page_serializer("SharedCauses", SharedCauseSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, shared_causes(viewer=viewer(request)), SharedCauseSerializer)


def _of(
    base: type[Causes] | type[Dependents], kind: str, operation: str, shape: type, deprecated: bool = False
) -> type[APIView]:
    """The view of one kind, described under its own name."""

    def get(self: Causes | Dependents, request: Request, name: str, namespace: str = "") -> Response:
        return self.answer(request, name, namespace)

    described = extend_schema(operation_id=operation, responses=shape, description=base.__doc__, deprecated=deprecated)(
        get
    )
    return type(f"{kind}{base.__name__}", (base,), {"kind": kind, "get": described, "__doc__": base.__doc__})


def _causes(kind: str, operation: str) -> type[APIView]:
    return _of(Causes, kind, f"{operation}_causes", ChainSerializer)


def _dependents(place: str, kind: str, operation: str) -> list[URLPattern]:
    """What depends on one object, under its address and under that of before, where programs may still ask."""
    now = _of(Dependents, kind, f"{operation}_dependents", DependentsSerializer)
    before = _of(Dependents, kind, f"{operation}_leaning", DependentsSerializer, deprecated=True)
    return [path(f"{place}/dependents/", now.as_view()), path(f"{place}/leaning/", before.as_view())]


_NAMED, _PLACED = "<str:name>", "<str:namespace>/<str:name>"

urlpatterns = [
    path("causes/", SharedCauses.as_view(), name="causes"),
    path(f"deployments/{_PLACED}/causes/", _causes("ClusterDeployment", "deployments").as_view()),
    path(f"regions/{_NAMED}/causes/", _causes("Region", "regions").as_view()),
    path(f"credentials/{_PLACED}/causes/", _causes("Credential", "credentials").as_view()),
    path(f"services/{_NAMED}/causes/", _causes("MultiClusterService", "services").as_view()),
    *_dependents(f"regions/{_NAMED}", "Region", "regions"),
    *_dependents(f"credentials/{_PLACED}", "Credential", "credentials"),
    *_dependents(f"templates/cluster/{_PLACED}", "ClusterTemplate", "cluster_templates"),
    *_dependents(f"templates/service/{_PLACED}", "ServiceTemplate", "service_templates"),
    *_dependents(f"templates/provider/{_NAMED}", "ProviderTemplate", "provider_templates"),
    *_dependents(f"providers/{_NAMED}", "Provider", "providers"),
    *_dependents(f"services/{_NAMED}", "MultiClusterService", "services"),
]
