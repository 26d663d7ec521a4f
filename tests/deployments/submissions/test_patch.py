"""Changing what stands: only while it is as it was seen, once, and with what was changed meanwhile said by name."""

import re
from dataclasses import replace
from typing import Any

import pytest

from deployments import submissions
from deployments.domain import diffs
from deployments.domain.manifests import SUBMISSION, Planned
from deployments.models import Step, Submission
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from tests.conformance.api import Api
from tests.deployments.submissions.asked import deployment, preview, remove, submit

pytestmark = pytest.mark.django_db
CLDS = "/apis/k0rdent.mirantis.com/v1beta1/namespaces/search/clusterdeployments"


@pytest.fixture
def opened(management: Api, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A deployment as somebody opened it."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name)[-45:].strip("-")
    assert management.create(CLDS, deployment(name)[0].manifest).status == 201
    return dict(management.get(f"{CLDS}/{name}").body)


def change(opened: dict[str, Any], **config: Any) -> list[Planned]:
    named = {
        "apiVersion": opened["apiVersion"],
        "kind": opened["kind"],
        "metadata": {key: opened["metadata"][key] for key in ("name", "namespace")},
    }
    body = named | {"spec": {"config": config}}
    return [Planned(MANAGEMENT, body, "", verb="patch", uid=opened["metadata"]["uid"], seen=diffs.seen(opened, body))]


def live(management: Api, opened: dict[str, Any]) -> dict[str, Any]:
    return dict(management.get(f"{CLDS}/{opened['metadata']['name']}").body)


def test_a_preview_tells_what_would_change_and_changes_nothing(management: Api, operator: Viewer, opened: Any):
    seen = preview(change(opened, workersNumber=5), operator, submissions.new_key())
    (one,) = seen.objects
    assert (one.outcome, seen.words, seen.sendable) == ("change", "This would be changed", True)
    assert [(line.path, line.before, line.after) for line in one.differences] == [
        ("spec.config.workersNumber", "", "5")
    ]
    assert live(management, opened) == opened


def test_a_change_is_made_once_and_names_its_submission(management: Api, operator: Viewer, opened: Any):
    planned, key = change(opened, workersNumber=5), submissions.new_key()
    digest = preview(planned, operator, key).digest
    for _ in range(2):
        sent = submit(planned, digest, operator, key)
        assert sent.submission.state == Submission.State.DONE
    after = live(management, opened)
    assert after["spec"]["config"] == opened["spec"]["config"] | {"workersNumber": 5}
    assert after["metadata"]["annotations"][SUBMISSION] == key
    assert after["metadata"]["generation"] == opened["metadata"]["generation"] + 1
    step = Step.objects.get()
    assert (step.verb, step.state, step.account) == ("patch", "stands", "pane:operator")


@pytest.mark.parametrize("theirs", [{"config": {"workersNumber": 7}}, {"config": {"region": "eu-west-3"}}])
def test_what_somebody_changed_meanwhile_is_named_and_left(
    management: Api, operator: Viewer, opened: Any, theirs: dict[str, Any]
):
    planned, key = change(opened, workersNumber=5), submissions.new_key()
    digest = preview(planned, operator, key).digest
    assert management.patch(f"{CLDS}/{opened['metadata']['name']}", {"spec": theirs}).status == 200
    sent = submit(planned, digest, operator, key)
    assert sent.submission.state == Submission.State.REFUSED
    assert f"spec.config.{next(iter(theirs['config']))}" in sent.problems[0].sentence
    assert live(management, opened)["spec"]["config"].items() >= theirs["config"].items()
    seen = preview(planned, operator, key)
    assert (seen.objects[0].outcome, seen.sendable) == ("moved", False)
    assert seen.moved is not None


def test_a_status_that_moves_is_no_conflict(management: Api, operator: Viewer, opened: Any):
    planned, key = change(opened, workersNumber=5), submissions.new_key()
    digest = preview(planned, operator, key).digest
    name = opened["metadata"]["name"]
    assert management.patch(f"{CLDS}/{name}/status", {"status": {"region": "eu-west"}}).status == 200
    assert submit(planned, digest, operator, key).submission.state == Submission.State.DONE


def test_another_that_took_its_name_is_left_alone(management: Api, operator: Viewer, opened: Any):
    planned = [replace(change(opened, workersNumber=5)[0], uid="another")]
    assert preview(planned, operator, submissions.new_key()).objects[0].outcome == "moved"
    key = submissions.new_key()
    sent = submit(planned, preview(planned, operator, key).digest, operator, key)
    assert sent.submission.state == Submission.State.REFUSED
    assert live(management, opened) == opened


def test_who_may_not_is_refused_in_the_servers_words(management: Api, stranger: Viewer, opened: Any):
    planned, key = change(opened, workersNumber=5), submissions.new_key()
    seen = preview(planned, stranger, key)
    assert (seen.objects[0].outcome, seen.words) == ("refused", "This would be refused")
    assert "stranger" in seen.objects[0].detail


def test_taking_back_a_change_never_deletes_the_object(management: Api, operator: Viewer, opened: Any):
    planned, key = change(opened, workersNumber=5), submissions.new_key()
    sent = submit(planned, preview(planned, operator, key).digest, operator, key)
    Submission.objects.update(state=Submission.State.PARTIAL)
    sent.submission.refresh_from_db()
    remove(sent.submission, operator)
    assert live(management, opened)["spec"]["config"]["workersNumber"] == 5
