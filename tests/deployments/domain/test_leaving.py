"""A deletion on its way says what it waits for, and a stuck one why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.domain.deletion import DeletionProgress, leaving

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def leaves(
    reason: str = "", message: str = "", *parts: dict[str, Any], minutes: int = 3, **known: Any
) -> DeletionProgress:
    at = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = [{"type": "Deleting", "status": "True", "reason": reason, "message": message}] if reason else []
    manifest = {
        "kind": "ClusterDeployment",
        "metadata": {"name": "shop", "namespace": "team", "deletionTimestamp": at},
        "spec": {"credential": "aws"},
        "status": {"conditions": found},
    }
    said = leaving(manifest, parts, **{"credential": True, "blind": False, "now": NOW} | known)
    assert said is not None
    return said


def part(kind: str, name: str = "a", deleting: str = "", **spec: Any) -> dict[str, Any]:
    found = [{"type": "Deleting", "status": "True", "reason": "DrainingNode", "message": deleting}] if deleting else []
    return {"kind": kind, "metadata": {"name": name}, "spec": spec, "status": {"conditions": found}}


def test_one_that_stays_says_nothing():
    assert leaving({"metadata": {"name": "shop"}}, (), credential=True, blind=False, now=NOW) is None


def test_what_it_waits_for_and_what_is_left_is_said():
    said = leaves(
        "WaitingForClusterDeletion",
        "* Deleting: 2 Machines",
        part("Machine"),
        part("Machine", "b"),
        part("HelmRelease"),
        part("AWSCluster"),
    )
    assert said.stage == "Cluster API takes the machines down."
    assert said.left == ("2 machines", "1 HelmRelease")
    assert said.stuck == ()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (leaves("WaitingForClusterDeletion", "", credential=False), "Its credential aws is gone"),
        (leaves("Failed", "failed to list", blind=True), "We do not hear its region"),
        (leaves("Failed", "failed to list Machines"), "k0rdent could not go on: failed to list Machines"),
        (
            leaves("WaitingForHelmReleaseDeletion", "", part("HelmRelease", suspend=True)),
            "Its HelmRelease is suspended",
        ),
        (
            leaves(
                "WaitingForClusterDeletion",
                "",
                part("Machine", deleting="Drain not completed: db-0"),
                part("Machine", "b", deleting="Drain not completed: db-0"),
            ),
            "2 machines: Drain not completed: db-0",
        ),
        (leaves(minutes=120), "It takes longer than deletions do."),
    ],
    ids=range(6),
)
def test_what_is_in_the_way_is_named_with_what_to_do(said: DeletionProgress, words: str):
    assert len(said.stuck) == 1
    assert said.stuck[0].what.startswith(words)
    assert said.stuck[0].do


def test_what_is_not_known_is_not_concluded():
    assert leaves("WaitingForClusterDeletion", credential=None).stuck == ()
