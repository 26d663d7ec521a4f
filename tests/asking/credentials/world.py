"""A credential with everything that it needs, as the clusters have it: tests take away what they are about."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dashboard.demo.installation import Installation
from regions import journal
from regions.domain.kinds import INFRASTRUCTURE, K0RDENT, NAMED_KINDS
from regions.domain.notes import Gone, Heard, Put, Reached
from tests.demo.conftest import api_of
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


def credential(name: str, region: str = "eu-central", *, ns: str = "kcm-system", kind: str = "AWSClusterStaticIdentity",
               labels: Manifest | None = None) -> Manifest:  # fmt: skip
    made = o.credential(ns, name, long_ago(), region, kind, "of a test")
    made["metadata"]["labels"] = KCM | (labels or {})
    return made


def interface(provider: str, *kinds: str) -> Manifest:
    return o.thing("ProviderInterface", provider, created=long_ago(), labels={
        "cluster.x-k8s.io/provider": f"infrastructure-{provider}"}, spec={"clusterIdentities": [
            {"group": INFRASTRUCTURE, "version": "v1beta2", "kind": kind} for kind in kinds]})  # fmt: skip


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
