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
    return Facts(
        region=clipped(_region(manifest, cluster)),
        deployment=clipped(_deployment(manifest), 2 * LONGEST),
        template=clipped(_template(manifest)),
        credential=clipped(_credential(manifest), 2 * LONGEST),
        labels=few(m.labels(manifest)),
        created_at=m.created_at(manifest),
        deleting_at=m.deleting_at(manifest),
    )


def _region(manifest: Manifest, cluster: str) -> str:
    if cluster != MANAGEMENT:
        return cluster
    group, kind = m.group(manifest), m.kind(manifest)
    if group == FLUX and kind == "HelmRelease":
        return m.labels(manifest).get(REGION) or MANAGEMENT
    if group != K0RDENT:
        return MANAGEMENT
    if kind == "Region":
        return m.name(manifest)
    if kind == "Credential":
        return m.text(m.part(manifest, "spec", "region")) or MANAGEMENT
    if kind == "ClusterDeployment":
        return m.text(m.part(manifest, "status", "region"))
    return MANAGEMENT


def _template(manifest: Manifest) -> str:
    if m.group(manifest) == K0RDENT and m.kind(manifest) == "ClusterDeployment":
        return m.text(m.part(manifest, "spec", "template"))
    return ""


def _credential(manifest: Manifest) -> str:
    if m.group(manifest) != K0RDENT:
        return ""
    if m.kind(manifest) == "Credential":
        return f"{m.namespace(manifest)}/{m.name(manifest)}"
    if m.kind(manifest) == "ClusterDeployment":
        name = m.text(m.part(manifest, "spec", "credential"))
        return f"{m.namespace(manifest)}/{name}" if name else ""
    return ""


def _deployment(manifest: Manifest) -> str:
    group, kind = m.group(manifest), m.kind(manifest)
    if group == K0RDENT:
        if kind == "ClusterDeployment":
            return _joined(m.namespace(manifest), m.name(manifest))
        if kind == "ServiceSet":
            return _joined(m.namespace(manifest), m.text(m.part(manifest, "spec", "cluster")))
        return ""
    if group == FLUX:
        return _joined(m.namespace(manifest), m.owner(manifest, K0RDENT, "ClusterDeployment"))
    if kind == "Event":
        about = m.mapping(manifest.get("regarding") or manifest.get("involvedObject"))
        if about.get("kind") == "ClusterDeployment" and m.group_of(about.get("apiVersion")) == K0RDENT:
            return _joined(m.text(about.get("namespace")), m.text(about.get("name")))
        return ""
    if group == f"config.{SVELTOS}":
        return _of_summary(manifest)
    if group == f"lib.{SVELTOS}":
        return "" if _is_management_cluster(manifest) else _of_chart(manifest) or _own_name(manifest)
    if group == CAPI or group.endswith(f".{CAPI}"):
        return _of_cluster_api(manifest)
    return ""


def _of_cluster_api(manifest: Manifest) -> str:
    if not m.namespace(manifest):
        return ""  # identities are cluster-scoped and serve many deployments
    named = m.text(m.part(manifest, "spec", "clusterName")) or m.labels(manifest).get(CLUSTER_NAME, "")
    if not named and m.group(manifest) == CAPI and m.kind(manifest) == "Cluster":
        named = m.name(manifest)
    return _of_chart(manifest) or _joined(m.namespace(manifest), named)


def _of_chart(manifest: Manifest) -> str:
    """The HelmRelease that rendered it: Flux says so on every object, and it is called as its ClusterDeployment is."""
    found = m.labels(manifest)
    namespace = found.get(f"{FLUX}/namespace") or m.namespace(manifest)
    return _joined(namespace, found.get(f"{FLUX}/name", ""))


def _of_summary(manifest: Manifest) -> str:
    spec = m.mapping(manifest.get("spec"))
    found = m.labels(manifest)
    namespace = m.text(spec.get("clusterNamespace")) or m.namespace(manifest)
    name = m.text(spec.get("clusterName")) or found.get(f"{SVELTOS}/cluster-name", "")
    if (namespace, name) == ("mgmt", "mgmt"):
        return ""  # Sveltos' own name for the cluster that it runs on
    return _joined(namespace, name)


def _is_management_cluster(manifest: Manifest) -> bool:
    own = m.labels(manifest).get(f"{K0RDENT}/management-cluster") == "true"
    return own or (m.namespace(manifest), m.name(manifest)) == ("mgmt", "mgmt")


def _own_name(manifest: Manifest) -> str:
    return _joined(m.namespace(manifest), m.name(manifest))


def _joined(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace and name else ""
