"""Backups in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.backups.listing import list_backups
from deployments.lists.serializers import ItemSerializer
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer, paged
from regions.serializers import Time


class BackupSerializer(ItemSerializer):
    """A ManagementBackup."""

    schedule = serializers.CharField(help_text="Cron; empty: once.")
    location = serializers.CharField()
    phase = serializers.CharField()
    last_name = serializers.CharField()
    last_at = Time()
    next_at = Time()
    error = serializers.CharField()


class LastBackupSerializer(serializers.Serializer[Any]):
    """How one region was last backed up. `good_at` is null when no good backup is known."""

    region = serializers.CharField()
    good_at = Time()
    good_name = serializers.CharField()
    good_by = serializers.CharField()
    phase = serializers.CharField(help_text="Of the newest attempt.")
    tried_at = Time()
    error = serializers.CharField()
    next_at = Time()


class PagedBackups(page_serializer("Backups", BackupSerializer)):  # type: ignore[misc]
    """ManagementBackups, and how every region was last backed up."""

    regions = LastBackupSerializer(many=True, help_text="Every region, those without a good backup first.")


class Backups(APIView):
    """ManagementBackups; and for every region the last good backup that is known."""

    @extend_schema(operation_id="backups_list", responses=PagedBackups, parameters=[PAGE, PAGE_SIZE])
    def get(self, request: Request) -> Response:
        found = list_backups(viewer=viewer(request))
        response = paged(request, found.backups, BackupSerializer)
        response.data["regions"] = LastBackupSerializer(found.regions, many=True).data
        return response
