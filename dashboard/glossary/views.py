"""`/glossary/`: what words mean, by whose they are."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, resolve
from django.views.decorators.http import require_safe

from dashboard.glossary.terms import Term, terms
from dashboard.people.routes import refused
from regions.domain.viewer import Viewer
from regions.requests import ViewedRequest


@require_safe
def page(request: ViewedRequest) -> HttpResponse:
    """All terms on one page, found by the browser's own search."""
    found = [_as_it_may_lead(term, request.viewer) for term in terms()]
    owners = dict.fromkeys(term.owner for term in found)
    groups = [(owner, [term for term in found if term.owner == owner]) for owner in owners]
    return render(request, "glossary/page.html", {"groups": groups, "before": get_script_prefix().rstrip("/")})


def _as_it_may_lead(term: Term, viewer: Viewer) -> Term:
    return replace(term, page="") if term.page and refused(viewer, resolve(term.page).route) else term
