"""Which cloud a credential is for. An identity of its own kind says so; of a Secret, its keys and what uses it do."""

from collections.abc import Iterable
from dataclasses import dataclass

SECRET = "Secret"  # noqa: S105 (a kind)

TITLES = {
    "infrastructure-aws": "AWS",
    "infrastructure-azure": "Azure",
    "infrastructure-gcp": "Google Cloud",
    "infrastructure-openstack": "OpenStack",
    "infrastructure-vsphere": "vSphere",
    "infrastructure-kubevirt": "KubeVirt",
    "infrastructure-docker": "Docker",
    "infrastructure-internal": "Adopted cluster",
    "infrastructure-k0sproject-k0smotron": "Machines over SSH",
}
"""By the provider's name in Cluster API."""

_BY_PREFIX = {
    "AWS": "aws",
    "Azure": "azure",
    "GCP": "gcp",
    "OpenStack": "openstack",
    "VSphere": "vsphere",
    "Kubevirt": "kubevirt",
    "Docker": "docker",
    "Dev": "docker",
    "Remote": "k0sproject-k0smotron",
}
_BY_KEY = {
    "clouds.yaml": "openstack",
    "credentials": "gcp",
    "kubeconfig": "kubevirt",
    "AZURE_CLIENT_SECRET": "azure",
    "clientSecret": "azure",
    "AccessKeyID": "aws",
}


@dataclass(frozen=True, slots=True)
class IdentityKind:
    """What k0rdent and the provider expect of one kind of identity."""

    plural: str
    cluster_scoped: bool
    secret_field: tuple[str, ...] = ()  # where it names its Secret; empty: it has none
    secret_keys: tuple[str, ...] = ()
    needs_allowed: bool = False  # without allowedNamespaces nobody may use it


IDENTITIES = {
    "AWSClusterStaticIdentity": IdentityKind(
        "awsclusterstaticidentities", True, ("secretRef",), ("AccessKeyID", "SecretAccessKey"), True
    ),
    "AWSClusterRoleIdentity": IdentityKind("awsclusterroleidentities", True, needs_allowed=True),
    "AWSClusterControllerIdentity": IdentityKind("awsclustercontrolleridentities", True, needs_allowed=True),
    "AzureClusterIdentity": IdentityKind(
        "azureclusteridentities", False, ("clientSecret", "name"), ("clientSecret",), True
    ),
    "VSphereClusterIdentity": IdentityKind(
        "vsphereclusteridentities", True, ("secretName",), ("username", "password"), True
    ),
    "OpenStackClusterIdentity": IdentityKind("openstackclusteridentities", True, ("secretRef", "name")),
}


def provider_of(kind: str, keys: Iterable[str] | None = None, made: Iterable[str] = ()) -> str:
    """The provider's name in Cluster API; empty when nothing tells.

    `keys`: of the Secret, when the identity is one and the copy has it. `made`: kinds of infrastructure that its
    deployments are made of.
    """
    for name in (*made, kind):
        if found := _by_prefix(name):
            return f"infrastructure-{found}"
    known = set(keys or ())
    for key, provider in _BY_KEY.items():
        if key in known:
            return f"infrastructure-{provider}"
    if "SveltosCluster" in set(made):
        return "infrastructure-internal"
    if kind == SECRET and keys is not None and not known:
        return "infrastructure-docker"
    return ""


def _by_prefix(kind: str) -> str:
    return next((provider for prefix, provider in _BY_PREFIX.items() if kind.startswith(prefix)), "")


def title(provider: str) -> str:
    """How people call a provider."""
    return TITLES.get(provider) or provider.removeprefix("infrastructure-")
