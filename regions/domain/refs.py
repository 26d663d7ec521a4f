"""Names of things: which cluster, which kind, which object."""

from dataclasses import dataclass

MANAGEMENT = "~management"
"""The management cluster's name in URLs, the API and the database; no Region can be called so."""


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
