"""The list columns of an object: whose region and deployment it is, and what it was made from."""

from dataclasses import dataclass, field
from datetime import datetime

from regions.domain import manifest as m
from regions.domain.kinds import CAPI, FLUX, K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT

CLUSTER_NAME = f"{CAPI}/cluster-name"
REGION = f"{K0RDENT}/region"
SVELTOS = "projectsveltos.io"

LONGEST = 253
"""No name of an object is longer. What is longer names nothing, and must not burst a column."""


MOST_LABELS = 2_000
"""That lists can be filtered by."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What lists show and filter by. Deployment and credential are `namespace/name`; empty means none."""

    region: str  # empty: unknown, look at the region of its credential
    deployment: str = ""
    template: str = ""
    credential: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    deleting_at: datetime | None = None


def few(labels: dict[str, str]) -> dict[str, str]:
    """As many labels as anybody filters by: an object may have ten thousand."""
    if len(labels) <= MOST_LABELS:
        return labels
    return dict(list(labels.items())[:MOST_LABELS])


def clipped(text: str, most: int = LONGEST) -> str:
    """No more than so many bytes of it: a column, and the index over several, have room for names as there are."""
    if text.isascii():
        return text[:most]
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


def facts(manifest: Manifest, cluster: str) -> Facts:
    """The list columns of this object of this cluster. Pure, and never raises."""
    it = _Named(
        manifest, m.group(manifest), m.kind(manifest), m.namespace(manifest), m.name(manifest), m.labels(manifest)
    )
    return Facts(
        region=clipped(_region(it, cluster)),
        deployment=clipped(_deployment(it), 2 * LONGEST),
        template=clipped(_template(it)),
        credential=clipped(_credential(it), 2 * LONGEST),
        labels=few(it.labels),
        created_at=m.created_at(manifest),
        deleting_at=m.deleting_at(manifest),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """A manifest, and of it what every rule below asks for."""

    manifest: Manifest
    group: str
    kind: str
    namespace: str
    name: str
    labels: dict[str, str]


def _region(it: _Named, cluster: str) -> str:
    if cluster != MANAGEMENT:
        return cluster
    if it.group == FLUX and it.kind == "HelmRelease":
        return it.labels.get(REGION) or MANAGEMENT
    if it.group != K0RDENT:
        return MANAGEMENT
    if it.kind == "Region":
        return it.name
    if it.kind == "Credential":
        return m.text(m.part(it.manifest, "spec", "region")) or MANAGEMENT
    if it.kind == "ClusterDeployment":
        return m.text(m.part(it.manifest, "status", "region"))
    return MANAGEMENT


def _template(it: _Named) -> str:
    if it.group == K0RDENT and it.kind == "ClusterDeployment":
        return m.text(m.part(it.manifest, "spec", "template"))
    return ""


def _credential(it: _Named) -> str:
    if it.group != K0RDENT:
        return ""
    if it.kind == "Credential":
        return f"{it.namespace}/{it.name}"
    if it.kind == "ClusterDeployment":
        name = m.text(m.part(it.manifest, "spec", "credential"))
        return f"{it.namespace}/{name}" if name else ""
    return ""


def _deployment(it: _Named) -> str:
    if it.group == K0RDENT:
        if it.kind == "ClusterDeployment":
            return _joined(it.namespace, it.name)
        if it.kind == "ServiceSet":
            return _joined(it.namespace, m.text(m.part(it.manifest, "spec", "cluster")))
        return ""
    if it.group == FLUX:
        return _joined(it.namespace, m.owner(it.manifest, K0RDENT, "ClusterDeployment"))
    if it.kind == "Event":
        about = m.mapping(it.manifest.get("regarding") or it.manifest.get("involvedObject"))
        if about.get("kind") == "ClusterDeployment" and m.group_of(about.get("apiVersion")) == K0RDENT:
            return _joined(m.text(about.get("namespace")), m.text(about.get("name")))
        return ""
    if it.group == f"config.{SVELTOS}":
        return _of_summary(it)
    if it.group == f"lib.{SVELTOS}":
        return "" if _is_management_cluster(it) else _of_chart(it) or _joined(it.namespace, it.name)
    if it.group == CAPI or it.group.endswith(f".{CAPI}"):
        return _of_cluster_api(it)
    return ""


def _of_cluster_api(it: _Named) -> str:
    if not it.namespace:
        return ""  # identities are cluster-scoped and serve many deployments
    named = m.text(m.part(it.manifest, "spec", "clusterName")) or it.labels.get(CLUSTER_NAME, "")
    if not named and it.group == CAPI and it.kind == "Cluster":
        named = it.name
    return _of_chart(it) or _joined(it.namespace, named)


def _of_chart(it: _Named) -> str:
    """The HelmRelease that rendered it: Flux says so on every object, and it is called as its ClusterDeployment is."""
    return _joined(it.labels.get(f"{FLUX}/namespace") or it.namespace, it.labels.get(f"{FLUX}/name", ""))


def _of_summary(it: _Named) -> str:
    spec = m.mapping(it.manifest.get("spec"))
    namespace = m.text(spec.get("clusterNamespace")) or it.namespace
    name = m.text(spec.get("clusterName")) or it.labels.get(f"{SVELTOS}/cluster-name", "")
    if (namespace, name) == ("mgmt", "mgmt"):
        return ""  # Sveltos' own name for the cluster that it runs on
    return _joined(namespace, name)


def _is_management_cluster(it: _Named) -> bool:
    own = it.labels.get(f"{K0RDENT}/management-cluster") == "true"
    return own or (it.namespace, it.name) == ("mgmt", "mgmt")


def _joined(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace and name else ""
