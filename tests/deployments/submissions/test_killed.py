"""Killed at any moment and sent again: exactly one of each object, or none, on real API servers, and all on record."""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deployments.domain.manifests import SUBMISSION
from tests.deployments.submissions.test_real import TEAM, clusters
from tests.rig.fleet import Rig
from tests.rig.length import times

__all__ = ["clusters"]

pytestmark = [pytest.mark.real, pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[3]
K0RDENT = f"/apis/k0rdent.mirantis.com/v1beta1/namespaces/{TEAM}"
KEY = "canary-key-1234567890/abcdefghijklmnopqrs"
LEAST = times(15, 40)


@pytest.fixture
def killings(clusters: Rig, settings: Any, tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    """What became of every request that was killed, and of what took some of them back."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "PANE_DATA": str(tmp_path / "data"),
        "PANE_DATABASE_URL": "",
        "PANE_KUBECONFIG": settings.PANE_KUBECONFIG,
        "PANE_REGION_KUBECONFIGS": settings.PANE_REGION_KUBECONFIGS,
        "PANE_ALLOW_LOOPBACK": "1",
        "PANE_IMPERSONATE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.deployments.submissions.killed", TEAM, "fra1"],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert KEY not in done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def listed(cluster: Any, path: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in cluster.request("GET", path)["items"]}


def test_killed_anywhere_and_sent_again_there_is_one_of_each_or_none(clusters: Rig, killings: dict[str, Any]):
    management, region = clusters.management, clusters.regions["fra1"]
    walked = killings["sent"]
    on_record(walked, killings["back"])
    assert {one["signal"] for one in walked} == {signal.SIGKILL}
    assert len(walked) >= LEAST
    again = [one for one in walked if not one["undone"]]
    assert {one["state"] for one in again} == {"done"}, [one for one in again if one["state"] != "done"]
    assert {state for one in again for _, state, _ in one["steps"]} == {"stands"}

    made = listed(management, f"{K0RDENT}/clusterdeployments")
    logins = listed(management, f"{K0RDENT}/credentials")
    secrets = {
        name: one
        for name, one in listed(management, "/api/v1/namespaces/kcm-system/secrets").items()
        if name.startswith(("login-", "back-"))
    }
    maps = {
        name: one
        for name, one in listed(region, f"/api/v1/namespaces/{TEAM}/configmaps").items()
        if name.startswith(("login-", "back-"))
    }
    standing = {"ClusterDeployment": made, "Credential": logins, "ConfigMap": maps}
    standing["Secret"] = secrets
    standing["AWSClusterStaticIdentity"] = listed(
        management, "/apis/infrastructure.cluster.x-k8s.io/v1beta2/awsclusterstaticidentities"
    )
    for one in again:
        for kind, _, uid in one["steps"]:
            there = [each for each in standing[kind].values() if each["metadata"]["uid"] == uid]
            assert len(there) == 1, (one, kind)
            assert there[0]["metadata"]["annotations"][SUBMISSION] == one["key"], (one, kind)
    # Changed exactly once, whether the first or the second try did it.
    grown = [made[one["name"]] for one in again if one["name"].startswith("grown-")]
    assert {(one["spec"]["config"]["workersNumber"], one["metadata"]["generation"]) for one in grown} == {(5, 2)}
    # What was taken back, or never came to be, has left nothing: no Secret without its Credential, anywhere.
    kept = {one["name"] for one in again if one["name"].startswith("login-")} | {"login-0", "back-0"}
    finished = {one["name"] for one in walked if one["undone"] and one["state"] == "done"}
    assert set(logins) == kept | finished
    assert set(secrets) == {f"{name}-secret" for name in logins}
    assert set(maps) == {f"{name}-resource-template" for name in logins}
    assert {name for name in standing["AWSClusterStaticIdentity"] if name.startswith(("login-", "back-"))} == set(
        logins
    )
    for secret in secrets.values():
        assert base64.b64decode(secret["data"]["SecretAccessKey"]).decode() == KEY


def on_record(sent: list[dict[str, Any]], back: list[dict[str, Any]]) -> None:
    """Wherever a process was killed: what the clusters have, or no longer have, the trail says was asked for before."""
    every = [one["acts"] for one in (*sent, *back)]
    assert {acts["trail"] for acts in every} == {""}
    for one in sent:
        asked = {name for action, name in one["acts"]["recorded"] if action != "remove"}
        assert set(one["acts"]["stands"]) <= asked, one
    between = [one for one in sent if one["acts"]["stands"] and one["acts"]["open"]]
    assert between, "none was killed between an act and what came of it: this proves nothing"
    taken = [one for one in back if set(one["acts"]["stands"]) < set(one["before"]["stands"])]
    assert taken, "no removal was killed after it had removed something: this proves nothing"
    for one in back:
        removed = {name for action, name in one["acts"]["recorded"] if action == "remove"}
        assert set(one["before"]["stands"]) - set(one["acts"]["stands"]) <= removed, one
        assert one["state"] != "done", one
