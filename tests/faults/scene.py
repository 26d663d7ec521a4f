"""The fault rig: clusters that change all the time, Pane that watches them, and everything that can go wrong there.

Each fault begins at a random moment and lasts for a random while. When it is over, the log is held against what was
written (`history`), and the next one comes: `manage.py bench faults`, and in short `test_faults.py`.
"""

import json
import random
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.clusters import REGION, DemoApi, Stepper, demo_clusters, real_clusters
from tests.faults.history import History
from tests.faults.processes import Installed, Replica, installed, log_of, until
from tests.rig import postgres
from tests.rig.fleet import MANAGEMENT, Rig

HEALS = 180.0  # seconds


@dataclass
class Scene:
    """What faults befall. `database` is its address, or SQLite's file."""

    clusters: dict[str, Any]
    pane: Installed
    database: str
    history: History
    random: random.Random
    server: postgres.Postgres | None = None
    watchers: list[Replica] = field(default_factory=list)
    web: Replica | None = None
    steppers: list[Stepper] = field(default_factory=list)

    def some(self) -> Any:
        return self.clusters[self.random.choice((MANAGEMENT, REGION))]

    def last(self, least: float, most: float) -> None:
        time.sleep(self.random.uniform(least, most))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if self.server:
            return self.server.ask(statement)
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as reading:
            return list(reading.execute(statement))

    def leader(self) -> Replica:
        def found() -> Replica | None:
            ((holder,),) = self.rows("SELECT holder FROM regions_lease") or [("",)]
            return next((one for one in self.watchers if f"/{one.process.pid}/" in holder), None)

        return until("somebody leads", found, HEALS)

    def whole(self, upto: dict[str, int] | None = None) -> bool:
        """Whether every step so far is told, and every cluster is heard again."""
        states = self.rows("SELECT state FROM regions_cluster")
        heard = len(states) == 2 and all(state == "connected" for (state,) in states)
        return heard and not self.history.judge(log_of(self.database), upto).lost

    def said(self) -> str:
        """What pages would say of the clusters now."""
        assert self.web
        status, body = self.web.ask("/api/v1/regions/", self.pane.token)
        if status != 200:
            return f"{status}"
        return ", ".join(sorted({row["health"] for row in json.loads(body)["results"]}))


Fault = Callable[[Scene], None]


def _switched(name: str, least: float, most: float, value: Callable[[Scene], float] = lambda scene: 1) -> Fault:
    def fault(scene: Scene) -> None:
        cluster: DemoApi = scene.some()
        cluster.switch(name, value(scene))
        scene.last(least, most)
        cluster.loop.call(cluster.server.faults.heal)

    return fault


def _restarts(scene: Scene) -> None:
    cluster: DemoApi = scene.some()
    cluster.loop.run(cluster.server.restart(scene.random.uniform(0.05, 2)))


def _forgets(scene: Scene) -> None:
    cluster: DemoApi = scene.some()
    cluster.loop.call(cluster.server.expire)


def _killed(scene: Scene) -> None:
    gone = scene.leader()
    gone.kill()
    scene.watchers.remove(gone)
    scene.watchers.append(scene.pane.watch())


def _paused(scene: Scene) -> None:
    """Longer than a lease lasts: another leads, and then there are two who think that they do."""
    slow = scene.leader()
    slow.kill(signal.SIGSTOP)
    scene.last(2, 14)
    slow.kill(signal.SIGCONT)


def _web_killed(scene: Scene) -> None:
    assert scene.web
    scene.web.kill()
    scene.web = scene.pane.serve()


def _locked(scene: Scene) -> None:
    if scene.server:
        with psycopg.connect(scene.server.url) as holding:
            holding.execute("SELECT * FROM regions_lease FOR UPDATE")
            scene.last(0.2, 5)
        return
    with closing(sqlite3.connect(scene.database, timeout=30, isolation_level=None)) as holding:
        holding.execute("BEGIN EXCLUSIVE")
        scene.last(0.2, 5)
        holding.execute("ROLLBACK")


def _cut_off(scene: Scene) -> None:
    assert scene.server
    scene.server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def _database_killed(scene: Scene) -> None:
    assert scene.server
    scene.server.kill()
    scene.last(0.0, 3)
    scene.server.start()


def _database_frozen(scene: Scene) -> None:
    assert scene.server
    scene.server.freeze()
    scene.last(0.5, 6)
    scene.server.thaw()


def _real_killed(scene: Scene) -> None:
    cluster = scene.some()
    cluster.stop()
    scene.last(0.0, 2)
    cluster.start()


def _real_frozen(scene: Scene) -> None:
    cluster = scene.some()
    cluster.freeze()
    scene.last(0.5, 20)
    cluster.thaw()


def _real_forgets(scene: Scene) -> None:
    scene.some().compact()


DEMO: dict[str, Fault] = {
    "an API server is gone for a moment": _restarts,
    "an API server takes connections and says nothing": _switched("freeze", 0.3, 8),
    "watches stay open and say nothing": _switched("silence", 0.3, 8),
    "an API server drips": _switched("drip", 0.5, 4),
    "an API server answers with garbage": _switched("garbage", 0.3, 4),
    "an API server has too many requests (429)": _switched("429", 0.3, 4),
    "an API server fails (500)": _switched("500", 0.3, 4),
    "a token is refused, then taken again": _switched("revoke", 0.3, 4),
    "a clock is wrong by up to an hour": _switched("skew", 0.3, 3, lambda scene: scene.random.uniform(-3600, 3600)),
    "history is forgotten (410)": _forgets,
}
PROCESSES: dict[str, Fault] = {
    "kill -9 of the watcher that leads": _killed,
    "SIGSTOP of the watcher that leads": _paused,
    "kill -9 of a web process": _web_killed,
    "the database is locked by somebody": _locked,
}
POSTGRESQL: dict[str, Fault] = {
    "PostgreSQL ends all connections": _cut_off,
    "kill -9 of PostgreSQL": _database_killed,
    "SIGSTOP of PostgreSQL": _database_frozen,
}
REAL: dict[str, Fault] = {
    "kill -9 of a kube-apiserver": _real_killed,
    "SIGSTOP of a kube-apiserver": _real_frozen,
    "compaction of etcd, and a restart": _real_forgets,
}


@dataclass
class Outcome:
    """What came of a run, by fault."""

    seed: int
    runs: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)  # seconds until all was told and heard again
    written: int = 0
    excused: int = 0

    @property
    def sound(self) -> bool:
        return not self.wrong


@contextmanager
def scene(seed: int, rate: float, on_postgresql: bool, rig: Rig | None) -> Iterator[tuple[Scene, dict[str, Fault]]]:
    """Everything started and whole, and the faults that can befall it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pane-faults-")))
        clusters: dict[str, Any] = real_clusters(rig) if rig else stack.enter_context(demo_clusters())
        server = _postgres(stack) if on_postgresql else None
        address = server.url if server else ""
        pane = stack.enter_context(installed(folder / "pane", clusters[MANAGEMENT].kubeconfig(), address))
        made = Scene(clusters, pane, address or str(folder / "pane" / "pane.sqlite3"), History(), random.Random(seed))
        made.server, made.web = server, pane.serve()
        made.watchers = [pane.watch(), pane.watch()]
        until("all is heard", made.whole, HEALS)
        for number, cluster in enumerate(clusters.values()):
            made.steppers.append(stack.enter_context(Stepper(cluster, made.history, rate, seed + number)))
        until("steps are told", lambda: any(row.step for row in log_of(made.database)), HEALS)
        yield made, (REAL if rig else DEMO) | PROCESSES | (POSTGRESQL if server else {})


def befall(seed: int, runs: int, rate: float, on_postgresql: bool = False, rig: Rig | None = None) -> Outcome:
    """Each fault so often, in no order, once the one before is mended. Ends at the first that does not mend."""
    outcome = Outcome(seed)
    with scene(seed, rate, on_postgresql, rig) as (made, faults):
        order = [name for name in faults for _ in range(runs)]
        made.random.shuffle(order)
        for name in order:
            made.last(0.0, 1.0)
            faults[name](made)
            outcome.runs[name] += 1
            began, upto = time.monotonic(), made.history.stands()
            mended = _mended(made, upto)
            outcome.slowest[name] = max(outcome.slowest.get(name, 0.0), time.monotonic() - began)
            verdict = made.history.judge(log_of(made.database), upto)
            if not (mended and verdict.sound):
                outcome.wrong[name] = f"{verdict}; pages say {made.said()}"
                print(made.pane.logs())
                break
        for stepper in made.steppers:
            stepper.stop()
        if outcome.sound and not _mended(made, made.history.stands()):
            outcome.wrong["after all of them"] = str(made.history.judge(log_of(made.database)))
        verdict = made.history.judge(log_of(made.database))
        outcome.written, outcome.excused = verdict.written, verdict.excused
    return outcome


def _mended(made: Scene, upto: dict[str, int]) -> bool:
    with suppress(AssertionError):
        return until("whole again", lambda: made.whole(upto), HEALS, 0.2)
    return False


def _postgres(stack: ExitStack) -> postgres.Postgres:
    programs = postgres.find()
    if programs is None:
        raise LookupError(postgres.HOW)
    server = postgres.Postgres(programs)
    stack.callback(server.remove)
    server.start()
    return server
