"""`/glossary/`: what words mean, by whose they are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix
from django.views.decorators.http import require_safe

from dashboard.glossary.terms import terms
from regions.requests import ViewedRequest


@require_safe
def page(request: ViewedRequest) -> HttpResponse:
    """All terms on one page, found by the browser's own search."""
    owners = list(dict.fromkeys(term.owner for term in terms()))
    groups = [(owner, [term for term in terms() if term.owner == owner]) for owner in owners]
    return render(request, "glossary/page.html", {"groups": groups, "before": get_script_prefix().rstrip("/")})
