"""What stands below what: from an object to those that it is made of, or leans on."""

from collections.abc import Iterator

from regions.domain import manifest as m
from regions.domain.causes.evidence import Evidence, Thing, named
from regions.domain.kinds import CAPI, CONTROL_PLANE, INFRASTRUCTURE, K0RDENT
from regions.domain.refs import MANAGEMENT

IS_CONTROL_PLANE = f"{CAPI}/control-plane"
_POOLS = {"MachineDeployment": f"{CAPI}/deployment-name", "MachinePool": f"{CAPI}/pool-name"}


def below(thing: Thing, ground: Evidence) -> Iterator[Thing]:
    """The objects right below this one."""
    kind, group = thing.kind, thing.ref.group
    if kind == "ClusterDeployment":
        yield from _of_deployment(thing, ground)
    elif kind == "Credential":
        yield from (one for one in ground.things if one.kind.endswith(("Identity", "Secret", "ConfigMap")))
        yield from ground.of("Region")
    elif kind in ("Region", "Management"):
        yield from _of_region(thing, ground)
    elif kind == "Cluster" and group == CAPI:
        yield from _of_cluster(ground)
    elif group == CONTROL_PLANE or kind.endswith("ControlPlane"):
        yield from (one for one in ground.of("Machine") if IS_CONTROL_PLANE in one.labels)
    elif kind in _POOLS:
        yield from (one for one in ground.of("Machine") if one.labels.get(_POOLS[kind]) == thing.ref.name)
        yield from named(_infrastructure(ground), name=thing.ref.name)
    elif kind == "Machine":
        yield from _of_machine(thing, ground)
    elif kind == "MultiClusterService":
        yield from ground.of("ServiceSet")
    elif kind == "ServiceSet":
        yield from (one for one in ground.of("ClusterSummary") if _profile(one) == thing.ref.name)


def _of_deployment(thing: Thing, ground: Evidence) -> Iterator[Thing]:
    for ref in (ground.template, ground.credential):
        if found := ground.at(ref):
            yield found
    yield from ground.of("Region")
    yield from (one for one in ground.of("HelmRelease", "Cluster", "SveltosCluster", "ServiceSet", "ServiceTemplate"))
    sets = {one.ref.name for one in ground.of("ServiceSet")}
    yield from (one for one in ground.of("ClusterSummary") if _profile(one) not in sets)


def _of_region(thing: Thing, ground: Evidence) -> Iterator[Thing]:
    name = MANAGEMENT if thing.kind == "Management" else thing.ref.name
    for one in ground.of("HelmRelease"):
        own = one.labels.get(f"{K0RDENT}/region") or MANAGEMENT
        if own == name and one is not thing and ground.subject.kind != "ClusterDeployment":
            yield one
    yield from ground.of("ProviderTemplate", "Secret")
    if thing.kind == "Region":
        yield from (one for one in ground.of("ClusterDeployment") if one is not ground.subject)


def _of_cluster(ground: Evidence) -> Iterator[Thing]:
    pools = tuple(ground.of(*_POOLS))
    names = {one.ref.name for one in pools}
    machines = tuple(ground.of("Machine"))
    owned = {one.ref.name for one in machines} | names
    yield from (one for one in _infrastructure(ground) if one.ref.name not in owned)
    yield from (one for one in ground.things if one.ref.group == CONTROL_PLANE or one.kind.endswith("ControlPlane"))
    yield from pools
    for one in machines:
        if IS_CONTROL_PLANE not in one.labels and not any(one.labels.get(label) in names for label in _POOLS.values()):
            yield one


def _of_machine(thing: Thing, ground: Evidence) -> Iterator[Thing]:
    reference = m.mapping(m.part(thing.body, "spec", "infrastructureRef"))
    kind, name = m.text(reference.get("kind")), m.text(reference.get("name")) or thing.ref.name
    for one in named(_infrastructure(ground), name=name):
        if not kind or one.kind == kind:
            yield one


def _infrastructure(ground: Evidence) -> Iterator[Thing]:
    return (
        one
        for one in ground.things
        if one.ref.group == INFRASTRUCTURE
        and not one.kind.endswith("Identity")
        and not one.kind.endswith("ControlPlane")
    )


def _profile(summary: Thing) -> str:
    """The ServiceSet that a ClusterSummary is of: Sveltos calls the profile so, and the summary after the profile."""
    found = summary.labels.get("projectsveltos.io/profile-name", "")
    return found or summary.ref.name.removeprefix("p--").rsplit("-", 2)[0]
