"""What a ClusterDeployment and its parts say, read from their manifests."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from regions.domain import manifest as m
from regions.domain.bounds import Some
from regions.domain.manifest import Manifest

# As they come up while k0rdent deploys.
ORDER = (
    "Deleting",
    "CloudResourcesDeletedCondition",
    "Paused",
    "TemplateReady",
    "HelmChartReady",
    "HelmChartNameChanged",
    "CredentialReady",
    "DataSourceReady",
    "ClusterDataSourceReady",
    "ClusterAuthenticationReady",
    "ClusterAuditPolicyReady",
    "HelmReleaseReady",
    "CAPIClusterSummary",
    "ServicesDependencyValidation",
    "ServicesInReadyState",
    "Ready",
)


class Typed(Protocol):
    @property
    def type(self) -> str: ...


C = TypeVar("C", bound=Typed)


def in_order(conditions: Some[C]) -> Some[C]:
    """Conditions in the order in which k0rdent works through them; those it does not know, before the aggregate."""
    places = {type_: place for place, type_ in enumerate(ORDER)}
    return conditions.arranged(lambda one: places.get(one.type, len(ORDER) - 1.5))


def kubernetes_version(
    deployment: Manifest,
    control_planes: Sequence[Manifest],
    machines: Sequence[Manifest],
    sveltos: Sequence[Manifest] = (),
) -> str:
    """What runs: the control plane's word, else the oldest Machine's, else the adopted cluster's, else its own."""
    for control_plane in control_planes:
        version = m.text(m.part(control_plane, "status", "version")) or m.text(m.part(control_plane, "spec", "version"))
        if version:
            return version
    versions = [version for machine in machines if (version := m.text(m.part(machine, "spec", "version")))]
    if versions:
        return min(versions, key=_parts)
    for cluster in sveltos:
        if version := m.text(m.part(cluster, "status", "version")):
            return version
    return m.text(m.part(deployment, "status", "k8sVersion"))


def _parts(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:6]]
