"""OpenStack: a clouds.yaml."""

import re
from typing import Any
from urllib.parse import urlsplit

from deployments.domain import safe_yaml as yamls
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, error, note, warning
from deployments.domain.recipes.base import SECRET, Recipe, RecipeField, given
from deployments.domain.snapshot import ClusterSnapshot

CLOUD = "openstack"
"""The entry of clouds.yaml that k0rdent's templates read."""

_CONFIG = """\
{{- $identity := (getResource "InfrastructureProviderIdentity") -}}
{{- $clouds := fromYaml (index $identity.data "clouds.yaml" | b64dec) -}}
{{- $cloud := index $clouds "clouds" "openstack" -}}
{{- $auth := $cloud.auth -}}
apiVersion: v1
kind: Secret
metadata:
  name: openstack-cloud-config
  namespace: kube-system
type: Opaque
stringData:
  cloud.conf: |
    [Global]
    auth-url="{{ $auth.auth_url }}"
    {{- with $cloud.region_name }}
    region="{{ . }}"
    {{- end }}
    {{- with $auth.application_credential_id }}
    application-credential-id="{{ . }}"
    {{- end }}
    {{- with $auth.application_credential_name }}
    application-credential-name="{{ . }}"
    {{- end }}
    {{- with $auth.application_credential_secret }}
    application-credential-secret="{{ . }}"
    {{- end }}
    {{- with $auth.username }}
    username="{{ . }}"
    {{- end }}
    {{- with $auth.password }}
    password="{{ . }}"
    {{- end }}
    {{- with $auth.project_id }}
    tenant-id="{{ . }}"
    {{- end }}
    {{- with $auth.project_name }}
    tenant-name="{{ . }}"
    {{- end }}
    {{- with $auth.user_domain_name }}
    user-domain-name="{{ . }}"
    {{- end }}
    {{- with $auth.project_domain_name }}
    tenant-domain-name="{{ . }}"
    {{- end }}
    {{- if index $identity.data "cacert" }}
    ca-file="/etc/cacert/ca.crt"
    {{- end }}
"""

_CA = """\
{{- $identity := (getResource "InfrastructureProviderIdentity") -}}
apiVersion: v1
kind: Secret
metadata:
  name: openstack-ca-cert
  namespace: kube-system
type: Opaque
data:
  ca.crt: {{ index $identity.data "cacert" }}
"""

_WAYS = (
    ("application_credential_id", "application_credential_secret"),
    ("application_credential_name", "application_credential_secret"),
    ("username", "password"),
    ("user_id", "password"),
    ("token",),
)


def _look(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Problem]:
    found: list[Problem] = []
    if text := given(draft, "clouds").reveal():
        found += _clouds(text)
    ca = given(draft, "cacert").reveal()
    if "PRIVATE KEY-----" in ca:
        found.append(error("cacert", "This holds a private key. Paste only the certificate of the authority."))
    elif ca and not re.search(r"-----BEGIN CERTIFICATE-----.+-----END CERTIFICATE-----", ca, re.DOTALL):
        found.append(error("cacert", "This is not a certificate: it must begin with -----BEGIN CERTIFICATE-----."))
    return found


def _clouds(text: str) -> list[Problem]:
    try:
        document = yamls.load(text)
    except yamls.NotPlain as problem:
        return [error("clouds", f"This clouds.yaml cannot be read: {problem}.")]
    clouds = document.get("clouds") if isinstance(document, dict) else None
    if not isinstance(clouds, dict) or not clouds:
        if "export OS_" in text:
            return [error("clouds", "This is an OpenStack RC file. Download clouds.yaml instead, or write one.")]
        return [error("clouds", "This is not a clouds.yaml: it has no list of clouds.")]
    cloud = clouds.get(CLOUD)
    if cloud is None:
        return [
            error("clouds", f"k0rdent reads the cloud named {CLOUD}; this clouds.yaml has another. Rename its entry.")
        ]
    auth = cloud.get("auth") if isinstance(cloud, dict) else None
    if not isinstance(auth, dict):
        return [error("clouds", f"The cloud {CLOUD} has no auth.")]
    found = _auth(auth)
    if not cloud.get("region_name"):
        found.append(warning("clouds", "It names no region_name; clouds with several regions need one."))
    if len(clouds) > 1:
        found.append(warning("clouds", f"It has other clouds beside {CLOUD}; their passwords would be stored as well."))
    if cloud.get("verify") is False:
        found.append(warning("clouds", "It does not verify the cloud's certificate."))
    return found


def _auth(auth: dict[str, Any]) -> list[Problem]:
    url = auth.get("auth_url")
    try:
        host = urlsplit(url if isinstance(url, str) else "").hostname or ""
    except ValueError:
        host = ""
    if not host or not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return [error("clouds", "Its auth has no auth_url that is an address.")]
    way = next((way for way in _WAYS if all(auth.get(name) for name in way)), None)
    if way is None:
        return [
            error("clouds", "Its auth has neither an application credential (ID and secret) nor a user with password.")
        ]
    found: list[Problem] = []
    if "password" in way:
        project = auth.get("project_id") or auth.get("project_name") or auth.get("tenant_name")
        if not project:
            found.append(error("clouds", "A user with password needs a project (project_id or project_name) as well."))
    shown = host if re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) else "an unreadable host"
    kind = "an application credential" if "application" in way[0] else "a token" if way == ("token",) else "a user"
    if way == ("token",):
        found.append(warning("clouds", "It signs in with a token, which ends within hours."))
    if url.startswith("http://"):
        found.append(warning("clouds", "Its auth_url is not https://: the secret goes over the network in the clear."))
    return [note("clouds", f"This is {kind} for {shown}."), *found]


def _secret(draft: CredentialDraft) -> dict[str, Secret]:
    found = {"clouds.yaml": given(draft, "clouds")}
    if ca := given(draft, "cacert"):
        found["cacert"] = ca
    return found


RECIPE = Recipe(
    key="openstack",
    title="OpenStack",
    provider="infrastructure-openstack",
    help="A clouds.yaml with one cloud, named openstack.",
    identity=SECRET,
    charts=("openstack-standalone-cp", "openstack-hosted-cp"),
    fields=(
        RecipeField("clouds", "clouds.yaml", "Its cloud must be named openstack.", secret=True, multiline=True),
        RecipeField(
            "cacert",
            "CA certificate",
            "Only if the cloud's certificate is your own.",
            secret=True,
            required=False,
            multiline=True,
        ),
    ),
    look=_look,
    secret=_secret,
    template=lambda draft: {"cloud-config.yaml": _CONFIG} | ({"ca.yaml": _CA} if given(draft, "cacert") else {}),
)
