"""What somebody asks for, as a form or the API says it: values only, nothing sent, nothing checked.

What is secret is a `Secret` from the first line to the request that carries it: printing, logging or formatting it
says nothing.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from regions.domain.refs import MANAGEMENT

MASK = "‹secret›"
"""What stands wherever a Secret is shown."""


class Secret:
    """A value that nothing shows by accident. Only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: for the request that carries it, and for looking at it in memory."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written down: it cannot be pickled or copied into a session.")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """One service that Sveltos shall install in the new cluster. `values` is YAML text, as k0rdent takes it."""

    name: str
    template: str
    namespace: str = "default"
    values: str = ""
    depends_on: tuple[tuple[str, str], ...] = ()  # (namespace, name) of other services
    kept: Mapping[str, Any] = field(default_factory=dict)  # fields of an existing service that no form shows


@dataclass(frozen=True, slots=True)
class DeploymentDraft:
    """A ClusterDeployment. `config` holds what differs from the template's defaults.

    `kept` is what no form shows, by part (`spec`, `serviceSpec`, `annotations`); None: as it stands.
    """

    namespace: str
    name: str
    template: str
    credential: str
    config: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    services: tuple[ServiceDraft, ...] = ()
    validate_only: bool = False  # k0rdent's spec.dryRun
    propagate_credentials: bool = True
    cleanup_on_deletion: bool = False
    kept: Mapping[str, Mapping[str, Any]] | None = None
    may_uninstall: bool = False  # said explicitly: services that are no longer listed shall go


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """A Credential with all that it needs, by one of `recipes.RECIPES`, for what is run in `region`."""

    recipe: str
    namespace: str
    name: str
    region: str = MANAGEMENT
    description: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def regional(self) -> bool:
        """Whether its clusters are run elsewhere than on management."""
        return self.region != MANAGEMENT


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """A provider to enable in a region. Without a template, the one that the Release names."""

    name: str
    template: str = ""
    config: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RegionDraft:
    """A Region: by kubeconfig (pasted, or an existing Secret in the system namespace) or by a ClusterDeployment."""

    name: str
    providers: tuple[ProviderDraft, ...] = ()
    kubeconfig: Secret | None = None  # pasted: a Secret is made of it
    secret_name: str = ""  # of an existing Secret, or how to call the new one
    secret_key: str = ""
    cluster_deployment: tuple[str, str] | None = None  # namespace, name
    certificates_by_kof: bool = False  # KOF brings its own cert-manager; k0rdent's stays off

    @property
    def kubeconfig_secret(self) -> tuple[str, str]:
        """Name and key of the Secret that holds the kubeconfig."""
        return self.secret_name or f"{self.name}-kubeconfig", self.secret_key or "value"


Draft = DeploymentDraft | CredentialDraft | RegionDraft
