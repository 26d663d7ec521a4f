"""What a form for a kind of k0rdent begins with: the smallest object of it that k0rdent takes, to be filled in.

Fields as in the CRDs of kcm 1.11; each is held against the real API server's schema by a test.
"""

from collections.abc import Mapping

from deployments.domain import safe_yaml
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest

SINGLE = {"AccessManagement": "kcm"}
"""Of these k0rdent takes one object, of this name (kcm 1.11: "AccessManagement object already exists")."""

_SPECS: Mapping[str, Manifest] = {
    "AccessManagement": {
        "accessRules": [
            {
                "targetNamespaces": {"list": ["team-a"]},
                "credentials": ["aws-eu"],
                "clusterTemplateChains": ["aws-standalone"],
            }
        ]
    },
    "ClusterAuthentication": {
        "authenticationConfiguration": {
            "apiVersion": "apiserver.config.k8s.io/v1beta1",
            "kind": "AuthenticationConfiguration",
            "jwt": [
                {
                    "issuer": {"url": "https://id.example.com", "audiences": ["kubernetes"]},
                    "claimMappings": {
                        "username": {"claim": "email", "prefix": "oidc:"},
                        "groups": {"claim": "groups", "prefix": "oidc:"},
                    },
                }
            ],
        }
    },
    "ClusterAuditPolicy": {
        "policy": {
            "omitStages": ["RequestReceived"],
            "rules": [
                {"level": "None", "users": ["system:kube-proxy"]},
                {"level": "Metadata", "resources": [{"group": "", "resources": ["secrets", "configmaps"]}]},
                {"level": "Request", "verbs": ["create", "update", "patch", "delete"]},
            ],
        }
    },
    "ClusterIPAM": {"provider": "in-cluster"},
    "ClusterIPAMClaim": {
        "provider": "in-cluster",
        "nodeNetwork": {
            "cidr": "10.10.0.0/24",
            "gateway": "10.10.0.1",
            "ipAddresses": ["10.10.0.10", "10.10.0.11", "10.10.0.12"],
        },
    },
    "DataSource": {
        "type": "postgresql",
        "endpoints": ["postgres.example.com:5432"],
        "auth": {
            "username": {"name": "postgres-sign-in", "namespace": "kcm-system", "key": "username"},
            "password": {"name": "postgres-sign-in", "namespace": "kcm-system", "key": "password"},
        },
    },
    "ClusterDataSource": {"dataSource": "postgres", "schema": "shop_prod"},
    "StateManagementProvider": {
        "adapter": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": "my-adapter",
            "namespace": "kcm-system",
            "readinessRule": "self.status.availableReplicas > 0",
        },
        "provisioner": [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": "my-provisioner",
                "namespace": "kcm-system",
                "readinessRule": "self.status.availableReplicas > 0",
            }
        ],
        "provisionerCRDs": [{"group": "config.projectsveltos.io", "version": "v1beta1", "resources": ["profiles"]}],
        "selector": {"matchLabels": {"ksm.k0rdent.mirantis.com/adapter": "my-adapter"}},
        "suspend": False,
    },
    "ManagementBackup": {
        "schedule": "0 */6 * * *",
        "storageLocation": "default",
        "performOnManagementUpgrade": True,
    },
}
CLUSTER_SCOPED = frozenset({"AccessManagement", "StateManagementProvider", "ManagementBackup"})

FIXED = frozenset({"ClusterAuditPolicy", "DataSource"})
"""Kinds whose spec the API server lets nobody change, as the CRDs of kcm 1.11 say."""

WRITTEN = frozenset(_SPECS)
"""Kinds that people make; the others k0rdent makes of its own charts."""


def like(manifest: Manifest) -> str:
    """YAML to begin with that is an object which stands, without its name."""
    metadata = {"name": ""} | {
        key: value for key, value in manifest.get("metadata", {}).items() if key in ("namespace", "labels")
    }
    return safe_yaml.dump(
        {key: manifest[key] for key in ("apiVersion", "kind")}
        | {"metadata": metadata, "spec": manifest.get("spec", {})}
    )


def starter(kind: str, namespace: str) -> str:
    """YAML to begin with. Raises KeyError for a kind that people do not make."""
    metadata = {"name": SINGLE.get(kind, "")} | ({} if kind in CLUSTER_SCOPED else {"namespace": namespace})
    return safe_yaml.dump(
        {"apiVersion": f"{K0RDENT}/v1beta1", "kind": kind, "metadata": metadata, "spec": _SPECS[kind]}
    )
