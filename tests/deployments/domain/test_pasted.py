"""A deployment written as YAML is the draft of its form, and the form's YAML is that draft again."""

from dataclasses import replace
from typing import Any

import pytest

from deployments.domain import safe_yaml
from deployments.domain.drafts import DeploymentDraft, ServiceDraft
from deployments.domain.manifests import plan
from deployments.domain.pasted import NotTaken, take
from deployments.domain.rendering import public
from tests.deployments.domain.worlds import SYSTEM, deployment, world

KEPT = {"spec": {"clusterAuth": "corp"}, "serviceSpec": {"priority": 50}, "annotations": {"note": "a"}}
INGRESS = ServiceDraft("ingress", "ingress-1", "web", "a: 1\n", (("web", "dns"),), {"helmOptions": {"atomic": True}})
DRAFTS = (
    deployment(),
    deployment(config={}, validate_only=True, propagate_credentials=False, cleanup_on_deletion=True),
    deployment(labels={"team": "search"}, services=(INGRESS, ServiceDraft("dns", "dns-1", "web"))),
    deployment(kept=KEPT, config={"a": {"b": [1, "no", None, 1.5]}, "on": "yes"}),
)


@pytest.mark.parametrize("draft", DRAFTS, ids=range(len(DRAFTS)))
def test_what_a_form_says_as_yaml_makes_the_same_form(draft: DeploymentDraft):
    taken, found = take(public(plan(draft, world())).files[0].yaml, SYSTEM)
    assert replace(taken, kept=taken.kept or None) == draft
    assert not [one for one in found if one.severity == "error"]


def written(**spec: Any) -> str:
    manifest = plan(deployment(), world())[0].manifest
    return safe_yaml.dump({**manifest, "spec": manifest["spec"] | spec})


def test_what_has_no_box_is_kept_and_what_nobody_knows_is_said():
    draft, found = take(written(auditPolicy="strict", templte="typo"), SYSTEM)
    assert draft.kept == {"spec": {"auditPolicy": "strict", "templte": "typo"}}
    said = {one.severity: one.sentence for one in found}
    assert "k0rdent knows no spec.templte" in said["warning"]
    assert "auditPolicy" in said["note"]


def test_values_written_as_keys_are_taken_as_the_text_that_k0rdent_wants():
    services = {"services": [{"name": "a", "template": "b", "values": {"replicas": 2}}]}
    draft, found = take(written(serviceSpec=services), SYSTEM)
    assert draft.services[0].values == "replicas: 2\n"
    assert "are taken as text" in found[0].sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This is no object"),
        ("- a\n", "This is no object"),
        ("a: [", "This cannot be read"),
        ("a: &b [*b]", "This cannot be read"),
        ("kind: ClusterDeployment", "This is no ClusterDeployment of k0rdent"),
        (written().replace("  config:", "  conf:"), "spec.config is missing"),
        (written(dryRun="maybe"), "spec.dryRun is true or false"),
        (written(serviceSpec={"services": {"a": 1}}), "spec.serviceSpec.services is a list"),
        (written().replace("namespace: kcm-system", "namespace: other"), "This is of the namespace other"),
    ],
    ids=range(9),
)
def test_what_is_no_such_object_is_refused_in_a_sentence(text: str, words: str):
    with pytest.raises(NotTaken) as refused:
        take(text, SYSTEM)
    assert words in str(refused.value)


def test_what_kubectl_reads_otherwise_than_it_looks_is_said_with_its_line():
    text = written().replace("  config:", "  config:\n    zones: [no, 012]\n    version: 1.20\n    on: '1e3'")
    draft, found = take(text, SYSTEM)
    assert (draft.config or {}).items() >= {"zones": [False, 10], "version": 1.2, "true": "1e3"}.items()
    said = [one.sentence for one in found if one.severity == "warning"]
    line = text.splitlines().index("    version: 1.20") + 1
    assert f"Line {line}: kubectl reads 1.20 as 1.2, and so does Pane; put quotes around text." in said
    assert [one.split(": ")[1].split(",")[0] for one in said] == [
        "kubectl reads no as false",
        "kubectl reads 012 as 10",
        "kubectl reads 1.20 as 1.2",
        "kubectl reads on as true",
    ]


def test_a_thousand_spellings_are_said_ten_times():
    _, found = take(written().replace("  config:", f"  config:\n    a: [{'no, ' * 1000}]"), SYSTEM)
    assert [one.sentence for one in found][10:] == ["990 more values without quotes are read so."]
