"""Templates, chains and backups of the seed fleet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.pages import objects as o


def catalogue(at: datetime) -> Iterator[dict[str, Any]]:
    k0s = ("bootstrap-k0sproject-k0smotron", "control-plane-k0sproject-k0smotron")
    for ns, chart, versions, provider, text in (
        (
            "kcm-system",
            "aws-standalone-cp",
            ("1.0.42", "1.0.43"),
            "aws",
            "k0s cluster on AWS, control plane on machines",
        ),
        (
            "team-data",
            "aws-standalone-cp",
            ("1.0.42", "1.0.43"),
            "aws",
            "k0s cluster on AWS, control plane on machines",
        ),
        ("platform", "aws-standalone-cp", ("1.0.43",), "aws", "k0s cluster on AWS, control plane on machines"),
        (
            "platform",
            "openstack-standalone-cp",
            ("1.0.27",),
            "openstack",
            "k0s cluster on OpenStack, control plane on machines",
        ),
        ("kcm-system", "docker-hosted-cp", ("1.0.5",), "docker", "k0s cluster in containers, for trying things out"),
        ("kcm-system", "azure-aks", ("1.0.3",), "azure", "AKS cluster"),
    ):
        for version in versions:
            error = "chart azure-aks 1.0.3 not found in HelmRepository kcm-templates" if provider == "azure" else ""
            yield o.template(
                "ClusterTemplate",
                f"{chart}-{version.replace('.', '-')}",
                at,
                chart=chart,
                version=version,
                text=text,
                error=error,
                providers=(*k0s, f"infrastructure-{provider}"),
                ns=ns,
            )
    for chart, version in (("ingress-nginx", "4.13.0"), ("ingress-nginx", "4.13.1"), ("cert-manager", "4.13.0")):
        yield o.template(
            "ServiceTemplate",
            f"{chart}-{version.replace('.', '-')}",
            at,
            chart=chart,
            version=version,
            text=f"{chart} from its upstream chart",
        )
    for name, template in o.TEMPLATES.items():
        yield o.template("ProviderTemplate", template, at, chart=name, version=".".join(template.split("-")[-3:]))
    chain = {
        "supportedTemplates": [
            {"name": "aws-standalone-cp-1-0-43"},
            {"name": "aws-standalone-cp-1-0-42", "availableUpgrades": [{"name": "aws-standalone-cp-1-0-43"}]},
        ]
    }
    for ns in (o.SYSTEM, "team-data"):
        yield o.thing("ClusterTemplateChain", "aws-standalone", ns, created=at, spec=chain, status={"valid": True})


def backups(now: datetime) -> Iterator[dict[str, Any]]:
    at = now - timedelta(hours=6)
    done = {
        "phase": "Completed",
        "startTimestamp": o.stamp(at),
        "completionTimestamp": o.stamp(at + timedelta(minutes=4)),
    }
    failed = {"phase": "PartiallyFailed", "startTimestamp": o.stamp(at), "errors": 2}
    regions = [
        {
            "region": "eu-central",
            "lastBackup": done,
            "lastBackupName": "daily-eu-central",
            "lastBackupTime": o.stamp(at),
        },
        {
            "region": "us-east",
            "lastBackup": failed,
            "lastBackupName": "daily-us-east",
            "lastBackupTime": o.stamp(at),
            "error": "2 items could not be backed up",
        },
    ]
    yield o.thing(
        "ManagementBackup",
        "daily",
        created=now - timedelta(days=40),
        spec={"schedule": "0 */6 * * *", "storageLocation": "s3-frankfurt"},
        status={
            "lastBackup": done,
            "lastBackupName": "daily-20261122",
            "lastBackupTime": o.stamp(at),
            "regions": regions,
            "nextAttempt": o.stamp(now + timedelta(minutes=35)),
        },
    )
    yield o.thing(
        "ManagementBackup",
        "before-upgrade",
        created=now - timedelta(days=11),
        spec={"storageLocation": "s3-frankfurt"},
        status={
            "lastBackup": {"phase": "Completed"},
            "lastBackupTime": o.stamp(now - timedelta(days=11)),
            "regions": [
                {
                    "region": "us-east",
                    "lastBackup": {"phase": "Completed"},
                    "lastBackupTime": o.stamp(now - timedelta(days=11)),
                },
            ],
        },
    )
