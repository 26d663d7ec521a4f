"""Saved views in the API: what may be opened, and another one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.models import SavedView
from dashboard.saved.saving import CannotSave, address, find, for_change, list_page, require_sharing, save, visible
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged
from regions.serializers import Time

NOT_WITHIN = "This token is for some regions or namespaces alone; saved views are of the whole account."


class SavedViewSerializer(serializers.Serializer[SavedView]):
    """A list under a name: its query, and nothing of what it finds."""

    id = serializers.IntegerField(source="pk")
    page = serializers.CharField(help_text="deployments, credentials, regions, or objects/ and a kind")
    name = serializers.CharField()
    query = serializers.CharField(help_text="Of the list's address, as in a browser.")
    url = serializers.SerializerMethodField(help_text="The list as the view shows it.")
    shared = serializers.SerializerMethodField(help_text="It is everybody's, not yours alone.")
    person = serializers.CharField(help_text="Who saved it.")
    created_at = Time()

    def get_url(self, view: SavedView) -> str:
        return address(view)

    def get_shared(self, view: SavedView) -> bool:
        return view.owner_id is None


class NewViewSerializer(serializers.Serializer[Any]):
    """What is saved."""

    page = serializers.CharField(help_text="deployments, credentials, regions, or objects/ and a kind")
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(default="", allow_blank=True, max_length=4000)
    shared = serializers.BooleanField(default=False, help_text="For everybody; takes the right to share views.")


class _OfTheAccount(APIView):
    """Views are an account's, not some region's or namespace's."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if viewer(request).by_bounded_token:
            raise PermissionDenied(NOT_WITHIN)


class SavedViews(_OfTheAccount):
    """Views of lists."""

    @extend_schema(
        operation_id="views_list",
        responses=page_serializer("SavedView", SavedViewSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, list(visible(request.user)), SavedViewSerializer)

    @extend_schema(operation_id="views_create", request=NewViewSerializer, responses={201: SavedViewSerializer})
    def post(self, request: Request) -> Response:
        asked = NewViewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        if said["shared"]:
            require_sharing(viewer(request))
        try:
            page, query = list_page(said["page"]), QueryDict(said["query"].removeprefix("?"))
            if strange := sorted(set(query) - page.asks):
                known = ", ".join(sorted(page.asks))
                raise CannotSave("query", f"{strange[0]!r} is nothing that this list can be asked; it can be: {known}.")
            view = save(page, said["name"], query, request.user, shared=said["shared"])
        except CannotSave as error:
            raise serializers.ValidationError({error.field: str(error)}) from error
        return Response(SavedViewSerializer(view).data, status=status.HTTP_201_CREATED)


class OneSavedView(_OfTheAccount):
    """One of them."""

    @extend_schema(operation_id="views_read", responses=SavedViewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(SavedViewSerializer(find(pk, request.user)).data)

    @extend_schema(operation_id="views_delete", request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        for_change(pk, request.user, viewer(request)).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("views/", SavedViews.as_view(), name="views"),
    path("views/<int:pk>/", OneSavedView.as_view(), name="view"),
]
