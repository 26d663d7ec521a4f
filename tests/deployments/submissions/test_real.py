"""The same on real API servers: with the accounts of deploy/, real RBAC, real impersonation, real silence."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments import submissions
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import SUBMISSION, Planned, plan
from deployments.domain.snapshot import ClusterSnapshot, KnownRegion
from deployments.models import Submission
from regions.domain.viewer import Viewer
from tests.deployments.submissions.asked import KEY, preview, remove, submit
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig
from tests.rig.http import Answered

pytestmark = [pytest.mark.real, pytest.mark.django_db]
DEPLOY = Path(__file__).resolve().parent.parent.parent.parent / "deploy"
TEAM = "team-data"
CREDENTIAL = f"/apis/k0rdent.mirantis.com/v1beta1/namespaces/{TEAM}/credentials/aws-new"
SECRET = "/api/v1/namespaces/kcm-system/secrets/aws-new-secret"
CONFIG_MAP = f"/api/v1/namespaces/{TEAM}/configmaps/aws-new-resource-template"
ADA, EVE = Viewer("ada"), Viewer("eve")

RIGHTS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: team-admin}
rules:
  - apiGroups: [k0rdent.mirantis.com]
    resources: [credentials, clusterdeployments]
    verbs: [get, create, patch, delete]
  - apiGroups: [helm.toolkit.fluxcd.io]
    resources: [helmreleases]
    verbs: [get, patch]
  - apiGroups: [infrastructure.cluster.x-k8s.io]
    resources: [awsclusterstaticidentities]
    verbs: [get, create, patch, delete]
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, create, patch, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: team-admin}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: team-admin}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "pane:ada"}]
"""


def account(cluster: ApiServer, *files: str) -> str:
    """The kubeconfig of Pane's own account, with the rights that these files give it."""
    for file in files:
        cluster.apply((DEPLOY / file).read_text())
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = cluster.request("POST", "/api/v1/namespaces/pane/serviceaccounts/pane/token", asked)["status"]["token"]
    return cluster.kubeconfig().replace(cluster.token(), token)


@pytest.fixture
def clusters(fresh_fleet: Rig, settings: Any, tmp_path: Path) -> Iterator[Rig]:
    """A management cluster where ada may make credentials, and the region fra1."""
    management, region = fresh_fleet.management, fresh_fleet.regions["fra1"]
    fresh_fleet.register("fra1")
    (tmp_path / "management").write_text(account(management, "rbac-management.yaml", "rbac-management-writing.yaml"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "fra1").write_text(account(region, "rbac-region.yaml", "rbac-region-writing.yaml"))
    management.apply(RIGHTS)
    for cluster in (management, region):
        cluster.create_namespace(TEAM)
    settings.PANE_KUBECONFIG, settings.PANE_CONTEXT = str(tmp_path / "management"), ""
    settings.PANE_REGION_KUBECONFIGS = str(tmp_path / "own")
    settings.PANE_ALLOW_LOOPBACK = True
    yield fresh_fleet
    for cluster in (management, region):
        for name in ("team-admin", "pane-write"):  # the rig outlives this test, and so would the rights
            for kind in ("clusterrolebindings", "clusterroles"):
                gone(cluster, f"/apis/rbac.authorization.k8s.io/v1/{kind}/{name}", delete=True)


def gone(cluster: ApiServer, path: str, delete: bool = False) -> bool:
    try:
        cluster.request("DELETE" if delete else "GET", path)
    except Answered as answered:
        if answered.status != 404:
            raise
        return True
    return False


def credential() -> list[Planned]:
    spaces = {TEAM, "kcm-system"}
    world = ClusterSnapshot(
        release="1.11.4", regions={"fra1": KnownRegion("fra1")}, namespaces={"~management": spaces, "fra1": spaces}
    )
    secrets = {"access_key_id": Secret("AKIAIOSFODNN7EXAMPLE"), "secret_access_key": Secret(KEY)}
    return plan(CredentialDraft("aws-static", TEAM, "aws-new", "fra1", secrets=secrets), world)


def test_a_credential_is_made_on_both_clusters_for_who_may_and_by_whom_it_should_be(clusters: Rig):
    management, region = clusters.management, clusters.regions["fra1"]
    key = submissions.new_key()
    seen = preview(credential(), ADA, key)
    assert [one.outcome for one in seen.objects] == ["create"] * 4, seen
    assert gone(management, SECRET)
    assert gone(region, CONFIG_MAP)

    sent = submit(credential(), seen.digest, ADA, key)
    assert sent.submission.state == Submission.State.DONE, list(sent.submission.steps.values("kind", "answer"))
    for cluster, path in ((management, CREDENTIAL), (management, SECRET), (region, CONFIG_MAP)):
        assert cluster.request("GET", path)["metadata"]["annotations"][SUBMISSION] == key
    data = management.request("GET", SECRET)["data"]
    assert base64.b64decode(data["SecretAccessKey"]).decode() == KEY
    assert {step.cluster: step.account for step in sent.submission.steps.all()} == {
        "~management": "pane:ada",
        "fra1": "",
    }


def test_who_may_not_make_it_on_management_makes_nothing_anywhere(clusters: Rig):
    key = submissions.new_key()
    seen = preview(credential(), EVE, key)
    assert {one.outcome for one in seen.objects} == {"refused"}
    sent = submit(credential(), seen.digest, EVE, key)
    assert sent.submission.state == Submission.State.REFUSED
    assert gone(clusters.management, SECRET)
    assert gone(clusters.regions["fra1"], CONFIG_MAP)


@pytest.mark.parametrize("again", [True, False])
def test_a_region_that_falls_silent_half_way_is_retried_or_cleaned_up(clusters: Rig, again: bool):
    management, region = clusters.management, clusters.regions["fra1"]
    key = submissions.new_key()
    digest = preview(credential(), ADA, key).digest
    region.stop()
    try:
        sent = submit(credential(), digest, ADA, key)
    finally:
        region.start()
    assert sent.submission.state == Submission.State.PARTIAL
    assert gone(management, CREDENTIAL)
    uid = management.request("GET", SECRET)["metadata"]["uid"]
    if again:
        done = submit(credential(), preview(credential(), ADA, key).digest, ADA, key)
        assert done.submission.state == Submission.State.DONE
        assert management.request("GET", SECRET)["metadata"]["uid"] == uid
        assert not gone(region, CONFIG_MAP)
    else:
        assert remove(sent.submission, ADA).state == Submission.State.REMOVED
        assert gone(management, SECRET)
        assert gone(region, CONFIG_MAP)
