"""Credentials: the Secret, the identity, the Credential in every namespace, and the copies k0rdent makes in regions."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dashboard.demo.fleet.make import condition, make
from dashboard.demo.fleet.model import K0RDENT, MANAGEMENT, SYSTEM, Login

Manifest = dict[str, Any]
INFRA = "infrastructure.cluster.x-k8s.io"
_VERSIONS = {"AzureClusterIdentity": "v1beta1"}
_CLUSTER_SCOPED = (
    "AWSClusterStaticIdentity",
    "AWSClusterRoleIdentity",
    "AWSClusterControllerIdentity",
    "VSphereClusterIdentity",
)
# Values nobody can mistake for real ones; tests look for them where they must not be.
_KEYS = {
    "aws": {"AccessKeyID": "AKIADEMODEMODEMODEMO", "SecretAccessKey": "demo-secret-access-key-never-shown"},
    "azure": {"clientSecret": "demo-client-secret-never-shown"},
    "aks": {
        "AZURE_CLIENT_ID": "55555555-6666-7777-8888-999999999999",
        "AZURE_CLIENT_SECRET": "demo-client-secret-never-shown",
        "AZURE_SUBSCRIPTION_ID": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "AZURE_TENANT_ID": "00000000-1111-2222-3333-444444444444",
    },
    "gcp": {"credentials": '{"type": "service_account", "private_key": "demo-private-key-never-shown"}'},
    "openstack": {"clouds.yaml": "clouds: {openstack: {auth: {application_credential_secret: demo-never-shown}}}\n"},
    "vsphere": {"username": "k0rdent@hq.example.net", "password": "demo-password-never-shown"},
    "kubevirt": {"kubeconfig": "demo-kubeconfig-never-shown"},
    "docker": {},
    "adopted": {"value": "demo-kubeconfig-never-shown"},
    "remote": {"value": "demo-ssh-key-never-shown"},
}


def identity_of(login: Login) -> tuple[str, str]:
    """The identity's name, and its Secret's."""
    if login.kind == "AWSClusterControllerIdentity":
        return "default", ""
    if login.kind == "AWSClusterRoleIdentity":
        return login.name, ""
    return login.name, login.name if login.kind == "Secret" else f"{login.name}-secret"


def objects(login: Login, scope: str) -> Iterator[Manifest]:
    """On management: originals in the system namespace, Credentials where they are used."""
    mine = f"{scope}/{MANAGEMENT}"
    if not login.broken:
        yield from _originals(login, mine, SYSTEM, {"k0rdent.mirantis.com/component": "kcm"})
        if not login.region:
            yield resource_template(login, mine, SYSTEM)
    for namespace in login.namespaces:
        yield credential(login, namespace, mine)


def copies(login: Login, scope: str, cluster: str) -> Iterator[Manifest]:
    """In the login's region: what k0rdent copies, and the ConfigMap that somebody made by hand."""
    if login.broken:
        return
    mine = f"{scope}/{cluster}"
    spread = (SYSTEM,) if login.kind in _CLUSTER_SCOPED else login.namespaces
    labels = {"k0rdent.mirantis.com/managed": "true", "k0rdent.mirantis.com/component": "kcm"}
    used = {f"k0rdent.mirantis.com/credential.{each}.{login.name}": "true" for each in login.namespaces}
    for namespace in spread:
        label = used if spread == (SYSTEM,) else {f"k0rdent.mirantis.com/credential.{namespace}.{login.name}": "true"}
        yield from _originals(login, mine, namespace, labels | label)
        yield resource_template(login, mine, namespace)


def resource_template(login: Login, scope: str, namespace: str) -> Manifest:
    return make(
        "v1",
        "ConfigMap",
        f"{identity_of(login)[0]}-resource-template",
        namespace,
        scope=scope,
        at=login.created_at + timedelta(minutes=6),
        generation=0,
        labels={"k0rdent.mirantis.com/component": "kcm"},
        annotations={"projectsveltos.io/template": "true"},
        data={},
    )


def _originals(login: Login, scope: str, namespace: str, labels: dict[str, str]) -> Iterator[Manifest]:
    name, secret = identity_of(login)
    if secret:
        keys = _KEYS["aks" if login.name.startswith("aks") else login.cloud]
        data = {key: base64.b64encode(value.encode()).decode() for key, value in keys.items()}
        made = make(
            "v1",
            "Secret",
            secret,
            namespace,
            scope=scope,
            at=login.created_at,
            generation=0,
            labels=labels,
            type="Opaque",
        )
        yield made | ({"data": data} if data else {})
    if login.kind == "Secret":
        return
    where = "" if login.kind in _CLUSTER_SCOPED else namespace
    yield make(
        f"{INFRA}/{_VERSIONS.get(login.kind, 'v1beta2')}",
        login.kind,
        name,
        where,
        scope=scope,
        at=login.created_at,
        labels=labels,
        spec=_identity_spec(login, secret, namespace),
    )
    if login.kind == "AWSClusterRoleIdentity" and "k0rdent.mirantis.com/managed" in labels:
        yield make(
            f"{INFRA}/v1beta2",
            "AWSClusterControllerIdentity",
            "default",
            scope=scope,
            at=login.created_at,
            labels=labels,
            spec={"allowedNamespaces": {}},
        )


def _identity_spec(login: Login, secret: str, namespace: str) -> Manifest:
    match login.kind:
        case "AWSClusterStaticIdentity":
            return {"secretRef": secret, "allowedNamespaces": {}}
        case "AWSClusterRoleIdentity":
            return {
                "roleARN": "arn:aws:iam::111122223333:role/k0rdent-us-east",
                "sessionName": "k0rdent",
                "durationSeconds": 3600,
                "allowedNamespaces": {},
                "sourceIdentityRef": {"kind": "AWSClusterControllerIdentity", "name": "default"},
            }
        case "AzureClusterIdentity":
            return {
                "type": "ServicePrincipal",
                "tenantID": "00000000-1111-2222-3333-444444444444",
                "clientID": "55555555-6666-7777-8888-999999999999",
                "allowedNamespaces": {},
                "clientSecret": {"name": secret, "namespace": namespace},
            }
        case "VSphereClusterIdentity":
            return {"secretName": secret, "allowedNamespaces": {"selector": {"matchLabels": {}}}}
    return {"allowedNamespaces": {}}


def credential(login: Login, namespace: str, scope: str) -> Manifest:
    name, _ = identity_of(login)
    if login.kind == "Secret":
        reference = {"apiVersion": "v1", "kind": "Secret", "name": name, "namespace": namespace}
    else:
        version = _VERSIONS.get(login.kind, "v1beta2")
        reference = {"apiVersion": f"{INFRA}/{version}", "kind": login.kind, "name": name}
        if login.kind not in _CLUSTER_SCOPED:
            reference["namespace"] = namespace
    spec: Manifest = {"description": login.about, "identityRef": reference}
    if login.region:
        spec["region"] = login.region
    at = login.created_at + timedelta(minutes=1)
    if login.broken:
        text = f"ClusterIdentity object of Kind={login.kind} {namespace}/{name} not found"
        ready = condition("CredentialReady", False, "Failed", text, at)
    else:
        ready = condition("CredentialReady", True, "Succeeded", "Credential is ready", at)
    labels = {"k0rdent.mirantis.com/component": "kcm"}
    if namespace != SYSTEM and not login.broken:
        labels["k0rdent.mirantis.com/managed"] = "true"
    return make(
        K0RDENT,
        "Credential",
        login.name,
        namespace,
        scope=scope,
        at=login.created_at,
        labels=labels,
        finalizers=["k0rdent.mirantis.com/credential"],
        spec=spec,
        status={"ready": not login.broken, "conditions": [ready]},
    )
