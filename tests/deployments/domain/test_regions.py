"""Regions: what is refused, what is made, what an edit changes."""

from dataclasses import replace

import pytest

from deployments.domain.diffs import merge_patch
from deployments.domain.drafts import ProviderDraft, RegionDraft, Secret
from deployments.domain.editing import edited_region, region_draft_of
from deployments.domain.findings import Severity
from deployments.domain.manifests import plan, wire
from deployments.domain.problems import problems
from deployments.domain.snapshot import ClusterSnapshot, KnownDeployment, KnownRegion, version_of
from regions.domain.refs import MANAGEMENT, Ref
from tests.deployments.domain.pastes import kubeconfig
from tests.deployments.domain.worlds import SYSTEM, said, world

PROVIDERS = tuple(
    ProviderDraft(name)
    for name in ("cluster-api-provider-k0sproject-k0smotron", "cluster-api-provider-aws", "projectsveltos")
)
CLD = ("platform", "lund")


def region(**differently) -> RegionDraft:
    return replace(RegionDraft("lund", PROVIDERS, kubeconfig=Secret(kubeconfig())), **differently)


def by_deployment(**differently) -> RegionDraft:
    return region(**{"kubeconfig": None, "cluster_deployment": CLD, **differently})


def with_deployment(**differently) -> ClusterSnapshot:
    return world(deployments={CLD: replace(KnownDeployment(*CLD), **differently)})


def test_a_right_draft_has_nothing_against_it():
    assert said(problems(region(), world())) == said(problems(by_deployment(), with_deployment())) == []
    assert said(problems(region(), world()), Severity.WARNING) == []


def test_a_pasted_kubeconfig_becomes_a_secret_before_the_region_that_names_it():
    secret, made = plan(region(), world())
    assert (secret.cluster, secret.ref.kind, secret.ref.namespace) == (MANAGEMENT, "Secret", SYSTEM)
    assert wire(secret.manifest)["stringData"] == {"value": kubeconfig()}
    assert made.manifest["spec"] == {
        "kubeConfig": {"name": "lund-kubeconfig", "key": "value"},
        "providers": [{"name": provider.name} for provider in PROVIDERS],
    }


def test_an_existing_secret_or_deployment_is_only_named():
    (made,) = plan(region(kubeconfig=None, secret_name="rgn", secret_key="admin.conf"), world())
    assert made.manifest["spec"]["kubeConfig"] == {"name": "rgn", "key": "admin.conf"}
    (made,) = plan(by_deployment(certificates_by_kof=True), world())
    assert made.manifest["spec"]["clusterDeployment"] == {"namespace": "platform", "name": "lund"}
    assert made.manifest["spec"]["core"] == {"kcm": {"config": {"cert-manager": {"enabled": False}}}}


@pytest.mark.parametrize(
    ("differently", "field", "words"),
    [
        ({"name": "x" * 22}, "name", "This has 22 characters. At most 21"),
        ({"name": "Lund"}, "name", "lower case"),
        ({"name": ""}, "name", "Give it a name"),
        ({"name": "fra1"}, "name", "There is a region fra1 already"),
        ({"name": "a.b"}, "name", "letters, digits and hyphens"),
        ({"name": MANAGEMENT}, "name", "begin and end"),
        ({"kubeconfig": None}, "kubeconfig", "Paste a kubeconfig"),
        ({"kubeconfig": Secret(kubeconfig(user={"exec": {}, "token": ""}))}, "kubeconfig", "neither a token"),
        ({"kubeconfig": Secret(kubeconfig(user={"exec": {"command": "x"}}))}, "kubeconfig", "runs a program"),
        ({"kubeconfig": Secret(kubeconfig("https://weu.example:6443"))}, "kubeconfig", "API server of region weu"),
        (
            {"kubeconfig": Secret(kubeconfig("https://mgmt.example"))},
            "kubeconfig",
            "API server of the management cluster",
        ),
        ({"kubeconfig": None, "secret_name": "rgn"}, "secret_key", "under which key"),
        ({"secret_name": "Bad_Name"}, "secret_name", "lower case"),
        ({"secret_key": "a b"}, "secret_key", "only letters"),
        ({"secret_name": "taken"}, "secret_name", "exists already"),
        ({"cluster_deployment": CLD}, "cluster_deployment", "either a kubeconfig or a deployment"),
        ({"providers": (*PROVIDERS, PROVIDERS[0])}, "providers/3", "listed twice"),
        ({"providers": (*PROVIDERS, ProviderDraft("cluster-api-provider-ibm"))}, "providers/3", "knows no provider"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(differently, field, words):
    known = world(
        servers={"https://weu.example:6443": "weu", "https://mgmt.example": MANAGEMENT},
        taken=frozenset({Ref(MANAGEMENT, "", "Secret", SYSTEM, "taken")}),
    )
    found = said(problems(region(**differently), known))
    assert [sentence for at, sentence in found if at == field and words in sentence], found


@pytest.mark.parametrize(
    ("differently", "words"),
    [({"region": "weu"}, "runs in region weu"), ({"adopted": True, "has_kubeconfig": False}, "adopted cluster")],
)
def test_a_deployment_that_cannot_be_a_region_is_refused(differently, words):
    found = said(problems(by_deployment(), with_deployment(**differently)))
    assert [field for field, sentence in found if words in sentence] == ["cluster_deployment"]


def test_before_1_5_only_a_kubeconfig_makes_a_region():
    old = replace(with_deployment(), release="kcm-1-4-0")
    assert [field for field, _ in said(problems(by_deployment(), old))] == ["cluster_deployment"]


@pytest.mark.parametrize(
    ("providers", "words"),
    [
        ((PROVIDERS[0], PROVIDERS[1]), "Without projectsveltos"),
        ((PROVIDERS[2],), "only adopted clusters"),
        ((PROVIDERS[1], PROVIDERS[2]), "only managed clusters"),
    ],
)
def test_what_a_choice_of_providers_leaves_out_is_told(providers, words):
    found = problems(region(providers=providers), world())
    assert said(found) == []
    assert [sentence for _, sentence in said(found, Severity.WARNING) if words in sentence]


def opened() -> dict:
    made = plan(region(), world())[-1].manifest
    made["spec"]["core"] = {"capi": {"config": {"replicaCount": 1}}}
    return {**made, "metadata": {**made["metadata"], "resourceVersion": "3"}, "status": {"availableProviders": []}}


def test_an_edit_changes_providers_and_nothing_else():
    live = opened()
    draft = region_draft_of(live)
    assert merge_patch(live, edited_region(live, draft, world())) == {}
    less = replace(draft, providers=PROVIDERS[1:])
    assert merge_patch(live, edited_region(live, less, world())) == {
        "spec": {"providers": [{"name": provider.name} for provider in PROVIDERS[1:]]}
    }
    kof = replace(draft, certificates_by_kof=True)
    wanted = edited_region(live, kof, world())
    assert wanted["spec"]["core"]["capi"] == {"config": {"replicaCount": 1}}
    assert merge_patch(live, wanted) == {"spec": {"core": {"kcm": {"config": {"cert-manager": {"enabled": False}}}}}}
    back = edited_region(wanted, replace(kof, certificates_by_kof=False), world())
    assert merge_patch(wanted, back) == {"spec": {"core": {"kcm": {"config": {"cert-manager": {"enabled": True}}}}}}


def test_a_provider_in_use_cannot_be_removed_and_it_is_said_by_whom():
    used = KnownRegion("lund", in_use={"cluster-api-provider-aws": ("kcm-system/shop",)})
    draft = replace(region_draft_of(opened()), providers=(PROVIDERS[0], PROVIDERS[2]))
    found = said(problems(draft, world(regions={"lund": used}), opened()))
    assert found == [("providers", "cluster-api-provider-aws cannot be removed: it is used by kcm-system/shop.")]
    free = problems(draft, world(regions={"lund": KnownRegion("lund")}), opened())
    assert [sentence for _, sentence in said(free, Severity.WARNING)] == [
        "cluster-api-provider-aws will be uninstalled from the region."
    ]


@pytest.mark.parametrize(
    ("differently", "field"),
    [
        ({"name": "other"}, "name"),
        ({"cluster_deployment": CLD}, "cluster_deployment"),
        ({"secret_name": "x"}, "secret_name"),
    ],
)
def test_where_a_region_comes_from_stays(differently, field):
    draft = replace(region_draft_of(opened()), **differently)
    assert field in [at for at, _ in said(problems(draft, world(), opened()))]


@pytest.mark.parametrize(
    ("release", "version"),
    [("1.11.4", (1, 11)), ("v1.5.0-rc1", (1, 5)), ("kcm-1-4-0", (1, 4)), ("", None), ("main", None), ("1.4", (1, 4))],
)
def test_a_release_says_its_version(release, version):
    assert version_of(release) == version
