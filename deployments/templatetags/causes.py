"""Causes on pages of every storey: `{% load causes %}`. They are read on behalf of whoever looks at the page."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context

from deployments.causes import reads as catalog
from deployments.causes.reads import CauseChain, Dependents
from deployments.causes.services import ServiceCause, of_service
from deployments.services.values import DeployedService
from regions import live
from regions.inventory import NotFound, Row

register = template.Library()

AGAIN = 60.0
"""After so many seconds a page is drawn anew that shows what is on its way."""


@register.simple_tag(takes_context=True)
def why(context: Context, kind: str, namespace: str, name: str) -> CauseChain | None:
    """`{% why "Region" "" card.name as chain %}`: why it is not as it should be; None when the copy has no such."""
    try:
        found = catalog.causes(kind, namespace, name, viewer=_viewer(context))
    except NotFound:
        return None
    if found.key != "well":
        live.again(context["request"], AGAIN)  # that nothing moves for long is a cause, and moves no page
    return found


@register.simple_tag(takes_context=True)
def dependents(context: Context, kind: str, namespace: str, name: str) -> Dependents | None:
    """`{% dependents "Credential" ns name as found %}`: everything that depends on it."""
    try:
        return catalog.dependents_of(kind, namespace, name, viewer=_viewer(context))
    except NotFound:
        return None


@register.simple_tag(takes_context=True)
def explained(context: Context, rows: Iterable[Row]) -> tuple[Row, ...]:
    """`{% explained rows as rows %}`: deployments with the culprit as their message, where one is known.

    Only for pages that follow everything that happens to these deployments: their region, or the fleet.
    """
    if any(row.health in ("Progressing", "Deleting") for row in rows):
        live.again(context["request"], AGAIN)
    return catalog.explained(rows, viewer=_viewer(context))


@register.simple_tag
def service_why(service: DeployedService) -> ServiceCause | None:
    """`{% service_why service as cause %}`: what a service's own words give away."""
    return of_service(service)


def _viewer(context: Context) -> Any:
    return context["request"].viewer
