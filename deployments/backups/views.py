"""The page of backups. It follows first, so that a change during the read is drawn twice, never lost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.backups.listing import list_backups
from regions import live
from regions.domain.topics import LINKS, kind
from regions.inventory.as_of.views import or_then
from regions.requests import ViewedRequest


@require_safe
@or_then("ManagementBackup")
def index(request: ViewedRequest) -> HttpResponse:
    """/backups/"""
    live.follow(request, kind("ManagementBackup"), *LINKS)
    return render(request, "deployments/backups.html", {"found": list_backups(viewer=request.viewer)})
