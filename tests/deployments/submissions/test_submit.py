"""Confirming writes what was previewed, once, and says exactly what became of it."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone

from dashboard.demo.installation import Installation
from deployments import submissions
from deployments.domain.manifests import SUBMISSION, Planned
from deployments.models import Step, Submission
from deployments.submissions import Sent
from regions.domain.viewer import Viewer
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.deployments.submissions.asked import KEY, credential, deployment, preview, remove, submit

pytestmark = pytest.mark.django_db
K0RDENT = "/apis/k0rdent.mirantis.com/v1beta1"
CLDS = f"{K0RDENT}/namespaces/search/clusterdeployments"
CREDENTIALS = f"{K0RDENT}/namespaces/search/credentials"
SECRETS = "/api/v1/namespaces/kcm-system/secrets"


def confirmed(planned: Sequence[Planned], person: Viewer, key: str) -> Sent:
    return submit(planned, preview(planned, person, key).digest, person, key)


def states(submission: Submission) -> dict[str, str]:
    return {step.kind: step.state for step in submission.steps.all()}


def test_what_is_confirmed_is_made_and_names_its_submission(management: Api, operator: Viewer):
    key = submissions.new_key()
    sent = confirmed(deployment("made"), operator, key)
    assert sent.submission.state == Submission.State.DONE
    assert (sent.submission.kind, sent.submission.namespace, sent.submission.name) == (
        "ClusterDeployment",
        "search",
        "made",
    )
    made = management.get(f"{CLDS}/made").body
    assert made["metadata"]["annotations"][SUBMISSION] == key
    assert made["spec"]["config"]["region"] == "eu-west-1"
    (step,) = sent.submission.steps.all()
    assert (step.state, step.account, step.uid) == ("stands", "pane:operator", made["metadata"]["uid"])


def test_sent_twice_it_is_done_once(management: Api, operator: Viewer):
    key, planned = submissions.new_key(), deployment("once")
    first, second = confirmed(planned, operator, key), confirmed(planned, operator, key)
    assert first.submission.pk == second.submission.pk
    assert second.submission.state == Submission.State.DONE
    assert management.get(f"{CLDS}/once").body["metadata"]["generation"] == 1


def test_a_second_tab_with_a_request_of_its_own_is_told_of_the_first(management: Api, operator: Viewer):
    planned = deployment("twice")
    digest = preview(planned, operator, other := submissions.new_key()).digest
    confirmed(planned, operator, submissions.new_key())
    sent = submit(planned, digest, operator, other)
    assert sent.submission.state == Submission.State.REFUSED
    assert [problem.field for problem in sent.problems] == ["name"]


def test_what_was_not_shown_is_not_sent(management: Api, operator: Viewer):
    key = submissions.new_key()
    digest = preview(deployment("shown"), operator, key).digest
    with pytest.raises(submissions.NotAsPreviewed):
        submit(deployment("shown", cleanup_on_deletion=True), digest, operator, key)
    assert management.get(f"{CLDS}/shown").status == 404
    assert not Submission.objects.exists()


def test_nobody_sends_anothers_request(clusters: Installation, operator: Viewer):
    key, planned = submissions.new_key(), deployment("mine")
    confirmed(planned, operator, key)
    other = Viewer("ada")
    with pytest.raises(submissions.NotTheirs):
        submit(planned, preview(planned, other, key).digest, other, key)


def test_half_way_it_says_what_stands_and_a_second_try_goes_on(management: Api, loop: Loop, clusters, operator: Viewer):
    key, planned = submissions.new_key(), credential("half")
    digest = preview(planned, operator, key).digest
    loop.run(clusters.switch("eu-west", on=False))
    try:
        sent = submit(planned, digest, operator, key)
    finally:
        loop.run(clusters.switch("eu-west", on=True))
    assert sent.submission.state == Submission.State.PARTIAL
    found = states(sent.submission)
    assert (found["Secret"], found["AWSClusterStaticIdentity"], found["Credential"]) == ("stands", "stands", "waiting")
    assert found["ConfigMap"] in ("refused", "unknown")
    assert management.get(f"{CREDENTIALS}/half").status == 404
    before = management.get(f"{SECRETS}/half-secret").body["metadata"]["uid"]

    again = confirmed(planned, operator, key)
    assert again.submission.pk == sent.submission.pk
    assert set(states(again.submission).values()) == {"stands"}
    assert again.submission.state == Submission.State.DONE
    assert management.get(f"{SECRETS}/half-secret").body["metadata"]["uid"] == before


def test_half_way_what_was_made_can_be_taken_away_again(management: Api, loop: Loop, clusters, operator: Viewer):
    planned = credential("undone")
    digest = preview(planned, operator, key := submissions.new_key()).digest
    loop.run(clusters.switch("eu-west", on=False))
    try:
        sent = submit(planned, digest, operator, key)
    finally:
        loop.run(clusters.switch("eu-west", on=True))
    gone = remove(sent.submission, operator)
    assert gone.state == Submission.State.REMOVED
    assert management.get(f"{SECRETS}/undone-secret").status == 404
    assert "stands" not in states(gone).values()


def test_a_finished_request_is_not_taken_away(management: Api, operator: Viewer):
    sent = confirmed(deployment("stays"), operator, submissions.new_key())
    assert remove(sent.submission, operator).state == Submission.State.DONE
    assert management.get(f"{CLDS}/stays").status == 200


def test_a_corrected_request_leaves_nothing_of_the_first_try(management: Api, operator: Viewer):
    """The name of the Secret follows the name of the credential: the first Secret must not be left behind."""
    identity = {"apiVersion": "v1", "kind": "Secret", "name": "x", "namespace": "search"}
    assert (
        management.create(
            CREDENTIALS,
            {
                "apiVersion": "k0rdent.mirantis.com/v1beta1",
                "kind": "Credential",
                "metadata": {"name": "wrong"},
                "spec": {"identityRef": identity},
            },
        ).status
        == 201
    )
    key, planned = submissions.new_key(), credential("wrong")
    digest = preview(planned, operator, key).digest
    first = submit(planned, digest, operator, key)
    assert states(first.submission)["Secret"] == "stands"
    assert states(first.submission)["Credential"] == "refused"
    second = confirmed(credential("right"), operator, key)
    assert second.submission.state == Submission.State.DONE
    assert management.get(f"{SECRETS}/wrong-secret").status == 404
    assert management.get(f"{SECRETS}/right-secret").status == 200


def test_a_corrected_secret_replaces_what_the_first_try_made(management: Api, loop: Loop, clusters, operator: Viewer):
    key = submissions.new_key()
    digest = preview(credential("fixed"), operator, key).digest
    loop.run(clusters.switch("eu-west", on=False))
    try:
        submit(credential("fixed"), digest, operator, key)
    finally:
        loop.run(clusters.switch("eu-west", on=True))
    better = KEY[::-1]
    assert confirmed(credential("fixed", secret=better), operator, key).submission.state == Submission.State.DONE
    data = management.get(f"{SECRETS}/fixed-secret").body["data"]
    assert base64.b64decode(data["SecretAccessKey"]).decode() == better


def test_a_refusal_is_kept_in_the_servers_words_and_mapped_to_its_field(clusters: Installation, operator: Viewer):
    planned = deployment("no", credential="nobody")
    sent = confirmed(planned, operator, submissions.new_key())
    assert sent.submission.state == Submission.State.REFUSED
    assert 'Credential.k0rdent.mirantis.com "nobody" not found' in sent.submission.steps.get().answer
    assert [problem.field for problem in sent.problems] == ["credential"]


def test_somebody_elses_object_in_the_way_is_left_alone(management: Api, operator: Viewer):
    held = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "held-secret"}}
    assert management.create(SECRETS, held).status == 201
    sent = confirmed(credential("held"), operator, submissions.new_key())
    assert sent.submission.state == Submission.State.REFUSED
    assert "data" not in management.get(f"{SECRETS}/held-secret").body


def test_no_secret_is_kept(management: Api, operator: Viewer):
    confirmed(credential("kept"), operator, submissions.new_key())
    rows = serializers.serialize("json", [*Submission.objects.all(), *Step.objects.all()])
    shapes = (KEY, base64.b64encode(KEY.encode()).decode(), json.dumps(KEY)[1:-1])
    assert not [shape for shape in shapes if shape in rows]
    assert base64.b64decode(management.get(f"{SECRETS}/kept-secret").body["data"]["SecretAccessKey"]).decode() == KEY


@pytest.mark.parametrize(("ago", "goes_on"), [(5, False), (120, True)])
def test_who_was_interrupted_is_taken_over_from_and_who_is_at_work_is_not(
    management: Api, operator: Viewer, ago: int, goes_on: bool
):
    """As after kill -9 between an object's request and its answer: the row says that it is being sent."""
    name = f"killed-{ago}"
    key, planned = submissions.new_key(), credential(name)
    sent = confirmed(planned, operator, key)
    management.delete(f"{CREDENTIALS}/{name}")
    Step.objects.filter(kind="Credential").update(state=Step.State.SENDING, uid="")
    Step.objects.filter(kind="ConfigMap").update(state=Step.State.SENDING, uid="")
    Submission.objects.filter(pk=sent.submission.pk).update(
        state=Submission.State.WRITING, updated_at=timezone.now() - timedelta(seconds=ago)
    )
    before = management.get(f"{SECRETS}/{name}-secret").body["metadata"]
    again = confirmed(planned, operator, key)
    assert (management.get(f"{CREDENTIALS}/{name}").status == 200) is goes_on
    assert (again.submission.state == Submission.State.DONE) is goes_on
    after = management.get(f"{SECRETS}/{name}-secret").body["metadata"]
    assert (after["uid"], after["resourceVersion"]) == (before["uid"], before["resourceVersion"])


def test_an_interrupted_request_that_nobody_goes_on_with_can_be_taken_back(management: Api, operator: Viewer):
    key = submissions.new_key()
    sent = confirmed(credential("orphan"), operator, key)
    management.delete(f"{CREDENTIALS}/orphan")
    Step.objects.update(state=Step.State.SENDING, uid="")
    Submission.objects.update(state=Submission.State.WRITING, updated_at=timezone.now() - timedelta(minutes=2))
    sent.submission.refresh_from_db()
    assert remove(sent.submission, operator).state == Submission.State.REMOVED
    assert management.get(f"{SECRETS}/orphan-secret").status == 404
