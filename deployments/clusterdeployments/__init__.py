"""Deployments as pages and the API see them: the copy joined with the links, as the `viewer` may be shown it.

list_deployments(filters, *, viewer) -> Listing
summarise(rows, *, viewer) -> tuple[Summary, ...]                  rows with conditions, services, version
get_deployment(namespace, name, *, viewer) -> DeploymentDetail      raises inventory.NotFound
"""

from deployments.clusterdeployments.detail import get_deployment
from deployments.clusterdeployments.listing import list_deployments
from deployments.clusterdeployments.summaries import summarise

__all__ = ["get_deployment", "list_deployments", "summarise"]
