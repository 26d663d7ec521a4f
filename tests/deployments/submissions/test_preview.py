"""A preview asks every cluster concerned and changes nothing."""

import dataclasses

import pytest

from dashboard.demo.installation import Installation
from deployments import submissions
from regions.domain.viewer import Viewer
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.deployments.submissions.asked import KEY, WORLD, credential, deployment, preview

pytestmark = pytest.mark.django_db  # a preview is recorded

CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"


def test_a_preview_says_what_would_be_made_and_makes_nothing(management: Api, operator: Viewer):
    seen = preview(deployment("fresh"), operator, submissions.new_key())
    assert [(one.outcome, one.account) for one in seen.objects] == [("create", "pane:operator")]
    assert seen.sendable
    assert management.get(f"{CLDS}/fresh").status == 404
    assert any("chart takes these values" in sentence for sentence in seen.unchecked)


def test_a_denial_lands_on_its_field_with_the_servers_own_sentence_beside(clusters: Installation, operator: Viewer):
    seen = preview(deployment("fresh", template="azure-standalone-cp-1-0-45"), operator, submissions.new_key())
    (looked,) = seen.objects
    assert looked.outcome == "refused"
    assert not seen.sendable
    assert {problem.field for problem in seen.problems} & {"template", "credential"}
    assert "one or more required providers are not deployed yet" in looked.detail
    assert "Failed to validate required providers" in seen.warnings


def test_whoever_may_not_is_told_by_the_api_server_itself(clusters: Installation, stranger: Viewer):
    seen = preview(deployment("fresh"), stranger, submissions.new_key())
    assert seen.objects[0].outcome == "refused"
    assert 'User "pane:stranger" cannot create' in seen.objects[0].detail


def test_a_region_is_asked_with_panes_own_account_only_for_who_may_on_management(
    clusters: Installation, operator: Viewer, stranger: Viewer
):
    planned = credential("aws-new")
    mine = preview(planned, operator, submissions.new_key())
    assert {one.ref.cluster: one.account for one in mine.objects} == {"~management": "pane:operator", "eu-west": ""}
    theirs = preview(planned, stranger, submissions.new_key())
    refused = next(one for one in theirs.objects if one.ref.cluster == "eu-west")
    assert refused.outcome == "refused"
    assert "only for those who may create credentials in search" in refused.detail


def test_a_name_that_is_taken_is_said_at_the_name_with_what_stands(management: Api, operator: Viewer):
    assert management.create(CLDS, deployment("taken")[0].manifest).status == 201
    seen = preview(deployment("taken", cleanup_on_deletion=True), operator, submissions.new_key())
    assert seen.objects[0].outcome == "taken"
    assert [problem.field for problem in seen.problems] == ["name"]
    assert [line.path for line in seen.objects[0].differences if line.path.startswith("spec")] == [
        "spec.cleanupOnDeletion"
    ]
    assert not seen.sendable


def test_a_region_that_cannot_be_reached_is_named_as_not_checked(clusters: Installation, loop: Loop, operator: Viewer):
    loop.run(clusters.switch("eu-west", on=False))
    try:
        seen = preview(credential("aws-new"), operator, submissions.new_key())
    finally:
        loop.run(clusters.switch("eu-west", on=True))
    by_kind = {one.ref.kind: one for one in seen.objects}
    assert by_kind["ConfigMap"].outcome == "unchecked"
    assert by_kind["Secret"].outcome == "create"
    assert any("eu-west could not be asked" in sentence for sentence in seen.unchecked)


def test_what_waits_for_an_object_of_the_same_plan_is_unchecked_and_not_refused(
    clusters: Installation, operator: Viewer
):
    nowhere = dataclasses.replace(WORLD, namespaces={**WORLD.namespaces, "eu-west": {"kcm-system"}})
    planned = credential("aws-new", namespace="kcm-system", world=nowhere)
    assert all(one.ref.kind != "Namespace" for one in planned)
    moved = [
        dataclasses.replace(one, manifest=_in(one.manifest, "brand-new")) if one.ref.kind == "ConfigMap" else one
        for one in planned
    ]
    space = dataclasses.replace(
        moved[0],
        cluster="eu-west",
        shared=True,
        manifest={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "brand-new"}},
    )
    seen = preview([space, *moved], operator, submissions.new_key())
    waiting = next(one for one in seen.objects if one.ref.kind == "ConfigMap")
    assert (waiting.outcome, waiting.sentence) == ("unchecked", "could not be tried before Namespace brand-new is made")
    assert seen.sendable


def _in(manifest: dict, namespace: str) -> dict:
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}


def test_no_secret_is_in_a_preview(clusters: Installation, operator: Viewer):
    seen = preview(credential("aws-new"), operator, submissions.new_key())
    assert KEY not in repr(seen)
    assert all(KEY not in one.yaml for one in seen.objects)


@pytest.mark.parametrize("other", ["key", "person", "secret"])
def test_the_digest_is_of_this_plan_for_this_person_and_this_request_alone(
    clusters: Installation, operator: Viewer, stranger: Viewer, other: str
):
    key = submissions.new_key()
    first = preview(credential("aws-new"), operator, key).digest
    assert preview(credential("aws-new"), operator, key).digest == first
    second = preview(
        credential("aws-new", secret=KEY[::-1] if other == "secret" else KEY),
        stranger if other == "person" else operator,
        submissions.new_key() if other == "key" else key,
    )
    assert second.digest != first
