"""What an object names: kinds that are to be watched because of it, and objects that are read one by one."""

from typing import Any

from regions.domain import manifest as m
from regions.domain.kinds import CAPI, INFRASTRUCTURE, K0RDENT
from regions.domain.manifest import Manifest

SYSTEM_NAMESPACE = "kcm-system"

Named = tuple[str, str, str]  # kind, namespace, name


def named_kinds(manifest: Manifest) -> set[tuple[str, str]]:
    """Group and kind of the infrastructure and control plane that a Cluster, Machine or MachinePool refers to."""
    if m.group(manifest) != CAPI or m.kind(manifest) not in ("Cluster", "Machine", "MachinePool"):
        return set()
    spec = m.mapping(manifest.get("spec"))
    references = [spec.get("infrastructureRef"), spec.get("controlPlaneRef")]
    references.append(m.part(spec, "template", "spec", "infrastructureRef"))
    found = set()
    for reference in references:
        reference = m.mapping(reference)
        group = m.text(reference.get("apiGroup")) or m.group_of(reference.get("apiVersion"))
        if group and m.text(reference.get("kind")):
            found.add((group, m.text(reference.get("kind"))))
    return found


def named_objects(manifest: Manifest, system_namespace: str = SYSTEM_NAMESPACE) -> set[Named]:
    """Kind, namespace and name of the Secrets and ConfigMaps that this object refers to."""
    spec = m.mapping(manifest.get("spec"))
    if m.group(manifest) == K0RDENT:
        found = _of_k0rdent(manifest, spec, system_namespace)
    elif m.group(manifest) == INFRASTRUCTURE:
        found = _of_identity(m.kind(manifest), spec, system_namespace)
    else:
        return set()
    return {(kind, namespace, name) for kind, namespace, name in found if namespace and name}


def _of_k0rdent(manifest: Manifest, spec: dict[str, Any], system_namespace: str) -> list[Named]:
    kind, namespace = m.kind(manifest), m.namespace(manifest)
    if kind == "Region":
        found = [("Secret", system_namespace, m.text(m.part(spec, "kubeConfig", "name")))]
        deployment = m.mapping(spec.get("clusterDeployment"))
        if deployment.get("name"):
            secret = f"{m.text(deployment.get('name'))}-kubeconfig"
            found.append(("Secret", m.text(deployment.get("namespace")), secret))
        return found
    if kind == "Credential":
        return _of_credential(m.mapping(spec.get("identityRef")), namespace, system_namespace)
    if kind == "ClusterTemplate" or kind == "ServiceTemplate":
        return [("ConfigMap", namespace, m.text(m.part(manifest, "status", "schemaConfigMapName")))]
    if kind in ("ClusterDeployment", "MultiClusterService", "ServiceSet"):
        services = m.items(m.part(spec, "serviceSpec", "services")) + m.items(spec.get("services"))
        sources = [source for service in services for source in m.items(service.get("valuesFrom"))]
        return [
            (m.text(source.get("kind")), namespace or system_namespace, m.text(source.get("name")))
            for source in sources
            if source.get("kind") in ("Secret", "ConfigMap")
        ]
    return []


def _of_credential(identity: dict[str, Any], namespace: str, system_namespace: str) -> list[Named]:
    """Originals lie in the system namespace; what a deployment uses lies where the identity is said to be."""
    name = m.text(identity.get("name"))
    if not name:
        return []
    # Without a namespace k0rdent looks where the deployment is, which is where its Credential is.
    at = m.text(identity.get("namespace")) or namespace
    secret = name if identity.get("kind") == "Secret" else f"{name}-secret"
    return [
        ("ConfigMap", at, f"{name}-resource-template"),
        ("Secret", at, secret),
        ("Secret", system_namespace, secret),
    ]


def _of_identity(kind: str, spec: dict[str, Any], system_namespace: str) -> list[Named]:
    if kind == "AWSClusterStaticIdentity":
        return [("Secret", system_namespace, m.text(spec.get("secretRef")))]
    if kind == "VSphereClusterIdentity":
        return [("Secret", system_namespace, m.text(spec.get("secretName")))]
    field = {"AzureClusterIdentity": "clientSecret", "OpenStackClusterIdentity": "secretRef"}.get(kind, "")
    secret = m.mapping(spec.get(field))
    return [("Secret", m.text(secret.get("namespace")) or system_namespace, m.text(secret.get("name")))]
