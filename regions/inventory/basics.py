"""What every answer about the fleet is made of: links, objects, counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regions.domain.health import Health
from regions.domain.maintenance import Upkeep
from regions.domain.refs import MANAGEMENT
from regions.inventory import targets


class NotFound(LookupError):
    """There is no such object in the copy. Views answer 404 with its sentence."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether `watch` itself is at work: when it has not beaten for 30 s, we know nothing of anything."""

    alive: bool
    beat_at: datetime | None
    trouble: str = ""  # why nothing is recorded, in a sentence, where that is known


_WORDS = {"unsupported": "No kubeconfig that Pane accepts", "broken": "Not followed: a fault of Pane"}


@dataclass(frozen=True, slots=True)
class LinkView:
    """How we hear a cluster. `blind`: what we know of it is only what we knew; `message` says why in words."""

    cluster: str
    state: str  # of regions.domain.links
    blind: bool
    message: str
    since: datetime | None  # when the state began
    heard_at: datetime | None  # last answer of any kind
    synced_at: datetime | None = None
    version: str = ""  # Kubernetes version of the cluster
    server: str = ""
    kubeconfig: str = ""  # where its kubeconfig was found, in words
    expires_at: datetime | None = None  # of the certificate or token that we use
    expiring: bool = False  # within two weeks, or already past: `message` says so
    uid: str = ""
    replaced_at: datetime | None = None  # when another cluster began to answer under this name
    revision: int = 0
    said: str = ""  # why it is not connected, as the cluster or the network said it: part of `message`

    @property
    def word(self) -> str:
        """The state as a page says it."""
        return _WORDS.get(self.state, self.state.capitalize())


@dataclass(frozen=True, slots=True)
class Target:
    """One object, and the page where it is shown (empty when it has none)."""

    kind: str
    namespace: str
    name: str
    cluster: str = MANAGEMENT
    region: str = ""
    deployment: str = ""

    @property
    def url(self) -> str:
        return targets.url(self.kind, self.namespace, self.name, self.cluster, self.region, self.deployment)

    @property
    def label(self) -> str:
        """How it is called on a page: namespace/name, or only the name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def dom_id(self) -> str:
        return targets.dom_id(self.cluster, self.kind, self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Row:
    """One object in a list."""

    target: Target
    health: Health  # what we may say now
    last_health: Health | None  # what it was when we last knew; None unless `health` is Unknown for our blindness
    message: str
    since: datetime | None  # when this health began
    as_of: datetime | None  # when this state reached us
    created_at: datetime | None
    deleting_at: datetime | None = None
    template: str = ""
    credential: str = ""  # namespace/name
    labels: Mapping[str, str] = field(default_factory=dict)
    upkeep: Upkeep | None = None  # maintenance or an acknowledgement that covers it now

    @property
    def region(self) -> str:
        return self.target.region


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are, by health, worst first; healths that nothing has are absent."""

    total: int = 0
    by_health: Mapping[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        return self.by_health.get(Health.READY, 0)

    @property
    def items(self) -> list[tuple[Health, int]]:
        """(health, count), worst first: for templates."""
        return [(Health(name), count) for name, count in self.by_health.items()]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an object. `good`: True, False, or None when it is neither (Unknown, or says nothing bad)."""

    type: str
    status: str
    reason: str
    message: str
    since: datetime | None
    good: bool | None
