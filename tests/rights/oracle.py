"""What somebody may be shown, by asking the API server itself for every kind and namespace."""

from collections.abc import Iterable

from regions.domain.kinds import KINDS
from regions.domain.refs import MANAGEMENT
from regions.models import Change, Resource
from tests.rights.conftest import Tenants

K0RDENT = "k0rdent.mirantis.com"
PLURALS = {(kind.group, kind.name): kind.plural for kind in KINDS}


class Oracle:
    """The answers of one person's SubjectAccessReviews, each asked once."""

    def __init__(self, tenants: Tenants, user: str, groups: tuple[str, ...] = ()) -> None:
        self.tenants, self.user, self.groups = tenants, user, groups
        self._said: dict[tuple[str, ...], bool] = {}

    def may(self, verb: str, group: str, resource: str, namespace: str = "", name: str = "") -> bool:
        key = (verb, group, resource, namespace, name)
        if key not in self._said:
            self._said[key] = self.tenants.allows(self.user, *key, groups=self.groups)
        return self._said[key]

    def lists(self, group: str, kind: str, namespace: str) -> bool:
        return self.may("list", group, PLURALS.get((group, kind), f"{kind.lower()}s"), namespace)

    def region(self, name: str) -> bool:
        if name == MANAGEMENT:
            return self.lists(K0RDENT, "Management", "")
        return self.may("get", K0RDENT, "regions", name=name)

    def deployment(self, namespace: str) -> bool:
        return self.lists(K0RDENT, "ClusterDeployment", namespace)

    def row(self, row: Resource | Change) -> bool:
        """An object, or what was observed of one."""
        if row.cluster != MANAGEMENT:
            return self.deployment(row.deployment.partition("/")[0]) if row.deployment else self.region(row.region)
        if (row.group, row.kind) == (K0RDENT, "Region"):
            return self.region(row.name)
        return self.lists(row.group, row.kind, row.namespace)

    def change(self, row: Change) -> bool:
        """A line of the log: an Event of management is for who may list Events there, too."""
        if row.cluster == MANAGEMENT and row.source == Change.Source.REPORTED:
            heard = any(self.may("list", group, "events", row.namespace) for group in ("", "events.k8s.io"))
            return heard and self.row(row)
        return self.row(row)


def names(rows: Iterable[Resource]) -> set[tuple[str, str, str, str]]:
    """Objects as (cluster, kind, namespace, name)."""
    return {(row.cluster, row.kind, row.namespace, row.name) for row in rows}
