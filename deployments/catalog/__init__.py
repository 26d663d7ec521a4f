"""What runs, as pages and the API see it: the copy joined with the links. Every call takes a `viewer`.

    list_deployments(filters, *, viewer) -> Listing
    summarise(rows, *, viewer) -> tuple[Summary, ...]                  rows with conditions, services, version
    get_deployment(namespace, name, *, viewer) -> DeploymentDetail      raises fleet.NotFound
    list_templates(*, viewer) -> Templates
    shelve(templates, filters) -> Shelf                                 one line a template, versions and copies folded
    list_services(*, viewer) -> Services
    list_backups(*, viewer) -> Backups
"""

from deployments.catalog.backups import list_backups
from deployments.catalog.detail import get_deployment
from deployments.catalog.listing import list_deployments
from deployments.catalog.services import list_services
from deployments.catalog.shelf import shelve
from deployments.catalog.summaries import summarise
from deployments.catalog.templates import list_templates

__all__ = [
    "get_deployment",
    "list_backups",
    "list_deployments",
    "list_services",
    "list_templates",
    "shelve",
    "summarise",
]
