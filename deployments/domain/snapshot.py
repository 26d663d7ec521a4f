"""What is known of the clusters when somebody asks for something: handed to the rules, which look nothing up."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from regions.domain.refs import MANAGEMENT, Ref

Name = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """A Region as it was last reported. `providers` are CAPI names, such as infrastructure-aws."""

    name: str
    ready: bool = True
    silent: bool = False  # Pane hears nothing from its API server
    deleting: bool = False
    paused: bool = False
    providers: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()  # what its spec lists, such as cluster-api-provider-aws
    server: str = ""  # address of its API server
    in_use: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # enabled provider -> deployments, ns/name


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A Credential. `api_version` and `kind` are those of its identity."""

    namespace: str
    name: str
    region: str = MANAGEMENT
    ready: bool | None = True
    kind: str = ""
    identity: str = ""
    message: str = ""
    deleting: bool = False


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A ClusterTemplate with what its chart says about its values. `schema` None: none was published or read."""

    namespace: str
    name: str
    valid: bool = True
    error: str = ""
    providers: tuple[str, ...] = ()
    chart: str = ""  # aws-standalone-cp
    schema: Mapping[str, Any] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownService:
    """A ServiceTemplate."""

    namespace: str
    name: str
    valid: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class KnownDeployment:
    """A ClusterDeployment, as far as other forms care."""

    namespace: str
    name: str
    region: str = MANAGEMENT
    ready: bool = True
    adopted: bool = False
    has_kubeconfig: bool = True  # a Secret <name>-kubeconfig lies beside it on the management cluster


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """All of it. Where None stands for a mapping or set it is not known, and nothing is concluded from it."""

    system_namespace: str = "kcm-system"
    release: str = ""  # version of the installed k0rdent; empty when unknown
    regions: Mapping[str, KnownRegion] = field(default_factory=dict)
    credentials: Mapping[Name, KnownCredential] = field(default_factory=dict)
    templates: Mapping[Name, KnownTemplate] = field(default_factory=dict)
    services: Mapping[Name, KnownService] = field(default_factory=dict)
    deployments: Mapping[Name, KnownDeployment] = field(default_factory=dict)
    offered: tuple[str, ...] = ()  # providers of the Release, such as cluster-api-provider-aws
    interfaces: Mapping[str, Mapping[str, Set[str]] | None] = field(default_factory=dict)
    """By cluster: ProviderInterface's provider (infrastructure-aws) -> kinds of identity that it takes."""
    installing: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """By cluster: Cluster API's provider that is asked for and not there yet -> component, what that says."""
    namespaces: Mapping[str, Set[str] | None] = field(default_factory=dict)  # by cluster
    taken: Set[Ref] = frozenset()  # objects that exist, among those that a form may want to make
    servers: Mapping[str, str] = field(default_factory=dict)  # address of an API server -> cluster

    def region(self, name: str) -> KnownRegion | None:
        return self.regions.get(name)

    def interface(self, cluster: str, provider: str) -> Set[str] | None:
        """Kinds of identity that this provider takes there; empty when it is not installed; None: not known."""
        found = self.interfaces.get(cluster)
        return None if found is None else found.get(provider, frozenset())

    def is_taken(self, cluster: str, group: str, kind: str, namespace: str, name: str) -> bool:
        return Ref(cluster, group, kind, namespace, name) in self.taken

    def has_namespace(self, cluster: str, name: str) -> bool | None:
        """None: not known."""
        found = self.namespaces.get(cluster)
        return None if found is None else name in found

    @property
    def copies_identities(self) -> bool:
        """From 1.5 on k0rdent copies identities and their Secrets to regions; an unknown release is a newer one."""
        version = version_of(self.release)
        return version is None or version >= (1, 5)


def version_of(release: str) -> tuple[int, int] | None:
    """Major and minor of `1.11.4`, `v1.5.0-rc1` or `kcm-1-11-0`; None for what says no version."""
    found = re.search(r"(?:^|[^0-9])(\d{1,4})[.-](\d{1,4})(?:[.-]|$)", release)
    return (int(found[1]), int(found[2])) if found else None


def still_installing(component: str, said: str, where: str, until: str) -> str:
    """The sentence for what is asked of a cluster on which k0rdent still installs a component, which says this.

    `where`: as `located` says it.
    """
    return f"k0rdent is still installing {component} {where} ({said.rstrip('.')}). Ask again later: until then {until}."
