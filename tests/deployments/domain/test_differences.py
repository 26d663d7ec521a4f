"""What differs between live and wanted, and who holds an object."""

import pytest

from deployments.domain.diffs import HIDDEN, changes, merge_patch
from deployments.domain.drafts import Secret
from deployments.domain.gitops import held
from deployments.domain.manifests import plan
from tests.deployments.domain.pastes import CANARY
from tests.deployments.domain.worlds import credential, world


def lines(live, wanted, **how) -> list[tuple[str, str, str]]:
    return [(line.path, line.before, line.after) for line in changes(live, wanted, **how)]


def config_map(data: dict, **metadata) -> dict:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", **metadata}, "data": data}


def test_what_the_server_adds_is_no_difference():
    live = config_map({"k": "v"}, uid="u", resourceVersion="5", managedFields=[{}], creationTimestamp="t")
    live["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    assert changes({**live, "status": {"x": 1}}, config_map({"k": "v"})) == []


def test_every_place_that_differs_is_one_line_in_reading_order():
    live = {"kind": "X", "spec": {"a": 1, "b": {"c": "x"}, "l": [1, 2], "gone": True}}
    wanted = {"kind": "X", "spec": {"a": 2, "b": {"c": "x", "d.e": "no"}, "l": [1, 3, {"n": 1}]}}
    assert lines(live, wanted) == [
        ("spec.a", "1", "2"),
        ('spec.b."d.e"', "", "'no'"),
        ("spec.l[1]", "2", "3"),
        ("spec.l[2]", "", "'n': 1"),
        ("spec.gone", "true", ""),
    ]
    assert [line.what for line in changes(live, wanted)] == ["changed", "added", "changed", "added", "removed"]
    assert ("spec.gone", "true", "") not in lines(live, wanted, partial=True)


def test_true_and_one_differ():
    assert lines({"a": 1}, {"a": True}) == [("a", "1", "true")]


def test_a_new_object_is_all_added():
    made = plan(credential("azure"), world())[1].manifest
    assert {line.what for line in changes(None, made)} == {"added"}
    assert (changes(None, made)[-1].path, changes(None, made)[-1].before) == ("spec", "")


def test_secret_values_are_never_shown_on_either_side():
    wanted = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"password": Secret(CANARY), "new": Secret(CANARY)},
    }
    live = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"password": "YzRuNHJ5", "old": "YzRuNHJ5"},
    }
    found = lines(live, wanted)
    assert found == [
        ("data.password", HIDDEN, f"{HIDDEN} (set anew)"),
        ("data.old", HIDDEN, ""),
        ("data.new", "", HIDDEN),
    ]
    everything = repr(changes(None, wanted)) + repr(changes(live, {**live, "data": {}})) + repr(found)
    assert CANARY not in everything
    assert "YzRuNHJ5" not in everything


def test_a_secret_is_set_anew_and_loses_the_keys_that_are_not_wanted():
    live = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "eA==", "SessionToken": "eA=="}}
    wanted = {"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": Secret("new")}}
    assert merge_patch(live, wanted) == {"stringData": {"password": Secret("new")}, "data": {"SessionToken": None}}


def test_a_patch_leaves_the_labels_of_others_and_removes_those_that_are_null():
    live = config_map({"k": "v"}, labels={"mine": "1", "theirs": "2"})
    assert merge_patch(live, config_map({"k": "v"}, labels={"mine": "1"})) == {}
    assert merge_patch(live, config_map({"k": "w"}, labels={"mine": None, "x": None})) == {
        "data": {"k": "w"},
        "metadata": {"labels": {"mine": None}},
    }


@pytest.mark.parametrize(
    ("metadata", "words", "warning"),
    [
        (
            {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux"}},
            "kept by Flux. Change it in the repository of the Kustomization flux/apps.",
            "Flux puts it back",
        ),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:k0rdent/x"}},
            "the Application shop.",
            "out of sync",
        ),
        (
            {"labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": {"meta.helm.sh/release-name": "r"}},
            "in the values of the release r.",
            "next upgrade",
        ),
    ],
)
def test_what_is_held_elsewhere_says_where_to_change_it(metadata, words, warning):
    found = held({"metadata": metadata})
    assert found is not None
    assert words in found.sentence
    assert warning in found.warning


def test_what_nobody_holds_says_nothing():
    assert held(config_map({})) is None
