"""Google Cloud: the key of a service account."""

from deployments.domain import paste_checks
from deployments.domain.drafts import CredentialDraft
from deployments.domain.findings import Problem
from deployments.domain.recipes.base import SECRET, Recipe, RecipeField, given
from deployments.domain.snapshot import ClusterSnapshot

PROVIDER = "infrastructure-gcp"

_CLOUD_SA = """\
{{- $identity := (getResource "InfrastructureProviderIdentity") -}}
apiVersion: v1
kind: Secret
metadata:
  name: gcp-cloud-sa
  namespace: kube-system
type: Opaque
data:
  cloud-sa.json: {{ index $identity.data "credentials" }}
"""


def _look(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    text = given(draft, "credentials").reveal()
    return paste_checks.service_account("credentials", text) if text else []


_FIELDS = (
    RecipeField("credentials", "Service-account key", "The JSON file as Google gave it.", secret=True, multiline=True),
)

GCP_RECIPE = Recipe(
    key="gcp",
    title="Google Cloud",
    provider=PROVIDER,
    help="The JSON key of a service account, for clusters on virtual machines.",
    identity=SECRET,
    charts=("gcp-standalone-cp", "gcp-hosted-cp"),
    fields=_FIELDS,
    look=_look,
    secret=lambda draft: {"credentials": given(draft, "credentials")},
    template=lambda draft: {"cloud-sa.yaml": _CLOUD_SA},
)

GKE_RECIPE = Recipe(
    key="gcp-gke",
    title="Google GKE",
    provider=PROVIDER,
    help="The JSON key of a service account, for managed clusters (GKE).",
    identity=SECRET,
    charts=("gcp-gke",),
    fields=_FIELDS,
    look=_look,
    secret=lambda draft: {"credentials": given(draft, "credentials")},
)
