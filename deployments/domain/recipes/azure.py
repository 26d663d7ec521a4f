"""Azure: a service principal, as an identity of the provider or as the Secret that AKS wants."""

import re

from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, error
from deployments.domain.recipes.base import SECRET, Recipe, RecipeField, RecipeKind, SecretPlace, given, plain
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.manifest import Manifest

PROVIDER = "infrastructure-azure"
IDENTITY = RecipeKind("infrastructure.cluster.x-k8s.io/v1beta1", "AzureClusterIdentity", namespaced=True)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

_CLOUD_PROVIDER = """\
{{- $cluster := .InfrastructureProvider -}}
{{- $identity := (getResource "InfrastructureProviderIdentity") -}}
{{- $secret := (getResource "InfrastructureProviderIdentitySecret") -}}
{{- $group := $cluster.spec.resourceGroup -}}
{{- $net := $cluster.spec.networkSpec -}}
{{- $subnet := dict -}}
{{- range $net.subnets }}{{ if eq .role "node" }}{{ $subnet = . }}{{ end }}{{ end -}}
apiVersion: v1
kind: Secret
metadata:
  name: azure-cloud-provider
  namespace: kube-system
type: Opaque
stringData:
  cloud-config: |
    {
      "cloud": {{ default "AzurePublicCloud" $cluster.spec.azureEnvironment | toJson }},
      "tenantId": {{ $identity.spec.tenantID | toJson }},
      "subscriptionId": {{ $cluster.spec.subscriptionID | toJson }},
      "aadClientId": {{ $identity.spec.clientID | toJson }},
      "aadClientSecret": {{ index $secret.data "clientSecret" | b64dec | toJson }},
      "resourceGroup": {{ $group | toJson }},
      "location": {{ $cluster.spec.location | toJson }},
      "securityGroupName": {{ dig "securityGroup" "name" "" $subnet | toJson }},
      "securityGroupResourceGroup": {{ $group | toJson }},
      "routeTableName": {{ dig "routeTable" "name" "" $subnet | toJson }},
      "subnetName": {{ dig "name" "" $subnet | toJson }},
      "vnetName": {{ dig "vnet" "name" "" $net | toJson }},
      "vnetResourceGroup": {{ dig "vnet" "resourceGroup" $group $net | toJson }},
      "vmType": "vmss",
      "loadBalancerSku": "Standard",
      "maximumLoadBalancerRuleCount": 250,
      "useManagedIdentityExtension": false,
      "useInstanceMetadata": true
    }
"""

_STORAGE = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: managed-csi
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: disk.csi.azure.com
parameters:
  skuName: StandardSSD_LRS
reclaimPolicy: Delete
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
"""


def _look(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found = [
        error(name, f"A {what} is a UUID, such as 00000000-1111-2222-3333-444444444444.")
        for name, what in (
            ("tenant_id", "tenant ID"),
            ("client_id", "client ID"),
            ("subscription_id", "subscription ID"),
        )
        if plain(draft, name) and not _UUID.fullmatch(plain(draft, name))
    ]
    secret = given(draft, "client_secret").reveal()
    if _UUID.fullmatch(secret):
        found.append(
            error("client_secret", "This is the ID of a client secret. Enter its value, which Azure shows only once.")
        )
    elif re.search(r"\s", secret):
        found.append(error("client_secret", "A client secret has no spaces or line breaks."))
    return found


def _spec(draft: CredentialDraft, place: SecretPlace) -> Manifest:
    return {
        "type": "ServicePrincipal",
        "tenantID": plain(draft, "tenant_id"),
        "clientID": plain(draft, "client_id"),
        "clientSecret": {"name": place.secret_name, "namespace": place.namespace},
        "allowedNamespaces": {},
    }


def _aks_secret(draft: CredentialDraft) -> dict[str, Secret]:
    return {
        "AZURE_TENANT_ID": Secret(plain(draft, "tenant_id")),
        "AZURE_SUBSCRIPTION_ID": Secret(plain(draft, "subscription_id")),
        "AZURE_CLIENT_ID": Secret(plain(draft, "client_id")),
        "AZURE_CLIENT_SECRET": given(draft, "client_secret"),
    }


_TENANT = RecipeField("tenant_id", "Tenant ID", "Also called directory ID.")
_CLIENT = RecipeField("client_id", "Client ID", "Also called application ID.")
_SECRET = RecipeField("client_secret", "Client secret", "The value of the secret, not its ID.", secret=True)

PRINCIPAL_RECIPE = Recipe(
    key="azure",
    title="Azure service principal",
    provider=PROVIDER,
    help="A service principal, for clusters on virtual machines.",
    identity=IDENTITY,
    charts=("azure-standalone-cp", "azure-hosted-cp"),
    fields=(_TENANT, _CLIENT, _SECRET),
    look=_look,
    secret=lambda draft: {"clientSecret": given(draft, "client_secret")},
    spec=_spec,
    template=lambda draft: {"cloud-provider.yaml": _CLOUD_PROVIDER, "storage-class.yaml": _STORAGE},
    labels={"clusterctl.cluster.x-k8s.io/move-hierarchy": "true"},
)

AKS_RECIPE = Recipe(
    key="azure-aks",
    title="Azure AKS",
    provider=PROVIDER,
    help="A service principal, for managed clusters (AKS).",
    identity=SECRET,
    charts=("azure-aks",),
    fields=(_TENANT, RecipeField("subscription_id", "Subscription ID"), _CLIENT, _SECRET),
    look=_look,
    secret=_aks_secret,
    propagates=False,
)
