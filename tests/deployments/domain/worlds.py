"""A management cluster with two regions, as the rules are told of it."""

from dataclasses import replace
from typing import Any

from deployments.domain.drafts import CredentialDraft, DeploymentDraft, Secret
from deployments.domain.findings import Problem, Severity
from deployments.domain.snapshot import ClusterSnapshot, KnownCredential, KnownRegion, KnownService, KnownTemplate
from regions.domain.refs import MANAGEMENT
from tests.deployments.domain.charts import station
from tests.deployments.domain.pastes import answers

AWS = frozenset({"AWSClusterStaticIdentity", "AWSClusterRoleIdentity", "AWSClusterControllerIdentity"})
INTERFACES = {
    "infrastructure-aws": AWS,
    "infrastructure-azure": frozenset({"AzureClusterIdentity", "Secret"}),
    "infrastructure-gcp": frozenset({"Secret"}),
    "infrastructure-openstack": frozenset({"Secret", "OpenStackClusterIdentity"}),
    "infrastructure-vsphere": frozenset({"VSphereClusterIdentity", "Secret"}),
    "infrastructure-kubevirt": frozenset({"Secret"}),
    "infrastructure-docker": frozenset({"Secret"}),
    "infrastructure-k0sproject-k0smotron": frozenset({"Secret"}),
}
SYSTEM = "kcm-system"
ALL = frozenset({SYSTEM, "default", "team-shop"})


def world(**differently: Any) -> ClusterSnapshot:
    """The world in order, but for what is said differently."""
    chart = station()
    return replace(
        ClusterSnapshot(
            release="1.11.4",
            regions={"fra1": KnownRegion("fra1"), "weu": KnownRegion("weu")},
            credentials={
                (SYSTEM, "aws-fra1"): KnownCredential(SYSTEM, "aws-fra1", "fra1", kind="AWSClusterStaticIdentity"),
                (SYSTEM, "aws-weu"): KnownCredential(SYSTEM, "aws-weu", "weu", kind="AWSClusterStaticIdentity"),
                (SYSTEM, "kube"): KnownCredential(SYSTEM, "kube", MANAGEMENT, kind="Secret"),
            },
            templates={
                (SYSTEM, "station-1"): KnownTemplate(
                    SYSTEM,
                    "station-1",
                    providers=("infrastructure-aws",),
                    chart="station",
                    schema=chart.schema,
                    defaults=chart.defaults,
                ),
                (SYSTEM, "bad-1"): KnownTemplate(
                    SYSTEM, "bad-1", valid=False, error="chart not found", providers=("infrastructure-aws",)
                ),
                (SYSTEM, "adopted-cluster-1"): KnownTemplate(
                    SYSTEM, "adopted-cluster-1", providers=("infrastructure-internal",)
                ),
            },
            services={
                (SYSTEM, "ingress-1"): KnownService(SYSTEM, "ingress-1"),
                (SYSTEM, "broken-1"): KnownService(SYSTEM, "broken-1", valid=False, error="no chart"),
            },
            offered=("cluster-api-provider-aws", "cluster-api-provider-k0sproject-k0smotron", "projectsveltos"),
            interfaces={MANAGEMENT: INTERFACES, "fra1": INTERFACES, "weu": INTERFACES},
            namespaces={MANAGEMENT: ALL, "fra1": ALL, "weu": ALL},
        ),
        **differently,
    )


def credential(recipe: str = "aws-static", **differently: Any) -> CredentialDraft:
    """A draft with which nothing is wrong, but for what is said differently. `plain` and `secret` change answers."""
    fields, secrets = answers(recipe)
    fields = fields | differently.pop("plain", {})
    secrets = secrets | differently.pop("secret", {})
    hidden = {name: Secret(value) for name, value in secrets.items()}
    made = CredentialDraft(recipe, SYSTEM, "cred", fields=fields, secrets=hidden)
    return replace(made, **differently)


def deployment(**differently: Any) -> DeploymentDraft:
    """A draft with which nothing is wrong, but for what is said differently."""
    made = DeploymentDraft(SYSTEM, "shop", "station-1", "aws-fra1", {"region": "eu-central-1"})
    return replace(made, **differently)


def said(problems: list[Problem], severity: Severity = Severity.ERROR) -> list[tuple[str, str]]:
    """Field and sentence of the problems of one severity."""
    return [(problem.field, problem.sentence) for problem in problems if problem.severity is severity]
