"""Names of things: which cluster, which kind, which object."""

from dataclasses import dataclass

MANAGEMENT = "~management"
"""The management cluster's name in URLs, the API and the database; no Region can be called so.

k0rdent itself says an empty region instead (`spec.region` of a Credential): that stays in its manifests and in forms.
"""


def short_name(cluster: str) -> str:
    """A cluster as a column or a choice says it."""
    return "management" if cluster == MANAGEMENT else cluster


def in_words(cluster: str) -> str:
    """A cluster as a sentence says it."""
    return "the management cluster" if cluster == MANAGEMENT else f"region {cluster}"


def located(cluster: str) -> str:
    """Where something is that a cluster has, as a sentence says it."""
    return f"{'on' if cluster == MANAGEMENT else 'in'} {in_words(cluster)}"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One object on one cluster. `namespace` is empty for cluster-scoped kinds."""

    cluster: str
    group: str
    kind: str
    namespace: str
    name: str

    @property
    def key(self) -> str:
        """One string, unique among all objects of all clusters."""
        return f"{self.cluster}/{self.group}/{self.kind}/{self.namespace}/{self.name}"
