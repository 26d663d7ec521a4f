"""What pages and the API are told about services: values only."""

from dataclasses import dataclass
from datetime import datetime

from deployments.lists import Empty
from regions.domain.bounds import SERVICES, Some
from regions.domain.health import Health
from regions.inventory import Condition, Row, Target


@dataclass(frozen=True, slots=True)
class DeployedService:
    """A service on a cluster. `source` names the MultiClusterService it comes from; empty for the deployment's own."""

    name: str
    namespace: str
    template: str
    version: str
    state: str  # Deployed, Provisioning, Failed, Pending, Deleting, Deleted
    message: str  # why it failed
    since: datetime | None
    upgrades: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A cluster that a MultiClusterService serves."""

    target: Target
    deployed: bool
    message: str


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """The services of one source on one cluster."""

    row: Row
    cluster: Target | None
    source: str  # MultiClusterService, or empty for the deployment's own services
    services: tuple[DeployedService, ...]

    @property
    def deployed(self) -> int:
        return sum(service.state == "Deployed" for service in self.services)


@dataclass(frozen=True, slots=True)
class ServiceReach:
    """How a MultiClusterService stands on one cluster: what it says itself, and the ServiceSet there."""

    target: Target
    row: Row
    services: tuple[DeployedService, ...]

    @property
    def well(self) -> bool:
        return self.row.health == "Ready"


@dataclass(frozen=True, slots=True)
class MultiClusterService:
    """Services for every cluster that fits a selector."""

    row: Row
    selector: str
    services: tuple[DeployedService, ...]
    matches: tuple[Match, ...]  # those not deployed first
    sets: tuple[ServiceSet, ...]
    conditions: tuple[Condition, ...]

    @property
    def deployed(self) -> int:
        return sum(match.deployed for match in self.matches)

    @property
    def first_matches(self) -> Some[Match]:
        """Some of the clusters that it matches, those not deployed first."""
        return Some.of(self.matches, SERVICES)

    @property
    def unseen(self) -> int:
        """How many of its sets lie where we do not hear."""
        return sum(one.row.last_health is not None for one in self.sets)

    @property
    def reached(self) -> tuple[ServiceReach, ...]:
        """Every cluster that it serves or should, worst first; of those that we do not hear, what we last knew."""
        sets = {(one.cluster.namespace, one.cluster.name): one for one in self.sets if one.cluster}
        found = []
        for match in self.matches:
            one = sets.pop((match.target.namespace, match.target.name), None)
            found.append(_reach(match, one))
        found += [ServiceReach(one.cluster, one.row, one.services) for one in sets.values() if one.cluster]
        return tuple(sorted(found, key=lambda one: (one.row.health.rank, one.target.label)))

    @property
    def troubled(self) -> tuple[ServiceReach, ...]:
        """Where it does not stand as it should, as far as we can see."""
        return tuple(one for one in self.reached if not one.well and one.row.last_health is None)


def _reach(match: Match, one: ServiceSet | None) -> ServiceReach:
    """Its set knows more than the match, save where it is well and the match says that it is not."""
    if one and (match.deployed or one.row.health != "Ready"):
        return ServiceReach(match.target, one.row, one.services)
    health = Health.READY if match.deployed else Health.PROGRESSING
    said = "" if match.deployed else match.message or "Not deployed yet"
    row = Row(match.target, health, None, said, one.row.since if one else None, None, None)
    return ServiceReach(match.target, row, one.services if one else ())


@dataclass(frozen=True, slots=True)
class Services:
    multi: tuple[MultiClusterService, ...]
    own: tuple[ServiceSet, ...]  # of deployments themselves, worst first
    providers: tuple[Row, ...]  # StateManagementProviders
    empty: Empty | None

    @property
    def own_troubled(self) -> tuple[ServiceSet, ...]:
        return tuple(one for one in self.own if one.row.health != "Ready")

    @property
    def own_ready(self) -> tuple[ServiceSet, ...]:
        return tuple(one for one in self.own if one.row.health == "Ready")
