"""A credential with everything that it needs, as the clusters have it: tests take away what they are about."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dashboard.demo.installation import Installation
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import plan, wire
from deployments.domain.snapshot import ClusterSnapshot
from regions import journal
from regions.domain.kinds import INFRASTRUCTURE, K0RDENT, NAMED_KINDS
from regions.domain.notes import Gone, Heard, Put, Reached
from regions.watcher.named import without_values
from tests.demo.conftest import api_of
from tests.deployments.domain.pastes import AWS_SECRET, answers
from tests.pages import objects as o
from tests.pages.seed import put

Manifest = dict[str, Any]
KCM = {f"{K0RDENT}/component": "kcm"}
MANAGED = {f"{K0RDENT}/managed": "true"}
MANAGEMENT = "~management"


def long_ago() -> datetime:
    return timezone.now() - timedelta(days=2)


def secret(name: str, ns: str, *keys: str, **labels: str) -> Manifest:
    """A Secret as the watcher keeps it: its keys, no values."""
    made = o.thing("Secret", name, ns, created=long_ago(), labels=KCM | labels, version="v1")
    return made | {"apiVersion": "v1", "type": "Opaque", "data": dict.fromkeys(keys, "")}


def template(identity: str, ns: str) -> Manifest:
    made = o.thing("ConfigMap", f"{identity}-resource-template", ns, created=long_ago(), labels=KCM)
    return made | {"apiVersion": "v1", "data": {}}


def identity(
    name: str, kind: str = "AWSClusterStaticIdentity", labels: Manifest | None = None, **spec: Any
) -> Manifest:
    said = {"secretRef": f"{name}-secret", "allowedNamespaces": {}} | spec
    return o.thing(kind, name, created=long_ago(), labels=KCM | (labels or {}), spec=said)


def credential(
    name: str,
    region: str = "eu-central",
    *,
    ns: str = "kcm-system",
    kind: str = "AWSClusterStaticIdentity",
    labels: Manifest | None = None,
) -> Manifest:
    made = o.credential(ns, name, long_ago(), region, kind, "of a test")
    made["metadata"]["labels"] = KCM | (labels or {})
    return made


def deployment(name: str, uses: str, ns: str = "media", **labels: str) -> Manifest:
    spec = {"template": "aws-standalone-cp-1-0-42", "credential": uses, "config": {}}
    return o.thing("ClusterDeployment", name, ns, created=long_ago(), labels=KCM | labels, spec=spec)


def interface(provider: str, *kinds: str) -> Manifest:
    return o.thing(
        "ProviderInterface",
        provider,
        created=long_ago(),
        labels={"cluster.x-k8s.io/provider": f"infrastructure-{provider}"},
        spec={"clusterIdentities": [{"group": INFRASTRUCTURE, "version": "v1beta2", "kind": kind} for kind in kinds]},
    )


def aws(name: str) -> list[tuple[str, Manifest]]:
    """An access key for eu-central, whole: cluster and object."""
    copied = MANAGED | {f"{K0RDENT}/credential.kcm-system.{name}": "true"}
    keys = ("AccessKeyID", "SecretAccessKey")
    return [
        (MANAGEMENT, credential(name)),
        (MANAGEMENT, identity(name)),
        (MANAGEMENT, secret(f"{name}-secret", "kcm-system", *keys)),
        ("eu-central", interface("aws", "AWSClusterStaticIdentity", "AWSClusterRoleIdentity")),
        ("eu-central", identity(name, labels=copied)),
        ("eu-central", secret(f"{name}-secret", "kcm-system", *keys, **copied)),
        ("eu-central", template(name, "kcm-system")),
    ]


def record(term: int, *pairs: tuple[str, Manifest]) -> None:
    """The watcher saw these objects."""
    now = timezone.now()
    journal.beat(term, now)
    notes = []
    for cluster, manifest in pairs:
        kind = NAMED_KINDS.get(manifest["kind"])
        notes.append(Put(cluster, kind, manifest, now) if kind else put(cluster, manifest, now))
    journal.record(term, notes, now)


def forget(term: int, cluster: str, manifest: Manifest) -> None:
    """The watcher saw that this object is gone."""
    now = timezone.now()
    kind = NAMED_KINDS.get(manifest["kind"]) or o.BY_NAME[manifest["kind"]]
    journal.record(term, [Gone(cluster, kind, manifest, now)], now)


def told(clusters: Installation) -> int:
    """The copy hears of the ground of the demo fleet: what its forms are drawn from. Answers the term."""
    now = timezone.now()
    term = journal.claim("told", now)
    assert term is not None
    notes: list[Any] = []
    for name, server in clusters.servers.items():
        notes += [
            Heard(name, now, {"state": "connected", "heard_at": now, "synced_at": now, "server": server.url}),
            Reached(name, f"providerinterfaces.{K0RDENT}", "watching", "1", now, "v1beta1", ""),
        ]
        kinds = ("ProviderInterface", *(("Region", "Management", "Release") if name == MANAGEMENT else ()))
        for kind in kinds:
            path = f"/apis/{K0RDENT}/v1beta1/{o.BY_NAME[kind].plural}"
            for body in api_of(server).get(path).body["items"]:
                whole = {"apiVersion": f"{K0RDENT}/v1beta1", "kind": kind, **body}
                notes.append(Put(name, o.BY_NAME[kind], whole, now))
    journal.record(term, notes, now)
    journal.beat(term, now)
    return term


def whole(
    clusters: Installation,
    name: str,
    region: str = "eu-west",
    *,
    recipe: str = "aws-static",
    ns: str = "media",
    copies: bool = True,
    secret: str = AWS_SECRET,
) -> dict[str, Manifest]:
    """A credential with all that it needs, as k0rdent has settled it, on the clusters and in the copy.

    Answers the objects as `Kind cluster`.
    """
    fields, secrets = answers(recipe)
    if "secret_access_key" in secrets:
        secrets["secret_access_key"] = secret
    kept = {key: Secret(value) for key, value in secrets.items()}
    release = "1.11.4" if copies else "1.4.0"
    spaces: dict[str, Any] = {server: {ns, "kcm-system"} for server in clusters.servers}
    known = ClusterSnapshot(release=release, namespaces=spaces)
    planned = plan(CredentialDraft(recipe, ns, name, region, "of a test", fields, kept), known)
    term = told(clusters)
    found: dict[str, Manifest] = {}
    everything = [(one.cluster, wire(one.manifest)) for one in planned]
    for cluster, manifest in list(everything):
        if copies and region != MANAGEMENT and cluster == MANAGEMENT and manifest["kind"] != "Credential":
            everything.append((region, copy_of(manifest, ns, name)))
    for cluster, manifest in everything:
        found[f"{manifest['kind']} {cluster}"] = made(clusters, term, cluster, manifest)
    return found


def copy_of(manifest: Manifest, ns: str, name: str) -> Manifest:
    """What k0rdent makes of an original in the region."""
    labels = MANAGED | {f"{K0RDENT}/credential.{ns}.{name}": "true"}
    metadata = {**manifest["metadata"], "labels": labels}
    if metadata.get("namespace") and manifest["kind"] != "Secret":
        metadata["namespace"] = ns
    return {**manifest, "metadata": metadata}


def made(clusters: Installation, term: int, cluster: str, manifest: Manifest) -> Manifest:
    """Make it on the cluster, and let the copy hear of it as the watcher would."""
    api = api_of(clusters.servers[cluster])
    ns = manifest["metadata"].get("namespace")
    if ns and api.get(f"/api/v1/namespaces/{ns}").status == 404:
        api.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}})
    path = path_to(manifest)
    answer = api.create(path.rpartition("/")[0], manifest)
    assert answer.status == 201, answer.body
    body = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], **answer.body}
    if body["kind"] == "Secret":
        body = {"apiVersion": "v1", "kind": "Secret", **without_values(body)}
    record(term, (cluster, body))
    return body


def path_to(manifest: Manifest) -> str:
    """Where an object lies on its cluster."""
    version, kind, metadata = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
    plural = {"Secret": "secrets", "ConfigMap": "configmaps"}.get(kind) or o.BY_NAME[kind].plural
    inside = f"/namespaces/{metadata['namespace']}" if metadata.get("namespace") else ""
    return f"/{'api' if version == 'v1' else 'apis'}/{version}{inside}/{plural}/{metadata['name']}"
