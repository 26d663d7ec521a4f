"""Objects of k0rdent in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound as NoSuchObject
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.objects.listing import get_object, list_kinds, list_objects
from deployments.objects.serializers import KindSerializer, ObjectDetailSerializer, ObjectItemSerializer
from regions.api import viewer
from regions.inventory import NotFound
from regions.paging import PAGE, PAGE_SIZE, page_of, page_serializer, paged, respond


class ObjectKinds(APIView):
    """Kinds of k0rdent that have lists here."""

    @extend_schema(
        operation_id="objects_kinds",
        responses=page_serializer("ObjectKinds", KindSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, list_kinds(viewer=viewer(request)), KindSerializer)


class Objects(APIView):
    """Objects of one kind, worst first."""

    @extend_schema(
        operation_id="objects_list",
        responses=page_serializer("Objects", ObjectItemSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request, kind: str) -> Response:
        page, size = page_of(request)
        try:
            found = list_objects(kind, viewer=viewer(request), page=page, size=size)
        except NotFound as error:
            raise NoSuchObject(str(error)) from error
        rows = ObjectItemSerializer(found.items, many=True).data if page <= found.page.pages else []
        return respond(request, rows, found.page.total, page, found.page.pages)


class Object(APIView):
    """One object; the namespace of a cluster-scoped one is `-`."""

    @extend_schema(operation_id="objects_get", responses=ObjectDetailSerializer)
    def get(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        try:
            found = get_object(kind, "" if namespace == "-" else namespace, name, viewer=viewer(request))
        except NotFound as error:
            raise NoSuchObject(str(error)) from error
        return Response(ObjectDetailSerializer(found).data)
