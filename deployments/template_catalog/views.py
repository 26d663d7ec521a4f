"""The page of templates. It follows first, so that a change during the read is drawn twice, never lost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments.template_catalog.filters import KINDS, parse
from deployments.template_catalog.listing import list_templates
from deployments.template_catalog.template_groups import group_templates
from regions import live
from regions.domain.topics import kind
from regions.inventory.as_of.views import or_then
from regions.requests import ViewedRequest


@require_safe
@or_then(*KINDS)
def index(request: ViewedRequest) -> HttpResponse:
    """/templates/: one row a template, its versions and copies folded; filters and page are in the address."""
    kinds = (*KINDS, "ClusterTemplateChain", "ServiceTemplateChain")
    live.follow(request, *map(kind, kinds), kind("ClusterDeployment"), kind("Management"))
    filters, problems = parse(request.GET)
    listing = group_templates(list_templates(viewer=request.viewer), filters)
    return render(request, "deployments/templates.html", {"listing": listing, "filters": filters, "problems": problems})
