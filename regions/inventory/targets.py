"""Where an object is shown. URL names are strings, so that the ground need not import what stands on it."""

from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from regions.domain.refs import MANAGEMENT


def _path(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""  # a name that no URL can carry


_LISTS = {
    "ClusterTemplate": "deployments:templates",
    "ServiceTemplate": "deployments:templates",
    "ClusterTemplateChain": "deployments:templates",
    "ServiceTemplateChain": "deployments:templates",
    "MultiClusterService": "deployments:services",
    "ServiceSet": "deployments:services",
}
OBJECTS = frozenset(
    {
        "AccessManagement",
        "ClusterAuditPolicy",
        "ClusterAuthentication",
        "ClusterDataSource",
        "ClusterIPAM",
        "ClusterIPAMClaim",
        "DataSource",
        "ManagementBackup",
        "ProviderTemplate",
        "Release",
        "StateManagementProvider",
    }
)
"""Kinds of k0rdent whose objects have a page each below /objects/: those of `deployments.domain.object_facts`."""


def url(kind: str, namespace: str, name: str, cluster: str = MANAGEMENT, region: str = "", deployment: str = "") -> str:
    """The path of the page that shows an object, with its place on it; empty when no page does."""
    if kind == "ClusterDeployment":
        return _path("deployments:detail", namespace, name)
    if kind == "Credential":
        return _path("credentials:detail", namespace, name)
    if kind == "Region":
        return _path("regions:detail", name)
    if kind == "Management":
        return _path("regions:detail", MANAGEMENT)
    if kind in OBJECTS and cluster == MANAGEMENT:
        return _path("deployments:object", kind, *((namespace,) if namespace else ()), name)
    if kind in _LISTS and not (kind == "ServiceSet" and deployment):
        # Templates are many: their list shows a page of them, and folds copies.
        found = f"?search={quote(name)}" if kind.endswith("Template") else ""
        return f"{_path(_LISTS[kind])}{found}#{dom_id(cluster, kind, namespace, name)}"
    if deployment:
        owner, _, own_name = deployment.partition("/")
        return _path("deployments:detail", owner, own_name)
    return _path("regions:detail", region or cluster)


def dom_id(cluster: str, kind: str, namespace: str, name: str) -> str:
    """An id that a page can carry, unique to the object: names hold no underscore, so it can part them."""
    parts = (cluster if cluster != MANAGEMENT else "", kind, namespace, name)
    return "_".join(part.replace(".", "__") for part in parts if part)
