"""What Pane's own roles allow: one table. It answers where no cluster can, and for what only Pane does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from regions.domain.kinds import INFRASTRUCTURE, K0RDENT


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody is confined to. Empty means any: of regions, of namespaces of deployments."""

    regions: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()

    def holds(self, region: str, namespace: str) -> bool:
        """Whether a deployment of this region and namespace lies within."""
        return (not self.regions or region in self.regions) and (not self.namespaces or namespace in self.namespaces)

    @property
    def words(self) -> str:
        """For people: what it is confined to."""
        parts = (("regions", self.regions), ("namespaces", self.namespaces))
        return " and ".join(f"the {what} {', '.join(sorted(names))}" for what, names in parts if names) or "everything"

    def __str__(self) -> str:
        return f"regions={','.join(sorted(self.regions))};namespaces={','.join(sorted(self.namespaces))}"


ANYWHERE = Scope()


class Right(StrEnum):
    """Something that one may be allowed to do here."""

    SEE = "see"
    DEPLOYMENTS = "change deployments"
    CREDENTIALS = "change credentials"
    REGIONS = "change regions"
    OBJECTS = "change objects of k0rdent"
    MAINTENANCE = "say what is maintained or known of"
    NOTICES = "change who is sent notices"
    VIEWS = "save views for everybody"
    SCREENS = "let screens in"
    PEOPLE = "manage people"
    AUDIT = "read the audit trail"


ROLES: Mapping[str, frozenset[Right]] = {
    "viewer": frozenset({Right.SEE}),
    "operator": frozenset({Right.SEE, Right.DEPLOYMENTS, Right.MAINTENANCE, Right.VIEWS}),
    "credential manager": frozenset({Right.SEE, Right.CREDENTIALS}),
    "administrator": frozenset(Right),
}

OF_CLUSTERS = frozenset({Right.DEPLOYMENTS, Right.CREDENTIALS, Right.REGIONS, Right.OBJECTS, Right.MAINTENANCE})
"""Where a cluster knows the person, its own rules answer for these."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that somebody has, within a scope, and by what."""

    role: str
    scope: Scope = field(default_factory=Scope)
    by: str = ""  # in words: the group, or why there is none

    def gives(self, right: Right) -> bool:
        return right in ROLES.get(self.role, frozenset())


STRANGER = Granted("viewer", by="no group of this account has a role, and such accounts may see")
"""What an account may do that no group gives a role."""


_OBJECTS = frozenset(
    {
        "AccessManagement",
        "ClusterAuthentication",
        "ClusterAuditPolicy",
        "ClusterIPAM",
        "ClusterIPAMClaim",
        "DataSource",
        "ClusterDataSource",
        "StateManagementProvider",
        "ManagementBackup",
    }
)
"""What concerns more than one team: whose sign-in clusters take, what is handed to whom, what is saved."""


def right_to_change(group: str, kind: str) -> Right:
    """The right that it takes to write objects of this kind."""
    if kind in ("Credential", "Secret", "ConfigMap") or (group == INFRASTRUCTURE and kind.endswith("Identity")):
        return Right.CREDENTIALS
    if group == K0RDENT and kind in _OBJECTS:
        return Right.OBJECTS
    return Right.REGIONS if kind in ("Region", "Management") else Right.DEPLOYMENTS
