"""To whom something belongs of which only the name is known: Events speak of objects that nobody watches (MachineSets,
Secrets, bootstrap configurations), of some that we have not seen yet, and of some that are gone."""

from collections.abc import Iterator

from regions.domain.kinds import CAPI, CONTROL_PLANE, FLUX, K0RDENT
from regions.domain.refs import MANAGEMENT, Ref

_OWNERS = (  # whose parts are called as they are, a dash, and more; nearest first
    (CAPI, "Machine"),
    (CAPI, "MachineDeployment"),
    (CAPI, "MachinePool"),
    (CONTROL_PLANE, "K0sControlPlane"),
    (CONTROL_PLANE, "K0smotronControlPlane"),
    (CAPI, "Cluster"),
)
_SVELTOS = ("-capi-", "-sveltos-")
MOST = 12
"""Dashes of a name that are looked at; a name that somebody invented must not cost more."""


def prefixes(name: str) -> Iterator[str]:
    """A name, and what is left of it without its last parts: longest first."""
    for _ in range(MOST):
        if not name:
            return
        yield name
        name = name.rpartition("-")[0]


def owners(about: Ref) -> list[Ref]:
    """What an object may belong to by its name, likeliest first. The one that exists is the owner.

    What stands nearer wins: `shop-eu-md-x7k` belongs to the MachineDeployment `shop-eu-md`, of whatever deployment,
    before it belongs to a deployment called `shop-eu`.
    """
    if about.kind == "ClusterDeployment" and about.group in (K0RDENT, ""):
        return [Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", about.namespace, about.name)]
    if not about.namespace:
        return []
    found = []
    for name in prefixes(about.name):
        if name != about.name:
            found += [Ref(about.cluster, group, kind, about.namespace, name) for group, kind in _OWNERS]
        found.append(Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", about.namespace, name))
    for mark in _SVELTOS:
        # A ClusterSummary is called p--<profile>-capi-<cluster>; a cluster may have the mark in its own name.
        parts = about.name.split(mark)
        found += [
            Ref(MANAGEMENT, K0RDENT, "ClusterDeployment", about.namespace, mark.join(parts[place:]))
            for place in range(1, len(parts))
        ]
    if about.group == FLUX and about.cluster == MANAGEMENT:
        # A component of k0rdent in a region is installed from management, as <region>-<component>.
        found += [Ref(MANAGEMENT, K0RDENT, "Region", "", name) for name in list(prefixes(about.name))[1:]]
    return found


def region_itself(about: Ref) -> str:
    """The region that something is, also when it is gone; empty when it is none."""
    return about.name if about.kind == "Region" and about.group in (K0RDENT, "") and about.cluster == MANAGEMENT else ""
