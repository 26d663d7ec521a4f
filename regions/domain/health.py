"""How any object is doing. The scale is `regions.domain.health_scale`, the rules are in `regions.domain.rules`."""

from datetime import datetime

from regions.domain import manifest as m
from regions.domain.health_scale import Assessment, Health
from regions.domain.kinds import CAPI, CONTROL_PLANE, FLUX, INFRASTRUCTURE, K0RDENT, KOF
from regions.domain.links import Link
from regions.domain.manifest import Manifest
from regions.domain.rules import addresses, backup, capi, catalog, deployment, generic, helm, regions, services
from regions.domain.rules.common import Rule
from regions.domain.rules.silent_region import assess_in_region, assess_region_linked

__all__ = ["Assessment", "Health", "Link", "assess", "assess_in_region", "assess_region_linked"]

_RULES: dict[tuple[str, str], Rule] = {
    (K0RDENT, "Management"): regions.management,
    (K0RDENT, "Release"): regions.release,
    (K0RDENT, "Region"): regions.region,
    (K0RDENT, "Credential"): catalog.credential,
    (K0RDENT, "ClusterDeployment"): deployment.deployment,
    (K0RDENT, "ClusterTemplate"): catalog.template,
    (K0RDENT, "ServiceTemplate"): catalog.template,
    (K0RDENT, "ProviderTemplate"): catalog.template,
    (K0RDENT, "ClusterTemplateChain"): catalog.template,
    (K0RDENT, "ServiceTemplateChain"): catalog.template,
    (K0RDENT, "ProviderInterface"): generic.exists,
    (K0RDENT, "MultiClusterService"): services.multi_cluster_service,
    (K0RDENT, "ServiceSet"): services.service_set,
    (K0RDENT, "StateManagementProvider"): catalog.state_management,
    (K0RDENT, "AccessManagement"): catalog.access,
    (K0RDENT, "ManagementBackup"): backup.management_backup,
    (K0RDENT, "ClusterAuthentication"): generic.exists,  # these three report nothing
    (K0RDENT, "ClusterAuditPolicy"): generic.exists,
    (K0RDENT, "DataSource"): generic.exists,
    (K0RDENT, "ClusterDataSource"): catalog.cluster_data_source,
    (K0RDENT, "ClusterIPAM"): addresses.cluster_ipam,
    (K0RDENT, "ClusterIPAMClaim"): addresses.cluster_ipam_claim,
    (FLUX, "HelmRelease"): helm.helm_release,
    (KOF, "PromxyServerGroup"): generic.exists,  # neither reports anything
    (KOF, "VMStorageConnection"): generic.exists,
    ("", "ConfigMap"): generic.exists,
    ("", "Secret"): generic.exists,
    ("", "Namespace"): generic.exists,
    (CAPI, "Cluster"): capi.cluster,
    (CAPI, "Machine"): capi.machine,
    (CAPI, "MachineDeployment"): capi.replicated,
    (CAPI, "MachinePool"): capi.replicated,
    (CAPI, "MachineSet"): capi.replicated,
    ("config.projectsveltos.io", "ClusterSummary"): services.cluster_summary,
    ("lib.projectsveltos.io", "SveltosCluster"): services.sveltos_cluster,
}


def assess(manifest: Manifest, now: datetime, progressed_at: datetime | None) -> Assessment:
    """Say how an object is doing, and why. Never raises, and never says Ready without proof.

    `progressed_at` is when it last changed in a way that matters; None when it is seen for the first time, and then
    the newest moment that the object tells of itself is taken (`manifest.last_transition`).
    `due_at` of the answer, when there is one, lies after `now`: the answer changes then though nothing is heard.
    """
    since = progressed_at or m.last_transition(manifest) or now
    return _rule(manifest)(manifest, now, min(since, now))


def _rule(manifest: Manifest) -> Rule:
    group, kind = m.group(manifest), m.kind(manifest)
    if rule := _RULES.get((group, kind)):
        return rule
    if group == CONTROL_PLANE:
        return capi.control_plane
    if group == INFRASTRUCTURE and kind.endswith("Identity"):
        return generic.identity
    return generic.anything
