"""The week in the API."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.reports.week import as_json, week_report
from dashboard.reports.weeks import week_named, week_of
from regions.api import viewer


class WeekOfFleet(APIView):
    """Availability, incidents, time to ready, upgrades and cost of one week."""

    @extend_schema(
        operation_id="reports_week",
        responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("week", str, description="Such as 2026-W48; without it the one that is on.")],
    )
    def get(self, request: Request) -> Response:
        name = request.query_params.get("week", "")
        found = week_named(name) if name else week_of(timezone.now())
        if found is None or found.start > timezone.now():
            raise ValidationError({"week": f"{name[:40]!r} is no week that has begun; write it as 2026-W48."})
        return Response(as_json(week_report(found, viewer(request))))


urlpatterns = [path("reports/week/", WeekOfFleet.as_view(), name="week")]
