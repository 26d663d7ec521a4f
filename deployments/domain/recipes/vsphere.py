"""vSphere: a user of vCenter."""

import json
import re

from deployments.domain.drafts import CredentialDraft
from deployments.domain.findings import Problem, error, warning
from deployments.domain.recipes.base import Recipe, RecipeField, RecipeKind, SecretPlace, given, plain
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.manifest import Manifest

IDENTITY = RecipeKind("infrastructure.cluster.x-k8s.io/v1beta2", "VSphereClusterIdentity", namespaced=False)

_HEAD = """\
{{- $cluster := .InfrastructureProvider -}}
{{- $secret := (getResource "InfrastructureProviderIdentitySecret") -}}
{{- $server := $cluster.spec.server -}}
"""

_FOR_CLOUD = """\
apiVersion: v1
kind: Secret
metadata:
  name: vsphere-cloud-secret
  namespace: kube-system
type: Opaque
data:
  {{ $server }}.username: {{ index $secret.data "username" }}
  {{ $server }}.password: {{ index $secret.data "password" }}
"""

_FOR_VOLUMES = """\
apiVersion: v1
kind: Secret
metadata:
  name: vcenter-config-secret
  namespace: kube-system
type: Opaque
stringData:
  csi-vsphere.conf: |
    [Global]
    cluster-id = "{{ $cluster.metadata.name }}"

    [VirtualCenter "{{ $server }}"]
    user = "{{ index $secret.data "username" | b64dec }}"
    password = "{{ index $secret.data "password" | b64dec }}"
    port = "443"
    insecure-flag = "INSECURE"
    datacenters = DATACENTER
"""

_CLOUD_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: cloud-config
  namespace: kube-system
data:
  vsphere.conf: |
    global:
      port: 443
      insecureFlag: INSECURE
      secretName: vsphere-cloud-secret
      secretNamespace: kube-system
    vcenter:
      {{ $server }}:
        server: {{ $server }}
        datacenters:
          - DATACENTER
"""


def _look(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found: list[Problem] = []
    user, datacenter = given(draft, "username").reveal(), plain(draft, "datacenter")
    if user and "@" not in user and "\\" not in user:
        found.append(warning("username", "A vCenter user is usually written with its domain: name@vsphere.local."))
    if re.search(r"[\r\n]", user):
        found.append(error("username", "A user name has one line."))
    if re.search(r"[\r\n]", given(draft, "password").reveal()):
        found.append(error("password", "A password has one line."))
    if datacenter and re.search(r"[\r\n\"{}]", datacenter):
        found.append(error("datacenter", "The name of a datacenter has no line breaks, quotes or braces."))
    return found


def _template(draft: CredentialDraft) -> dict[str, str]:
    insecure = plain(draft, "verify", "no") == "no"
    datacenter = json.dumps(plain(draft, "datacenter"), ensure_ascii=False)
    made = {"cloud-secret.yaml": _FOR_CLOUD, "csi-secret.yaml": _FOR_VOLUMES, "cloud-config.yaml": _CLOUD_CONFIG}
    return {
        name: _HEAD + text.replace("INSECURE", str(insecure).lower()).replace("DATACENTER", datacenter)
        for name, text in made.items()
    }


def _spec(draft: CredentialDraft, place: SecretPlace) -> Manifest:
    # For this provider an empty selector means every namespace.
    return {"secretName": place.secret_name, "allowedNamespaces": {"selector": {"matchLabels": {}}}}


RECIPE = Recipe(
    key="vsphere",
    title="vSphere",
    provider="infrastructure-vsphere",
    help="A user of vCenter, and the datacenter that clusters will use.",
    identity=IDENTITY,
    charts=("vsphere-standalone-cp", "vsphere-hosted-cp"),
    fields=(
        RecipeField("username", "User name", secret=True, placeholder="name@vsphere.local"),
        RecipeField("password", "Password", secret=True),
        RecipeField("datacenter", "Datacenter", "Clusters with this credential find their volumes there."),
        RecipeField(
            "verify",
            "Verify vCenter's certificate",
            "Only if it is signed by an authority that machines know.",
            required=False,
            default="no",
            choices=(("no", "No, it is self-signed"), ("yes", "Yes")),
        ),
    ),
    look=_look,
    secret=lambda draft: {"username": given(draft, "username"), "password": given(draft, "password")},
    spec=_spec,
    template=_template,
)
