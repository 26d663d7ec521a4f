"""Requests killed (SIGKILL) before and after each of their writes, to the database and to a cluster, and tried again.

    python -m tests.deployments.submissions.killed NAMESPACE REGION

A program of its own, because it kills itself: a fork for every point, over one database file. Prints what it found as
JSON. The environment names the clusters, as for Pane.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from deployments import submissions  # noqa: E402
from deployments.domain import diffs  # noqa: E402
from deployments.domain.drafts import CredentialDraft, DeploymentDraft, Secret  # noqa: E402
from deployments.domain.manifests import SUBMISSION, Planned, plan  # noqa: E402
from deployments.domain.snapshot import ClusterSnapshot, KnownRegion  # noqa: E402
from deployments.models import Step, Submission  # noqa: E402
from deployments.submissions import confirmation  # noqa: E402
from deployments.submissions.keys import fingerprint  # noqa: E402
from deployments.submissions.live_object import read  # noqa: E402
from regions.audit import trail  # noqa: E402
from regions.domain import manifest as m  # noqa: E402
from regions.domain.refs import MANAGEMENT  # noqa: E402
from regions.domain.viewer import Viewer  # noqa: E402
from regions.kube.client import Client  # noqa: E402
from regions.kube.errors import NotFound  # noqa: E402
from regions.models import AuditEntry  # noqa: E402
from tests.deployments.submissions.asked import remove, submit  # noqa: E402
from tests.rig.length import times  # noqa: E402

ADA = Viewer("ada")
NAMESPACE, REGION = sys.argv[1:3]
KEY = "canary-key-1234567890/abcdefghijklmnopqrs"
WRITES = ("INSERT", "UPDATE", "DELETE")
# As after a restart that came late enough: nobody is at it any more.
confirmation.PATIENCE = timedelta(0)


def deployment(name: str) -> list[Planned]:
    config = {"region": "eu-west-1"}
    return plan(DeploymentDraft(NAMESPACE, name, "aws-standalone-cp-1-0-42", "aws", config), ClusterSnapshot())


def credential(name: str) -> list[Planned]:
    spaces = {NAMESPACE, "kcm-system"}
    world = ClusterSnapshot(
        release="1.11.4", regions={REGION: KnownRegion(REGION)}, namespaces={MANAGEMENT: spaces, REGION: spaces}
    )
    secrets = {"access_key_id": Secret("AKIAIOSFODNN7EXAMPLE"), "secret_access_key": Secret(KEY)}
    return plan(CredentialDraft("aws-static", NAMESPACE, name, REGION, secrets=secrets), world)


def change(name: str) -> list[Planned]:
    """The form carries what it was opened with, so the change is the same whenever it is sent."""
    (one,) = deployment(name)
    if name not in OPENED:
        with submissions.ClusterSession(ADA) as session:
            OPENED[name] = read(session, one.ref, one.manifest["apiVersion"])
    opened = OPENED[name]
    body = {
        "apiVersion": opened["apiVersion"],
        "kind": opened["kind"],
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"config": {"workersNumber": 5}},
    }
    return [Planned(MANAGEMENT, body, "", verb="patch", uid=opened["metadata"]["uid"], seen=diffs.seen(opened, body))]


OPENED: dict[str, Any] = {}


class Points:
    """Counts the moments before and after each write, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.passed, self.last = 0, last

    def reach(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def database(self, execute: Callable, sql: str, *rest: Any) -> Any:
        if not sql.startswith(WRITES):
            return execute(sql, *rest)
        self.reach()
        done = execute(sql, *rest)
        self.reach()
        return done

    def watch(self) -> None:
        connection.execute_wrappers.append(self.database)
        commit, write = connection.commit, Client._write

        def committed() -> None:
            commit()
            self.reach()  # before it is the point after the last write

        async def written(client: Client, method: str, path: str, body: Any, dry_run: bool, *rest: Any) -> Any:
            if dry_run or path.endswith("reviews"):
                return await write(client, method, path, body, dry_run, *rest)
            self.reach()
            done = await write(client, method, path, body, dry_run, *rest)
            self.reach()
            return done

        connection.commit = committed  # type: ignore[method-assign]
        Client._write = written  # type: ignore[method-assign, assignment]


def forked(work: Callable[[], Any]) -> tuple[Any, int]:
    """What a process of its own came to, and the signal that ended it."""
    connection.close()
    reading, writing_ = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing_, json.dumps(work()).encode())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing_)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(said) if said else None, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def send(planned: list[Planned], key: str) -> str:
    return submit(planned, fingerprint(planned, ADA, key), ADA, key).submission.state


def counted(planned: list[Planned], key: str) -> int:
    points = Points(0)
    points.watch()
    send(planned, key)
    return points.passed


def killed(planned: list[Planned], key: str, at: int) -> None:
    Points(at).watch()
    send(planned, key)


def taken_back(key: str, at: int = 0) -> str:
    if at:
        Points(at).watch()
    found = Submission.objects.filter(key=key).first()
    return remove(found, ADA).state if found else "nothing"


def acts(planned: list[Planned], key: str) -> dict[str, Any]:
    """Which of its objects the clusters have by this request, and what the trail says was asked for."""

    async def done(one: Planned) -> bool:
        client = await session.clusters.client(one.cluster)
        path = await client.path_of(m.text(one.manifest["apiVersion"]), one.ref.kind, one.ref.name, one.ref.namespace)
        try:
            found = await client.get(path, on_behalf=session.person if one.cluster == MANAGEMENT else None)
        except NotFound:
            return False
        return found["metadata"].get("annotations", {}).get(SUBMISSION) == key and (
            one.verb == "create" or found["metadata"]["generation"] > 1
        )

    with submissions.ClusterSession(ADA) as session:
        stands = [one.ref.key for one in planned if session.run(done(one))]
    rows = list(AuditEntry.objects.filter(detail__submission=key, outcome=trail.ASKED))
    told = AuditEntry.objects.filter(act__in=[row.act for row in rows]).exclude(outcome=trail.ASKED)
    return {
        "stands": stands,
        "recorded": [[row.action, one["object"]] for row in rows for one in row.detail["objects"]],
        "open": len(rows) - told.count(),
        "trail": trail.verify(),
    }


def uids(key: str) -> list[list[str]]:
    return [[step.kind, step.state, step.uid] for step in Step.objects.filter(submission__key=key)]


def walk(kind: str, make: Callable[[str], list[Planned]], back: bool) -> list[dict[str, Any]]:
    """Every point of one request: killed there, then sent again (`back`: at some, another is taken back).

    The usual run takes every third point; a long one all."""

    def ready(name: str) -> list[Planned]:
        if make is change:
            forked(lambda: send(deployment(name), submissions.new_key()))
        return make(name)

    total, _ = forked(lambda: counted(ready(f"{kind}-0"), submissions.new_key()))
    found = []
    for at in range(1, total + 1, times(3, 1)):
        for undo in (False, True) if back and at % 2 else (False,):
            name, key = f"{kind}-{'u' if undo else 'r'}{at}", submissions.new_key()
            planned = ready(name)
            _, ended = forked(lambda planned=planned, key=key, at=at: killed(planned, key, at))
            then = (lambda planned, key: taken_back(key)) if undo else send
            (after, state), _ = forked(
                lambda planned=planned, key=key, then=then: [acts(planned, key), then(planned, key)]
            )
            steps, _ = forked(lambda key=key: uids(key))
            found.append(
                {"name": name, "key": key, "at": at, "signal": ended, "undone": undo, "state": state, "steps": steps}
                | {"acts": after}
            )
    return found


def walk_back() -> list[dict[str, Any]]:
    """A request that was killed when nearly all of it stood; what takes it back is killed, too, then done again."""

    total, _ = forked(lambda: counted(credential("back-0"), submissions.new_key()))
    found = []
    for at in range(3, 40, times(12, 1)):
        name, key = f"back-{at}", submissions.new_key()
        planned = credential(name)
        forked(lambda planned=planned, key=key: killed(planned, key, total - 8))
        before, _ = forked(lambda planned=planned, key=key: acts(planned, key))
        _, ended = forked(lambda key=key, at=at: taken_back(key, at))
        (after, state), _ = forked(lambda planned=planned, key=key: [acts(planned, key), taken_back(key)])
        if not ended:
            break  # it was over before
        found.append({"name": name, "at": at, "signal": ended, "state": state, "before": before, "acts": after})
    return found


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    every = (("made", deployment, False), ("login", credential, True), ("grown", change, False))
    print(json.dumps({"sent": [one for series in every for one in walk(*series)], "back": walk_back()}))
