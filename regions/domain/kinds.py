"""What is watched, and where. Adding a kind is one line in KINDS."""

from dataclasses import dataclass
from enum import Enum

K0RDENT = "k0rdent.mirantis.com"
CAPI = "cluster.x-k8s.io"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io"
KOF = "kof.k0rdent.mirantis.com"
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io"
FLUX = "helm.toolkit.fluxcd.io"


class Where(Enum):
    MANAGEMENT = "management"
    HOSTS = "hosts"  # every cluster that holds Cluster API objects: the regions, and management for what it hosts


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind to list and watch. The first of `versions` that a cluster serves is used, else whatever it serves."""

    group: str
    name: str
    plural: str
    versions: tuple[str, ...]
    where: Where
    selector: str = ""
    fallback_group: str | None = None  # where older servers keep the same kind

    @property
    def stream(self) -> str:
        """Names this stream among those of one cluster."""
        return f"{self.plural}.{self.group}" + (f"?{self.selector}" if self.selector else "")


def _k0rdent(name: str, plural: str, where: Where = Where.MANAGEMENT) -> Kind:
    return Kind(K0RDENT, name, plural, ("v1beta1", "v1alpha1"), where)


KINDS: tuple[Kind, ...] = (
    _k0rdent("Management", "managements"),
    _k0rdent("Release", "releases"),
    _k0rdent("Region", "regions"),
    _k0rdent("Credential", "credentials"),
    _k0rdent("ClusterDeployment", "clusterdeployments"),
    _k0rdent("ClusterTemplate", "clustertemplates"),
    _k0rdent("ServiceTemplate", "servicetemplates"),
    _k0rdent("ProviderTemplate", "providertemplates"),
    _k0rdent("ClusterTemplateChain", "clustertemplatechains"),
    _k0rdent("ServiceTemplateChain", "servicetemplatechains"),
    _k0rdent("ProviderInterface", "providerinterfaces", Where.HOSTS),
    _k0rdent("MultiClusterService", "multiclusterservices"),
    _k0rdent("ServiceSet", "servicesets"),
    _k0rdent("StateManagementProvider", "statemanagementproviders"),
    _k0rdent("AccessManagement", "accessmanagements"),
    _k0rdent("ManagementBackup", "managementbackups"),
    _k0rdent("ClusterAuthentication", "clusterauthentications"),
    _k0rdent("ClusterAuditPolicy", "clusterauditpolicies"),
    _k0rdent("ClusterIPAM", "clusteripams"),
    _k0rdent("ClusterIPAMClaim", "clusteripamclaims"),
    _k0rdent("DataSource", "datasources"),
    _k0rdent("ClusterDataSource", "clusterdatasources"),
    Kind(FLUX, "HelmRelease", "helmreleases", ("v2", "v2beta2"), Where.MANAGEMENT),
    Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS, f"{K0RDENT}/component=kcm"),
    Kind("", "ConfigMap", "configmaps", ("v1",), Where.MANAGEMENT, f"{K0RDENT}/kof-cluster-role"),
    Kind("", "ConfigMap", "configmaps", ("v1",), Where.MANAGEMENT, f"{K0RDENT}/kof-regionless=true"),
    Kind("", "ConfigMap", "configmaps", ("v1",), Where.MANAGEMENT, "kof-regionless=true"),
    Kind(KOF, "PromxyServerGroup", "promxyservergroups", ("v1beta1", "v1alpha1"), Where.MANAGEMENT),
    Kind(KOF, "VMStorageConnection", "vmstorageconnections", ("v1beta1",), Where.MANAGEMENT),
    Kind(INFRASTRUCTURE, "AWSClusterStaticIdentity", "awsclusterstaticidentities", ("v1beta2",), Where.HOSTS),
    Kind(INFRASTRUCTURE, "AWSClusterRoleIdentity", "awsclusterroleidentities", ("v1beta2",), Where.HOSTS),
    Kind(INFRASTRUCTURE, "AWSClusterControllerIdentity", "awsclustercontrolleridentities", ("v1beta2",), Where.HOSTS),
    Kind(INFRASTRUCTURE, "AzureClusterIdentity", "azureclusteridentities", ("v1beta1",), Where.HOSTS),
    Kind(INFRASTRUCTURE, "VSphereClusterIdentity", "vsphereclusteridentities", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(INFRASTRUCTURE, "OpenStackClusterIdentity", "openstackclusteridentities", ("v1alpha1",), Where.HOSTS),
    Kind(CAPI, "Cluster", "clusters", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(CAPI, "MachineDeployment", "machinedeployments", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(CAPI, "MachinePool", "machinepools", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(CAPI, "Machine", "machines", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(CONTROL_PLANE, "K0sControlPlane", "k0scontrolplanes", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind(CONTROL_PLANE, "K0smotronControlPlane", "k0smotroncontrolplanes", ("v1beta2", "v1beta1"), Where.HOSTS),
    Kind("config.projectsveltos.io", "ClusterSummary", "clustersummaries", ("v1beta1", "v1alpha1"), Where.HOSTS),
    Kind("lib.projectsveltos.io", "SveltosCluster", "sveltosclusters", ("v1beta1", "v1alpha1"), Where.HOSTS),
    Kind("events.k8s.io", "Event", "events", ("v1",), Where.HOSTS, fallback_group=""),
)
"""Besides these, the kinds that a Cluster or Machine names (infrastructureRef, controlPlaneRef) are watched on the
cluster that names them."""

_YOUNG = frozenset({"ClusterAuthentication", "ClusterAuditPolicy", "DataSource", "ClusterDataSource"})
OPTIONAL = frozenset(kind.stream for kind in KINDS if kind.group == KOF or kind.name in _YOUNG)
"""That these are not served is nothing to speak of: only KOF brings them, or only a newer k0rdent (1.6 and 1.10)."""

NAMED_KINDS = {
    "Secret": Kind("", "Secret", "secrets", ("v1",), Where.HOSTS, "by-name"),
    "ConfigMap": Kind("", "ConfigMap", "configmaps", ("v1",), Where.HOSTS, "by-name"),
}
"""Objects of these kinds are read one by one, when another object names them: Secrets are never listed or watched."""
