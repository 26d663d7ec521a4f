"""A believable fleet, the same each time: management and four regions, of which one is silent, one refused us and one
is still being installed.

In a test: `seed(timezone.now())`. To look at pages: `PANE_DATA=<folder> python -m tests.pages.seed`, which fills the
database of that folder and, with `--keep`, keeps watch and links alive until it is ended.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.pages import deployments as cld
from tests.pages import objects as o
from tests.pages.catalogue import backups, catalogue

LIVE = ("~management", "eu-central", "ap-south")
FULL = dict.fromkeys(
    ("kcm-regional", "capi", "cluster-api-provider-k0sproject-k0smotron", "cluster-api-provider-aws", "projectsveltos"),
    "",
)
# namespace, name, credential, region, how many clusters of which state; names tell what teams run
TEAMS = (
    (
        "kcm-system",
        "aws-eu-central",
        "eu-central",
        "aws-standalone-cp-1-0-43",
        (
            "shop-prod",
            "shop-stage",
            "search-prod",
            "search-stage",
            "billing-prod",
            "ledger-prod",
            "ads-prod",
            "ads-dev",
            "checkout-prod",
            "identity-prod",
            "mail-prod",
            "media-prod",
            "media-dev",
            "edge-cache-fra",
            "reports-prod",
        ),
    ),
    (
        "team-data",
        "aws-us-east",
        "us-east",
        "aws-standalone-cp-1-0-42",
        (
            "lake-prod",
            "lake-dev",
            "etl-prod",
            "etl-dev",
            "spark-prod",
            "notebooks",
            "kafka-prod",
            "kafka-dr",
            "feature-store",
        ),
    ),
    (
        "platform",
        "openstack-lund",
        "dc-lund",
        "openstack-standalone-cp-1-0-27",
        (
            "ci-runners",
            "registry",
            "builds",
            "artifacts",
            "old-ci",
            "gpu-pool",
        ),
    ),
    ("platform", "aws-ap-south", "ap-south", "aws-standalone-cp-1-0-43", ("shop-apac", "search-apac")),
    (
        "kcm-system",
        "docker-local",
        "",
        "docker-hosted-cp-1-0-5",
        (
            "demo-a",
            "demo-b",
            "sandbox",
            "training",
            "adopted-erp",
            "lund-regional",
        ),
    ),
)
STATES = {
    "search-stage": cld.PROVISIONING,
    "ads-dev": cld.VALIDATED,
    "billing-prod": cld.SERVICE_FAILED,
    "media-dev": cld.FAILED,
    "edge-cache-fra": cld.DELETING,
    "old-ci": cld.DELETING,
    "etl-dev": cld.PROVISIONING,
    "kafka-dr": cld.FAILED,
    "shop-apac": cld.NEW,
    "search-apac": cld.PROVISIONING,
    "sandbox": cld.FAILED,
    "training": cld.VALIDATED,
    "demo-b": cld.PAUSED,
}
WITH_MACHINES = (
    "shop-prod",
    "shop-stage",
    "search-stage",
    "billing-prod",
    "media-dev",
    "ledger-prod",
    "lake-prod",
    "registry",
    "demo-a",
)


YOUNG = (cld.PROVISIONING, cld.NEW)


def seed(now: datetime) -> int:
    """The fleet as it came to be over the last hours, recorded or put back. Returns the term, to record more."""
    from tests.pages.kept import recorded

    return recorded(_record, LIVE, now)


def _record(now: datetime) -> int:
    from regions import journal
    from regions.domain.notes import Heard

    term = journal.claim("seed", now)
    assert term is not None
    start = now - timedelta(hours=3)
    journal.record(term, [*_links(start), *_inventory(now), *_streams(start)], start)
    for at, notes in _story(now):
        journal.record(term, notes, at)
    for cluster in LIVE:
        journal.record(term, [Heard(cluster, now, {"heard_at": now})], now)
    journal.beat(term, now)
    return term


def _links(at: datetime) -> Iterator[Any]:
    from regions.domain.notes import Heard

    for place, cluster in enumerate(("~management", "eu-central", "us-east", "dc-lund", "ap-south")):
        fields = {
            "state": "connected",
            "heard_at": at,
            "synced_at": at,
            "version": "v1.34.2",
            "message": "",
            "uid": o.uid("kube-system", cluster),
            "server": f"10.20.{place}.10:6443",
        }
        fields["kubeconfig"] = (
            "the kubeconfig that Pane was started with"
            if place == 0
            else f"Secret kcm-system/rgn-{cluster}-kubeconfig, key admin.conf"
        )
        if cluster == "eu-central":
            fields["expires_at"] = at + timedelta(days=9)
        yield Heard(cluster, at, fields)


def _streams(at: datetime) -> Iterator[Any]:
    from regions.domain.kinds import KINDS, Where
    from regions.domain.notes import Reached

    for cluster in ("~management", "eu-central", "us-east", "dc-lund", "ap-south"):
        for kind in KINDS:
            if kind.where is Where.HOSTS or cluster == "~management":
                absent = cluster != "~management" and "identities" in kind.plural and not kind.plural.startswith("aws")
                state = "absent" if absent else "watching"
                message = f"{kind.plural} is not installed there" if absent else ""
                yield Reached(cluster, kind.stream, state, "" if absent else "100", at, kind.versions[0], message)


def put(cluster: str, manifest: dict[str, Any], at: datetime, kind: str = "") -> Any:
    from regions.domain.notes import Put

    return Put(cluster, o.BY_NAME.get(kind or manifest["kind"], o.AWS_CLUSTER), manifest, at)


def _inventory(now: datetime) -> Iterator[Any]:
    """What there was three hours ago, when all was well."""
    at = now - timedelta(hours=3)
    old = now - timedelta(days=60)
    for manifest in (*_ground(old), *catalogue(old), *_services(old, now), *backups(now)):
        yield put("~management", manifest, at)
    for region, manifest in _deployments(now, before=True):
        if STATES.get(manifest["metadata"]["name"]) not in YOUNG:
            yield from _of_deployment(region, manifest, at, old)


def _of_deployment(region: str, manifest: dict[str, Any], at: datetime, old: datetime) -> Iterator[Any]:
    yield put("~management", manifest, at)
    ns, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
    state = STATES.get(name, cld.READY)
    if state in (cld.VALIDATED, cld.NEW):
        return
    created = o.m_time(manifest)
    yield put(
        "~management", o.helm_release(name, ns, max(old, created), manifest["spec"]["template"], owner=manifest), at
    )
    if name in WITH_MACHINES:
        running = state in (cld.READY, cld.SERVICE_FAILED, cld.FAILED)
        for kind, part in o.machines(ns, name, created, 2 + len(name) % 3, running=running):
            yield put(region or "~management", part, at, kind)


def _deployments(now: datetime, *, before: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for ns, credential, region, template, names in TEAMS:
        for place, name in enumerate(names):
            state = STATES.get(name, cld.READY)
            if before and state in (cld.FAILED, cld.DELETING, cld.SERVICE_FAILED, cld.PAUSED):
                state = cld.READY
            created = now - (
                timedelta(minutes=18 + place) if state in YOUNG else timedelta(days=3 + 5 * place, hours=place)
            )
            stage = name.rpartition("-")[2] if "-" in name else "prod"
            labels = {"team": name.partition("-")[0], "stage": stage if stage in ("prod", "stage", "dev") else "prod"}
            annotations = None
            if place % 5 == 0:
                labels |= {
                    "kustomize.toolkit.fluxcd.io/name": "clusters",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                }
            elif place % 5 == 1:
                annotations = {
                    "argocd.argoproj.io/tracking-id": f"clusters:k0rdent.mirantis.com/ClusterDeployment:{ns}/{name}"
                }
            yield (
                region,
                cld.deployment(
                    ns,
                    name,
                    region=region,
                    template=template,
                    credential=credential,
                    state=state,
                    created=created,
                    now=now,
                    labels=labels,
                    annotations=annotations,
                ),
            )


def _ground(at: datetime) -> Iterator[dict[str, Any]]:
    release = {
        "version": "1.11.4",
        "kcm": {"template": o.TEMPLATES["kcm"]},
        "capi": {"template": o.TEMPLATES["capi"]},
        "regional": {"template": o.TEMPLATES["kcm-regional"]},
        "providers": [
            {"name": name, "template": template}
            for name, template in o.TEMPLATES.items()
            if name not in ("kcm", "kcm-regional", "capi")
        ],
    }
    yield o.thing(
        "Release",
        "kcm-1-11-4",
        created=at,
        spec=release,
        status={
            "ready": True,
            "observedGeneration": 1,
            "conditions": [
                o.condition("TemplatesCreated", "True", "Succeeded", "", at),
                o.condition("TemplatesValid", "True", "Succeeded", "", at),
            ],
        },
    )
    management = o.region(
        "kcm",
        at,
        {"kcm": "", **{k: v for k, v in FULL.items() if k != "kcm-regional"}, "cluster-api-provider-docker": ""},
        provider="docker",
    )
    management["kind"], management["status"]["release"] = "Management", "kcm-1-11-4"
    management["spec"] = {"release": "kcm-1-11-4"}
    yield management
    for part in management["status"]["components"]:
        yield o.helm_release(part, o.SYSTEM, at, o.TEMPLATES[part])
    installing = {
        "capi": "HelmRelease kcm-system/ap-south-capi is not yet ready: Running 'install' action with timeout of 10m0s",
        "cluster-api-provider-aws": "Some dependencies are not ready yet. Waiting for capi",
    }
    regions = {
        "eu-central": FULL,
        "us-east": FULL,
        "dc-lund": {**{k: v for k, v in FULL.items() if "aws" not in k}, "cluster-api-provider-openstack": ""},
        "ap-south": {**FULL, **installing},
    }
    for name, parts in regions.items():
        made = at if name != "ap-south" else at + timedelta(days=60) - timedelta(minutes=41)
        yield o.region(name, made, parts, provider="aws")
        for part, error in parts.items():
            said = ("Unknown", "Progressing", "Running 'install' action with timeout of 10m0s") if error else None
            yield o.helm_release(f"{name}-{part}", o.SYSTEM, made, o.TEMPLATES[part], region=name, ready=said)
    yield o.credential(
        "kcm-system",
        "aws-eu-central",
        at,
        "eu-central",
        "AWSClusterStaticIdentity",
        "AWS account 111122223333, Frankfurt",
    )
    yield o.credential(
        "team-data", "aws-us-east", at, "us-east", "AWSClusterStaticIdentity", "AWS account 444455556666, Virginia"
    )
    yield o.credential("platform", "openstack-lund", at, "dc-lund", "Secret", "OpenStack project platform, Lund")
    yield o.credential("kcm-system", "docker-local", at, "", "Secret", "Docker on the management cluster")
    missing = "ClusterIdentity object of Kind=AWSClusterStaticIdentity /aws-ap-south not found"
    yield o.credential(
        "platform",
        "aws-ap-south",
        at,
        "ap-south",
        "AWSClusterStaticIdentity",
        "AWS account 777788889999, Mumbai",
        missing,
    )


def _services(at: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    for name, label, end in (
        ("monitoring", "stage", "prod"),
        ("policy-baseline", "stage", "dev"),
        ("erp-agent", "team", "erp"),
    ):
        matching = [
            {
                "apiVersion": "k0rdent.mirantis.com/v1beta1",
                "kind": "ClusterDeployment",
                "namespace": ns,
                "name": cluster,
                "deployed": STATES.get(cluster, cld.READY) is cld.READY,
                "regional": bool(region),
            }
            for ns, _, region, _, names in TEAMS
            for cluster in names
            if cluster.endswith(end)
        ]
        ready, total = sum(one["deployed"] for one in matching), len(matching)
        word = ("True", "Succeeded") if ready == total else ("False", "Failed")
        yield o.thing(
            "MultiClusterService",
            name,
            created=at,
            spec={
                "clusterSelector": {"matchLabels": {label: end if label == "stage" else "adopted"}},
                "serviceSpec": {"services": [{"name": name, "namespace": name, "template": "cert-manager-4-13-0"}]},
            },
            status={
                "matchingClusters": matching,
                "conditions": [
                    o.condition("ServicesReferencesValidation", "True", "Succeeded", "", at),
                    o.condition("ClusterInReadyState", *word, f"{ready}/{total}", at),
                    o.condition(
                        "Ready",
                        *word,
                        "Object is ready" if ready == total else f"{ready}/{total} Clusters are ready.",
                        at,
                    ),
                ],
            },
        )
    for ns, _, _, _, names in TEAMS[:2]:
        for name in names[:6]:
            failing = STATES.get(name) is cld.SERVICE_FAILED
            services = [
                {
                    "name": "monitoring",
                    "namespace": "monitoring",
                    "template": "cert-manager-4-13-0",
                    "type": "Helm",
                    "state": "Failed" if failing else "Deployed",
                    "version": "4.13.0",
                    "lastStateTransitionTime": o.stamp(at),
                }
            ]
            if failing:
                services[0]["failureMessage"] = "failed to install monitoring: context deadline exceeded"
            word = ("False", "Failed", "0/1") if failing else ("True", "Succeeded", "1/1")
            yield o.thing(
                "ServiceSet",
                f"{name}-{o.uid('monitoring')[:8]}",
                ns,
                created=at,
                spec={
                    "cluster": name,
                    "multiClusterService": "monitoring",
                    "provider": {"name": "ksm-projectsveltos"},
                    "services": [{"name": "monitoring", "namespace": "monitoring", "template": "cert-manager-4-13-0"}],
                },
                status={
                    "deployed": not failing,
                    "services": services,
                    "provider": {"ready": True},
                    "conditions": [o.condition("ServicesInReadyState", *word, at)],
                },
            )
    yield o.thing(
        "StateManagementProvider",
        "ksm-projectsveltos",
        created=at,
        spec={"suspend": False},
        status={"ready": True, "conditions": [o.condition("AdapterReady", "True", "Succeeded", "", at)]},
    )


def _story(now: datetime) -> Iterator[tuple[datetime, list[Any]]]:
    """What has happened since: each moment with its notes."""
    from regions.domain.notes import Heard

    for region, manifest in _deployments(now, before=True):
        if STATES.get(manifest["metadata"]["name"]) in YOUNG:
            at = o.m_time(manifest)
            yield at, list(_of_deployment(region, manifest, at, at))
    was = {m["metadata"]["name"]: m for _, m in _deployments(now, before=True)}
    after = [(region, m) for region, m in _deployments(now, before=False) if m != was[m["metadata"]["name"]]]
    for place, (region, manifest) in enumerate(after):
        at = now - timedelta(minutes=100 - 11 * place)
        ns, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        notes = [put("~management", manifest, at)]
        if name in WITH_MACHINES and STATES.get(name) is cld.FAILED:
            parts = o.machines(ns, name, o.m_time(manifest), 2 + len(name) % 3, running=False)
            notes += [put(region or "~management", part, at, kind) for kind, part in parts]
        yield at, notes
    events = (
        (
            "HelmReleaseCreated",
            "Successfully created HelmRelease kcm-system/search-stage",
            "kcm-system",
            "search-stage",
            12,
            1,
            False,
        ),
        ("CAPIClusterIsProvisioning", "Cluster is provisioning", "kcm-system", "search-stage", 11, 1, False),
        ("CredentialNotReady", "Credential platform/aws-ap-south is not ready", "platform", "search-apac", 9, 1, True),
        ("CredentialNotReady", "Credential platform/aws-ap-south is not ready", "platform", "search-apac", 5, 4, True),
        ("CredentialNotReady", "Credential platform/aws-ap-south is not ready", "platform", "search-apac", 2, 7, True),
    )
    for reason, note, ns, name, minutes, count, warning in events:
        at = now - timedelta(minutes=minutes)
        event = o.event(reason, note, "ClusterDeployment", ns, name, at, warning=warning, count=count)
        yield at, [put("~management", event, at, "Event")]
    at = now - timedelta(minutes=26)
    quota = "Failed to create instance: VcpuLimitExceeded: You have requested more vCPU capacity than your limit of 32"
    yield (
        at,
        [
            put(
                "eu-central",
                o.event(
                    "FailedCreate",
                    quota,
                    "AWSMachine",
                    "kcm-system",
                    "media-dev-md-1",
                    at,
                    warning=True,
                    api="infrastructure.cluster.x-k8s.io/v1beta2",
                    by="aws-controller",
                ),
                at,
                "Event",
            )
        ],
    )
    at = now - timedelta(minutes=14)
    yield at, [Heard("us-east", at, {"heard_at": at})]
    yield at, [Heard("us-east", at, {"state": "silent", "message": "dial tcp 10.20.2.10:6443: i/o timeout"})]
    at = now - timedelta(hours=1, minutes=20)
    yield (
        at,
        [
            Heard(
                "dc-lund",
                at,
                {"state": "refused", "heard_at": at, "message": "401 Unauthorized: the token has expired"},
            )
        ],
    )


def main() -> None:
    """Fill the database that the settings name; with --keep, stay and keep it fresh."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from regions import journal
    from regions.domain.notes import Heard

    call_command("migrate", verbosity=0)
    term = seed(timezone.now())
    print("A fleet of 38 deployments in four regions is recorded.")
    while "--keep" in sys.argv:
        now = timezone.now()
        journal.beat(term, now)
        journal.record(term, [Heard(cluster, now, {"heard_at": now}) for cluster in LIVE], now)
        journal.tick(term, now)
        time.sleep(3)


if __name__ == "__main__":
    main()
