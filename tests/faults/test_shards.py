"""Two `watch` processes that split the clusters, one killed under load: the order within each cluster holds."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from regions.domain.shards import Shard
from tests.conftest import need
from tests.faults.clusters import REGION, Stepper, demo_clusters
from tests.faults.history import History
from tests.faults.processes import Program, Replica, installed, log_of, until
from tests.rig import postgres
from tests.rig.fleet import MANAGEMENT
from tests.rig.length import LONG

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
OTHER = "lund"
RATE = 20  # steps a second and cluster


@pytest.fixture
def database() -> Iterator[postgres.Postgres]:
    programs = postgres.find()
    need(programs, postgres.HOW)
    assert programs
    server = postgres.Postgres(programs)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def leader(database: postgres.Postgres, shard: int, watchers: list[Replica]) -> Replica | None:
    found = database.ask(f"SELECT holder FROM regions_lease WHERE id = {shard}")
    return next((one for one in watchers if found and f"/{one.process.pid}/" in found[0][0]), None)


@pytest.mark.skipif(not LONG, reason="the long form: PANE_TEST_LONG=1")
def test_the_watcher_of_one_shard_is_killed_and_another_takes_over(tmp_path: Path, database: postgres.Postgres):
    assert Shard(1, 2).holds(OTHER)
    assert Shard(2, 2).holds(REGION)
    moments, history = random.Random(20261201), History()
    with (
        demo_clusters(OTHER) as clusters,
        installed(tmp_path / "pane", clusters[MANAGEMENT].kubeconfig(), database.url) as pane,
        ExitStack() as stack,
    ):
        web, firsts, seconds = pane.serve(wait=False), [pane.watch("1/2")], [pane.watch("2/2"), pane.watch("2/2")]
        connected = "SELECT count(*) FROM regions_cluster WHERE state = 'connected' AND synced_at IS NOT NULL"
        until("all are heard", lambda: database.ask(connected)[0][0] == len(clusters), 120)
        program = Program(pane.token)
        until("it has a cursor", lambda: bool(program.read(web) or program.cursor))
        for number, cluster in enumerate(clusters.values()):
            stack.enter_context(Stepper(cluster, history, RATE, number))
        until("it tells", lambda: program.read(web) > 0)
        time.sleep(moments.uniform(0.5, 2))
        assert leader(database, 1, firsts)
        until("the second shard is led", lambda: leader(database, 2, seconds)).kill()
        held = history.stands()
        until("the first goes on meanwhile", lambda: told(database.url, OTHER) > held[OTHER] + RATE)
        until("the other leads", lambda: (found := leader(database, 2, seconds)) is not None and found.alive)
        until("it tells of its region", lambda: told(database.url, REGION) > held[REGION] + RATE)
        stack.close()
        until("every step is in the log", lambda: not history.judge(log_of(database.url)).lost)
        verdict = history.judge(log_of(database.url))
        assert (verdict.sound, verdict.excused) == (True, 0), str(verdict)
        while program.read(web):
            pass
        assert history.judge(program.told).sound, str(history.judge(program.told))


def told(database: str, cluster: str) -> int:
    """The last step of a cluster that the log tells."""
    return max((row.step or 0 for row in log_of(database) if row.cluster == cluster), default=0)
