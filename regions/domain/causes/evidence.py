"""What is known around the object that is asked about: handed in, so that the rules stay pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regions.domain.health_scale import ILL, Health
from regions.domain.kinds import K0RDENT
from regions.domain.links import Link
from regions.domain.manifest import Manifest
from regions.domain.references import SYSTEM_NAMESPACE
from regions.domain.refs import MANAGEMENT, Ref


@dataclass(frozen=True, slots=True)
class Warned:
    """A Warning that a cluster reported about an object."""

    at: datetime
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One object: what was judged of it, and its manifest where it was read (else empty: rules must do without)."""

    ref: Ref
    health: Health  # its own, heard or not
    message: str
    since: datetime | None = None
    progressed_at: datetime | None = None
    created_at: datetime | None = None
    deleting_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    body: Manifest = field(default_factory=dict)
    warned: tuple[Warned, ...] = ()  # newest first
    uid: str = ""

    @property
    def kind(self) -> str:
        return self.ref.kind

    @property
    def well(self) -> bool:
        return self.health in (Health.READY, Health.VALIDATED)

    @property
    def bad(self) -> bool:
        return self.health in ILL


@dataclass(slots=True)
class Evidence:
    """What is asked about, and everything around it that the copy knows."""

    subject: Thing
    things: tuple[Thing, ...]  # what serves it, and what it leans on; without the subject
    now: datetime
    region: str = MANAGEMENT  # where it runs
    links: Mapping[str, Link] = field(default_factory=dict)
    seen: frozenset[tuple[str, str]] = frozenset()  # (cluster, kind): what is not among the things is not there
    system: str = SYSTEM_NAMESPACE
    credential: Ref | None = None  # of the subject, there or not
    template: Ref | None = None
    handed_on: bool = True  # of a Credential: not all deployments that use it say propagateCredentials: false
    _index: dict[tuple[str, str, str], list[Thing]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._index = {}
        for thing in self.everything:
            self._index.setdefault((thing.ref.kind, thing.ref.namespace, thing.ref.name), []).append(thing)

    @property
    def everything(self) -> Iterator[Thing]:
        yield self.subject
        yield from self.things

    @property
    def link(self) -> Link | None:
        """To the cluster of the region where it runs."""
        return self.links.get(self.region)

    def find(self, kind: str, namespace: str, name: str, cluster: str | None = None) -> Thing | None:
        found = self._index.get((kind, namespace, name), ())
        return next((one for one in found if cluster is None or one.ref.cluster == cluster), None)

    def at(self, ref: Ref | None) -> Thing | None:
        return self.find(ref.kind, ref.namespace, ref.name, ref.cluster) if ref else None

    def lacks(self, ref: Ref) -> bool:
        """It is certain that there is no such object: its kind is seen there, and this one is not."""
        return (ref.cluster, ref.kind) in self.seen and self.at(ref) is None

    def of(self, *kinds: str) -> Iterator[Thing]:
        return (thing for thing in self.everything if thing.kind in kinds)

    def hears(self, cluster: str) -> bool:
        """Whether what we know of a cluster is still so. One that we hold no link to is not doubted here."""
        link = self.links.get(cluster)
        return link is None or not link.quiet(self.now)


def region_ref(name: str) -> Ref:
    return Ref(MANAGEMENT, K0RDENT, *(("Management", "", "kcm") if name == MANAGEMENT else ("Region", "", name)))


def named(things: Iterable[Thing], **columns: str) -> Iterator[Thing]:
    """Those whose reference has these values."""
    return (thing for thing in things if all(getattr(thing.ref, key) == value for key, value in columns.items()))
