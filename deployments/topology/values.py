"""What the picture is made of: values only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from regions.domain.health import Health
from regions.inventory import Counts, Row


@dataclass(frozen=True, slots=True)
class TopologyNode:
    """One box. With a `count` it stands for so many things of one health that are not drawn one by one."""

    id: str
    kind: str  # as the field calls it: Region, ClusterDeployment, MachineDeployment
    title: str
    health: Health | None  # None: of something that has none
    url: str = ""
    note: str = ""  # how many, or why it is not ready
    count: int = 0
    last_health: Health | None = None  # what it was when we last knew
    children: tuple["TopologyNode", ...] = field(default=())

    @property
    def size(self) -> int:
        """How many boxes are drawn, this one among them."""
        return 1 + sum(child.size for child in self.children)


@dataclass(frozen=True, slots=True)
class Topology:
    """A picture: its root, what was asked for, and where one comes from."""

    root: TopologyNode
    title: str
    text: str = ""
    healths: tuple[str, ...] = ()
    health_counts: Counts = field(default_factory=Counts)
    crumbs: tuple[tuple[str, str], ...] = ()  # title, address
    unheard: str = ""  # why what is drawn is only what we last knew
    empty: str = ""  # in words, when there is nothing below the root
    topics: tuple[str, ...] = ()  # of what it leans on, which changes by itself


def node_of(row: Row, children: Iterable[TopologyNode] = (), note: str = "", title: str = "") -> TopologyNode:
    """An object of the copy as a box: of what is not well, its own words."""
    said = "" if row.health is Health.READY else row.message
    return TopologyNode(
        id=f"t-{row.target.dom_id}",
        kind=row.target.kind,
        title=title or row.target.name,
        health=row.health,
        url=row.target.url,
        note=note or said,
        last_health=row.last_health,
        children=tuple(children),
    )


def folded(of: str, health: Health, count: int, kind: str, url: str) -> TopologyNode:
    """So many things of one health; `of`: the box that they hang on."""
    return TopologyNode(f"{of}-{kind}-{health}".lower(), kind, f"{count} {health}", health, url, count=count)
