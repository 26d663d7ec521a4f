"""For every suite: the real API servers, what to do without a part, and `--database-only`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig import alertmanager, binaries, prometheus, victoria
from tests.rig.fleet import Rig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="only tests that use the database, to run these on another one"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # API servers that nobody asks still take a tenth of a processor each: those who need them come last, together.
    items.sort(key=lambda item: ["manager" in item.fixturenames, "rig" in item.fixturenames])  # type: ignore[attr-defined]
    if not config.getoption("database_only"):
        return
    fixtures = {"db", "transactional_db", "django_db_setup"}
    chosen = [
        item
        for item in items
        if item.get_closest_marker("django_db") or not fixtures.isdisjoint(getattr(item, "fixturenames", ()))
    ]
    # What a browser shows of the same rows is the same on every database, and so is what k0rdent's manager answers.
    chosen = [item for item in chosen if {"browser", "manager"}.isdisjoint(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def need(what: object, sentence: str) -> None:
    """Go on if it is there; else skip with this sentence, or fail where real parts are required (continuous tests)."""
    if what:
        return
    if os.environ.get("PANE_REQUIRE_REAL") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """A real management cluster and two real regions (API servers without nodes), one for the whole run."""
    found = binaries.find()
    need(found, binaries.HOW)
    assert found
    started = Rig(found)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def fresh_fleet(rig: Rig) -> Rig:
    """The rig with everything running, all CRDs in place and no objects."""
    rig.refresh()
    return rig


@pytest.fixture(scope="session")
def victoria_metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[victoria.Victoria]:
    """A real VictoriaMetrics, empty at first, one for the whole run: use names of your own, or drop what you loaded."""
    program = victoria.find()
    need(program, victoria.HOW)
    assert program
    started = victoria.Victoria(program, tmp_path_factory.mktemp("victoria"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def real_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[prometheus.Prometheus]:
    """A real Prometheus, empty at first, one for the whole run: use names of your own."""
    program = prometheus.find()
    need(program, prometheus.HOW)
    assert program
    started = prometheus.Prometheus(program, tmp_path_factory.mktemp("prometheus"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def real_alertmanager(tmp_path: Path) -> Iterator[Callable[[str], alertmanager.Alertmanager]]:
    """Starts a real Alertmanager with this configuration, and stops it after the test."""
    program = alertmanager.find()
    need(program, alertmanager.HOW)
    assert program
    started: list[alertmanager.Alertmanager] = []

    def start(config: str) -> alertmanager.Alertmanager:
        started.append(alertmanager.Alertmanager(program, tmp_path, config))
        started[-1].start()
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.stop()
