"""Two of `serve`, two of `watch`, two of PostgreSQL: one of each killed at a time, while clusters change and a program
reads. Nothing is lost, nothing told twice, and the order within a cluster holds."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import need
from tests.faults.clusters import REGION, Stepper, demo_clusters
from tests.faults.history import History
from tests.faults.processes import Installed, Program, Replica, installed, log_of, until
from tests.rig import postgres
from tests.rig.fleet import MANAGEMENT
from tests.rig.length import LONG, times

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
RATE = 15  # steps a second and cluster


@pytest.fixture
def pair() -> Iterator[tuple[postgres.Postgres, postgres.Postgres]]:
    """A primary and a streaming replica, which the primary does not wait for."""
    programs = postgres.find()
    need(programs, postgres.HOW)
    assert programs
    primary = postgres.Postgres(programs)
    started = [primary]
    try:
        primary.start()
        started.append(postgres.Postgres(programs, "replica", follows=primary))
        started[1].start()
        yield primary, started[1]
    finally:
        for one in started:
            one.remove()


def both(pair: tuple[postgres.Postgres, postgres.Postgres]) -> str:
    """The replica first: whoever would take the first that answers would read it, and could not write."""
    hosts = ",".join(f"127.0.0.1:{one.port}" for one in reversed(pair))
    return f"postgresql://pane@{hosts}/postgres"


def heard(pane: Installed, *webs: Replica) -> bool:
    """Whether they say how the region is: nobody does who has not heard it, or does not know."""
    for web in webs:
        status, body = web.ask("/api/v1/regions/", pane.token)
        found = {row["name"]: row["health"] for row in json.loads(body)["results"]} if status == 200 else {}
        if found.get(REGION, "Unknown") == "Unknown":
            return False
    return True


def leader(database: postgres.Postgres, watchers: list[Replica]) -> Replica | None:
    (holder,) = database.ask("SELECT holder FROM regions_lease")[0]
    return next((one for one in watchers if f"/{one.process.pid}/" in holder), None)


@pytest.mark.parametrize(
    "waits", [True, False] if LONG else [False], ids=lambda waits: "waits" if waits else "does not wait"
)
def test_one_of_each_is_killed_at_a_time(
    tmp_path: Path, pair: tuple[postgres.Postgres, postgres.Postgres], waits: bool
):
    primary, replica = pair
    if waits:
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.ask("SELECT pg_reload_conf()")
    moments, history = random.Random(20261130), History()
    with (
        demo_clusters() as clusters,
        installed(tmp_path / "pane", clusters[MANAGEMENT].kubeconfig(), both(pair)) as pane,
    ):
        webs, watchers = [pane.serve(wait=False), pane.serve(wait=False)], [pane.watch(), pane.watch()]
        until("both say how the region is", lambda: heard(pane, *webs), 120)
        program = Program(pane.token)
        program.read(*webs)

        def live() -> None:
            end = time.monotonic() + moments.uniform(0.3, 1.5)
            while time.monotonic() < end:
                program.read(*webs)
                time.sleep(0.05)

        with ExitStack() as stack:
            steppers = [stack.enter_context(Stepper(one, history, RATE, 1)) for one in clusters.values()]
            for turn in range(times(1, 20)):
                live()
                leads = until("somebody leads", lambda: leader(primary, watchers))
                leads.kill()
                watchers.remove(leads)
                live()
                webs.pop(turn % 2).kill()
                until("the other leads", lambda: leader(primary, watchers))
                live()
                if turn + 1 < times(1, 20):
                    watchers.append(pane.watch())
                    webs.append(pane.serve())
            primary.kill()
            until(
                "a page says that the database is away", lambda: webs[0].ask("/regions/", cookie=pane.cookie)[0] == 503
            )
            status, body = webs[0].ask("/api/v1/regions/", pane.token)
            assert (status, "database does not answer" in json.loads(body)["detail"]) == (503, True)
            assert webs[0].ask("/readyz")[0] == 503
            replica.promote()
            until("a watcher leads again", lambda: leader(replica, watchers))
            until("the log is told again", lambda: program.read(*webs) > 0)
            live()
            for stepper in steppers:
                stepper.stop()
        until("they say how the region is", lambda: heard(pane, *webs))
        until("every step is in the log", lambda: not history.judge(log_of(replica.url)).lost)
        verdict = history.judge(log_of(replica.url))
        assert (verdict.sound, verdict.excused) == (True, 0), str(verdict)
        while program.read(*webs):
            pass
        told = history.judge(program.told)
        assert told.sound, str(told)
        assert program.anew == 1  # ids may have been given out twice, so cursors from before are told of a gap
        print(f"{verdict}; answers by status {dict(program.answers)}")
