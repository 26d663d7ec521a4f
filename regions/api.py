"""The ground in the API: regions, credentials and the log."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from regions import inventory
from regions.domain.viewer import Viewer
from regions.journal import Cursor
from regions.paging import MOST, PAGE, PAGE_SIZE, SIZE, address, page_serializer, paged, refuse, whole
from regions.serializers import (
    ChangesSerializer,
    CredentialSerializer,
    RegionDetailSerializer,
    RegionSerializer,
)

TOPICS = ("region:", "deployment:", "kind:", "object:")


def viewer(request: Request) -> Viewer:
    """On whose behalf this is read."""
    return request._request.viewer  # type: ignore[attr-defined, no-any-return]


class Regions(APIView):
    """Every region and the management cluster, worst first."""

    @extend_schema(
        operation_id="regions_list",
        responses=page_serializer("Regions", RegionSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return paged(request, inventory.list_regions(viewer=viewer(request)), RegionSerializer)


class Region(APIView):
    """One region."""

    @extend_schema(
        operation_id="regions_get",
        responses=RegionDetailSerializer,
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, description="`~management` is management.")],
    )
    def get(self, request: Request, name: str) -> Response:
        try:
            found = inventory.get_region(name, viewer=viewer(request))
        except inventory.NotFound as error:
            raise NotFound(str(error)) from error
        return Response(RegionDetailSerializer(found).data)


class Credentials(APIView):
    """Every Credential, worst first. Nothing secret is in them."""

    @extend_schema(
        operation_id="credentials_list",
        responses=page_serializer("Credentials", CredentialSerializer),
        parameters=[OpenApiParameter("region", str, description="Only of this region."), PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        region = request.query_params.get("region", "")
        return paged(request, inventory.list_credentials(viewer=viewer(request), region=region), CredentialSerializer)


class Changes(APIView):
    """The log, oldest first, from a cursor on. Poll with the `cursor` of the last answer; or listen at /ws/changes/."""

    @extend_schema(
        operation_id="changes_list",
        responses=ChangesSerializer,
        parameters=[
            OpenApiParameter("after", str, description="A cursor; without one, the newest changes."),
            OpenApiParameter(
                "topic",
                str,
                description=(
                    "fleet, region:<name>, deployment:<namespace>/<name>, kind:<Kind> "
                    "or object:<Kind>/<namespace>/<name>."
                ),
            ),
            PAGE_SIZE,
        ],
    )
    def get(self, request: Request) -> Response:
        problems: dict[str, str] = {}
        after, topic = request.query_params.get("after", ""), request.query_params.get("topic", "")
        if after and Cursor.parse(after) is None:
            problems["after"] = "This is no cursor; take the one of an earlier answer."
        if topic and topic != "fleet" and not topic.startswith(TOPICS):
            problems["topic"] = "A topic is fleet, or begins with region:, deployment:, kind: or object:."
        size = whole(request, "page_size", SIZE, MOST, f"A page has between 1 and {MOST} rows.", problems)
        refuse(problems)
        page = inventory.log(viewer=viewer(request), after=after, topic=topic or None, limit=size)
        return Response(
            ChangesSerializer(
                {
                    "count": page.count,
                    "next": address(request, after=page.cursor) if page.more else None,
                    "previous": None,
                    "cursor": page.cursor,
                    "gaps": page.gaps,
                    "results": page.items,
                }
            ).data
        )


urlpatterns = [
    path("changes/", Changes.as_view(), name="changes"),
]
