"""What objects of k0rdent say, from manifests as the CRDs of kcm 1.11 take them."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from deployments.domain.object_facts import OBJECT_KINDS, facts, release_components
from regions.domain.health import Health, assess
from regions.domain.kinds import K0RDENT, KINDS
from regions.inventory import targets

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def said(text: str) -> dict[str, tuple[str, ...]]:
    return {fact.label: fact.values for fact in facts(yaml.safe_load(text))}


def test_every_kind_that_has_pages_is_watched() -> None:
    assert set(OBJECT_KINDS) <= {kind.name for kind in KINDS if kind.group == K0RDENT}


def test_every_kind_that_has_pages_is_led_to() -> None:
    assert set(OBJECT_KINDS) == targets.OBJECTS


def test_a_rule_says_what_is_handed_to_whom_in_either_form() -> None:
    found = said("""
        kind: AccessManagement
        spec:
          accessRules:
            - targetNamespaces: {list: [team-a, team-b]}
              resources:
                - {kind: Credential, names: [aws]}
                - {kind: ClusterTemplateChain, selector: {matchLabels: {tier: gold}}}
                - {kind: DataSource}
            - targetNamespaces: {selector: {matchExpressions: [{key: env, operator: In, values: [dev, test]}]}}
              credentials: [azure]
    """)
    assert found["Rule 1, to namespaces"] == ("team-a, team-b",)
    assert found["Rule 2, to namespaces"] == ("those with env In (dev, test)",)
    both = [one.values for one in facts(yaml.safe_load("{kind: AccessManagement, spec: {accessRules: [{}]}}"))]
    assert both == [("every namespace",), ("nothing",)]


def test_who_a_cluster_believes() -> None:
    found = said("""
        kind: ClusterAuthentication
        spec:
          authenticationConfiguration:
            jwt:
              - issuer: {url: "https://id.example.org", audiences: [kubernetes, kubelogin]}
                claimMappings: {username: {claim: email, prefix: "oidc:"}, groups: {expression: claims.roles}}
                claimValidationRules: [{claim: hd, requiredValue: example.org}]
            anonymous: {enabled: false}
          caSecret: {name: id-ca, key: ca.crt}
    """)
    assert found == {
        "Issuer": ("https://id.example.org",),
        "Audiences": ("kubernetes", "kubelogin"),
        "User from": ("email, after oidc:",),
        "Groups from": ("claims.roles",),
        "Rules for tokens": ("1 rule",),
        "Anonymous requests": ("refused",),
        "CA from Secret": ("id-ca",),
    }


def test_what_is_kept_on_record() -> None:
    found = said("""
        kind: ClusterAuditPolicy
        spec:
          policy:
            omitStages: [RequestReceived]
            rules:
              - {level: None, users: ["system:kube-proxy"], verbs: [watch], resources: [{resources: [endpoints]}]}
              - {level: Metadata}
    """)
    assert found["Rules"] == ("None: watch endpoints by system:kube-proxy", "Metadata: everything")


def test_addresses_and_who_asks_for_them() -> None:
    found = said("""
        kind: ClusterIPAMClaim
        spec:
          provider: in-cluster
          cluster: shop
          clusterIPAMRef: shop-ipam
          nodeNetwork: {cidr: 10.0.0.0/24, gateway: 10.0.0.1}
          externalNetwork: {ipAddresses: [192.0.2.4, 192.0.2.5]}
    """)
    assert found["Nodes network"] == ("10.0.0.0/24, gateway 10.0.0.1",)
    assert found["Outside addresses"] == ("192.0.2.4", "192.0.2.5")
    assert found["For deployment"] == ("shop",)


@pytest.mark.parametrize(
    ("kind", "status", "health", "message"),
    [
        ("ClusterIPAM", {"phase": "Bound", "providerData": [{"name": "p", "ready": True}]}, Health.READY, "Bound"),
        ("ClusterIPAM", {"phase": "Pending", "providerData": [{"name": "p"}]}, Health.PROGRESSING, "Not ready yet: p"),
        ("ClusterIPAMClaim", {"bound": True}, Health.READY, "allocated"),
        ("ClusterIPAMClaim", {}, Health.PROGRESSING, "not allocated yet. Why not is on no object"),
        ("ClusterIPAM", {}, Health.PROGRESSING, "the provider of addresses is not installed"),
        (
            "ClusterIPAMClaim",  # as the controller of kcm 1.11.4 writes it: a fault with the status Unknown
            {
                "bound": True,
                "conditions": [
                    {
                        "type": "InvalidClaimCondition",
                        "status": "Unknown",
                        "reason": "Failed",
                        "message": "ClusterIPAMClaim contains invalid IP or CIDR notation: 10.0.0.0/99",
                    }
                ],
            },
            Health.FAILED,
            "invalid IP or CIDR",
        ),
        ("ClusterDataSource", {"ready": True}, Health.READY, "can be used"),
        ("ClusterDataSource", {"error": "no such database"}, Health.FAILED, "no such database"),
        ("ClusterAuthentication", {}, Health.READY, "Present"),
    ],
)
def test_how_they_are(kind: str, status: dict[str, object], health: Health, message: str) -> None:
    manifest = {"apiVersion": f"{K0RDENT}/v1beta1", "kind": kind, "metadata": {"name": "x"}, "status": status}
    found = assess(manifest, NOW, NOW - timedelta(minutes=1))
    assert found.health is health
    assert message in found.message


def test_what_an_upgrade_of_k0rdent_would_change() -> None:
    def release(**providers: str) -> dict[str, object]:
        spec = {"kcm": {"template": "kcm-1"}, "capi": {"template": "capi-1"}}
        return {"spec": {**spec, "providers": [{"name": name, "template": t} for name, t in providers.items()]}}

    found = release_components(release(aws="aws-1", azure="azure-1"), release(aws="aws-2", gcp="gcp-1"))
    assert {(one.name, one.word) for one in found} == {
        ("aws", "changes"), ("azure", "goes"), ("gcp", "new"), ("kcm", "stays"), ("capi", "stays")
    }  # fmt: skip
    assert [one.word for one in found][-2:] == ["stays", "stays"]


@pytest.mark.parametrize("kind", OBJECT_KINDS)
@pytest.mark.parametrize(
    "spec", [None, [], "x", {"accessRules": 3, "policy": [], "authenticationConfiguration": {"jwt": ["x"]}}]
)
def test_nothing_that_is_said_breaks_it(kind: str, spec: object) -> None:
    assert isinstance(facts({"kind": kind, "spec": spec, "status": spec}), tuple)
