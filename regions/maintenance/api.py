"""Maintenance and acknowledgements in the API: so that a pipeline can say what it is about to break."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from regions.api import viewer
from regions.clusters.rights import Decision
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE
from regions.inventory.visibility import look
from regions.maintenance import entries
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged
from regions.serializers import Time


class UpkeepSerializer(serializers.Serializer[Any]):
    """What somebody said of an object."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[MAINTENANCE, ACKNOWLEDGED])
    object_kind = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()
    reason = serializers.CharField()
    person = serializers.CharField()
    starts_at = Time()
    until = Time(help_text="Null: until it is well again or gets worse.")


class SaidSerializer(serializers.Serializer[Any]):
    """What is said. Of a Region, maintenance covers all that lies in it."""

    kind = serializers.ChoiceField(choices=[MAINTENANCE, ACKNOWLEDGED], default=MAINTENANCE)
    object_kind = serializers.CharField(help_text="Region, ClusterDeployment, Credential, …")
    namespace = serializers.CharField(default="", allow_blank=True)
    name = serializers.CharField()
    reason = serializers.CharField(max_length=200)
    until = serializers.DateTimeField(default=None, allow_null=True)
    starts_at = serializers.DateTimeField(default=None, allow_null=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        starts_at = said["starts_at"] if said["starts_at"] and said["starts_at"] > now else None
        if wrong := entries.wrong_time(said["kind"], starts_at or now, said["until"], now):
            raise serializers.ValidationError({"until": wrong})
        return {**said, "starts_at": starts_at}


class Maintenance(APIView):
    """What is in maintenance or known of."""

    @extend_schema(
        operation_id="maintenance_list",
        responses=page_serializer("Maintenance", UpkeepSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        found = entries.listing(viewer=viewer(request))
        return paged(
            request, [entries.value_of(row) for row in (*found["active"], *found["planned"])], UpkeepSerializer
        )

    @extend_schema(operation_id="maintenance_begin", request=SaidSerializer, responses={201: UpkeepSerializer})
    def post(self, request: Request) -> Response:
        asked = SaidSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        try:
            row = entries.find(said["object_kind"], said["namespace"], said["name"], viewer=viewer(request))
        except entries.NotThere as missing:
            raise NotFound(str(missing)) from missing
        _permit(entries.right_to_say(row, viewer(request)))
        made = entries.begin(
            said["kind"],
            row,
            said["reason"],
            said["until"],
            viewer=viewer(request),
            starts_at=said["starts_at"],
            health=look().judge(row).health,
        )
        return Response(UpkeepSerializer(entries.value_of(made)).data, status=status.HTTP_201_CREATED)


class Unanswered(APIException):
    status_code = 502
    default_code = "unreachable"


def _permit(right: Decision) -> None:
    """Raises PermissionDenied when they may not, Unanswered when management does not say."""
    if not right.allowed:
        raise PermissionDenied(right.sentence) if right.known else Unanswered(right.sentence)


class OneMaintenance(APIView):
    """One of them."""

    @extend_schema(operation_id="maintenance_end", request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        if row := entries.one(pk):
            _permit(entries.right_to_end(row, viewer(request)))
        if entries.end(pk, viewer=viewer(request)) is None:
            raise NotFound("There is no such maintenance, or it has ended already.")
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("maintenance/", Maintenance.as_view(), name="maintenance"),
    path("maintenance/<int:pk>/", OneMaintenance.as_view(), name="maintenance_one"),
]
