"""Reading a ClusterDeployment: who owns it, which Kubernetes it runs, what an address asks for."""

import pytest
from django.http import QueryDict

from deployments.clusterdeployments.filters import DeploymentFilters, parse
from deployments.domain.gitops_managers import owner_of
from deployments.domain.readers import kubernetes_version


def marked(labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> dict:
    return {"metadata": {"name": "shop", "labels": labels or {}, "annotations": annotations or {}}}


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (
            marked({"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux"}),
            "Flux Kustomization flux/apps",
        ),
        (
            marked(annotations={"argocd.argoproj.io/tracking-id": "shop:k0rdent.mirantis.com/ClusterDeployment:a/b"}),
            "Argo CD Application shop",
        ),
        (marked({"argocd.argoproj.io/instance": "shop"}), "Argo CD Application shop"),
        (
            marked(
                {"app.kubernetes.io/managed-by": "Helm"},
                {"meta.helm.sh/release-name": "clusters", "meta.helm.sh/release-namespace": "ops"},
            ),
            "Helm release ops/clusters",
        ),
        (
            marked({"helm.toolkit.fluxcd.io/name": "clusters", "app.kubernetes.io/managed-by": "Helm"}),
            "Flux HelmRelease clusters",
        ),
    ],
)
def test_whoever_holds_an_object_from_outside_has_left_a_mark(manifest, words):
    owner = owner_of(manifest)
    assert owner is not None
    assert f"{owner.tool} {owner.what} {owner.name}" == words


def test_an_object_without_such_marks_is_nobodys():
    assert owner_of(marked({"team": "shop"}, {"kubectl.kubernetes.io/last-applied-configuration": "{}"})) is None
    assert owner_of({}) is None


def machine(version: str) -> dict:
    return {"spec": {"version": version}}


def test_the_control_plane_says_what_runs_before_the_machines_do():
    control_plane = {"spec": {"version": "v1.34.0"}, "status": {"version": "v1.33.4"}}
    assert kubernetes_version({}, [control_plane], [machine("v1.32.0")]) == "v1.33.4"


def test_of_machines_the_oldest_speaks_and_versions_are_numbers():
    assert kubernetes_version({}, [], [machine("v1.33.4"), machine("v1.9.1"), machine("v1.33.10")]) == "v1.9.1"


def test_an_adopted_cluster_is_known_by_sveltos():
    assert kubernetes_version({}, [], [], [{"status": {"version": "v1.31.2"}}]) == "v1.31.2"


def test_its_own_word_is_taken_when_nothing_else_speaks():
    assert kubernetes_version({"status": {"k8sVersion": "v1.30.0"}}, [{}], [{}]) == "v1.30.0"
    assert kubernetes_version({}, [], []) == ""


def test_an_address_without_parameters_asks_for_everything():
    assert parse(QueryDict("")) == (DeploymentFilters(), {})
    assert not DeploymentFilters().narrows


def test_healths_are_read_in_any_case_and_values_once():
    filters, problems = parse(QueryDict("health=failed&health=FAILED&region=a&region=a&region="))
    assert (filters.health, filters.region, problems) == (("Failed",), ("a",), {})


def test_labels_may_hold_dots_slashes_and_equals():
    filters, _ = parse(QueryDict("label=a.b/c=d=e,&label=stage="))
    assert filters.labels == (("a.b/c", "d=e"), ("stage", ""))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1e3", "page"),
        ("page=٣", "page"),
        ("page_size=101", "page_size"),
        ("page_size=0", "page_size"),
        ("ordering=colour", "ordering"),
        ("ordering=--name", "ordering"),
        ("health=Green", "health"),
        ("credential=noslash", "credential"),
        ("label==x", "label"),
        ("label=x", "label"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(query, name):
    _, problems = parse(QueryDict(query))
    assert list(problems) == [name]
    assert problems[name].endswith(".")
