"""What runs, as pages and the API see it: the copy joined with the links. Every call takes a `viewer`.

list_deployments(filters, *, viewer) -> Listing
summarise(rows, *, viewer) -> tuple[Summary, ...]                  rows with conditions, services, version
get_deployment(namespace, name, *, viewer) -> DeploymentDetail      raises fleet.NotFound
list_templates(*, viewer) -> Templates
shelve(templates, filters) -> Shelf                                 one line a template, versions and copies folded
list_services(*, viewer) -> Services
list_backups(*, viewer) -> Backups
"""

from deployments.backups.listing import list_backups
from deployments.clusterdeployments.detail import get_deployment
from deployments.clusterdeployments.listing import list_deployments
from deployments.clusterdeployments.summaries import summarise
from deployments.services.listing import list_services
from deployments.template_catalog.listing import list_templates
from deployments.template_catalog.template_groups import shelve

__all__ = [
    "get_deployment",
    "list_backups",
    "list_deployments",
    "list_services",
    "list_templates",
    "shelve",
    "summarise",
]
