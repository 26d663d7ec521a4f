"""For every suite: the real API servers, what to do without a part, `--database-only`, and how tests are grouped when
several run side by side (`-n 2 --dist loadgroup`)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from django.conf import settings

from tests import markup
from tests.rig import alertmanager, binaries, keycloak, prometheus, victoria
from tests.rig.fleet import Rig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="only tests that use the database, to run these on another one"
    )


SERVERS = ("boxed", "real_keycloak", "rig", "manager")
"""Fixtures with servers, or a demo, of their own, the longest last. Those who share one come together, and it ends
after the last of them: even API servers that nobody asks take a tenth of a processor each."""
_stops: dict[str, Callable[[], None]] = {}


def pytest_itemcollected(item: pytest.Item) -> None:
    # Here, because what makes the groups of it looks before any of our hooks that see all items.
    group = _server_of(item) or item.path.relative_to(item.config.rootpath).as_posix()
    item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database_only"):
        chosen = [item for item in items if _is_of_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen
    if getattr(config.option, "loadgroup", False) and items and "@" not in items[0].nodeid:
        raise pytest.UsageError("Tests that share API servers would run side by side: this pytest makes no groups.")
    # The longest begin first where several run side by side, and come last where one waits for the first failure.
    place = {name: number for number, name in enumerate((None, *SERVERS))}
    items.sort(key=lambda item: place[_server_of(item)], reverse=hasattr(config, "workerinput"))


def _is_of_database(item: pytest.Item) -> bool:
    fixtures = _fixtures(item)
    uses = item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "django_db_setup"}
    # What a browser shows of the same rows is the same on every database, and so is what these answer.
    return bool(uses) and not fixtures & {"browser", "manager", "real_keycloak"}


def _fixtures(item: pytest.Item) -> set[str]:
    """Those that it names, and those that it asks for as it runs, which a marker says."""
    asked = (name for marker in item.iter_markers("asks_for") for name in marker.args)
    return {*getattr(item, "fixturenames", ()), *asked}


def _server_of(item: pytest.Item) -> str | None:
    return next((name for name in SERVERS if name in _fixtures(item)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in set(_stops) - _fixtures(item):
        _stops.pop(name)()


@contextmanager
def until_unused(name: str, stop: Callable[[], None]) -> Iterator[None]:
    """For a fixture in SERVERS: `stop` is called before the first test that does not use it, or at the end."""
    _stops[name] = stop
    try:
        yield
    finally:
        _stops.pop(name, lambda: None)()


class Server(Protocol):
    """A real part that runs beside the tests."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


Program = TypeVar("Program")
Started = TypeVar("Started", bound=Server)


@contextmanager
def running(program: Program | None, how: str, made: Callable[[Program], Started]) -> Iterator[Started]:
    """What `made` makes of this program, started; where there is no program, `how` says how to get it."""
    need(program, how)
    assert program
    server = made(program)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def need(what: object, sentence: str) -> None:
    """Go on if it is there; else skip with this sentence, or fail where real parts are required (continuous tests)."""
    if what:
        return
    if os.environ.get("PANE_REQUIRE_REAL") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """A test is one transaction, idle for as long as an API server takes to start: PostgreSQL must not end it."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if said := options.get("options"):
        options["options"] = f"{said} -c idle_in_transaction_session_timeout=0"


@pytest.fixture(scope="session", autouse=True)
def pages_are_read_as_browsers_do() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.Client.request", markup.request)
        yield


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """A real management cluster and two real regions (API servers without nodes), one for the whole run."""
    with running(binaries.find(), binaries.HOW, Rig) as started, until_unused("rig", started.stop):
        yield started


@pytest.fixture
def fresh_fleet(rig: Rig) -> Rig:
    """The rig with everything running, all CRDs in place and no objects."""
    rig.refresh()
    return rig


@pytest.fixture(scope="session")
def victoria_metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[victoria.Victoria]:
    """A real VictoriaMetrics, empty at first, one for the whole run: use names of your own, or drop what you loaded."""
    folder = tmp_path_factory.mktemp("victoria")
    with running(victoria.find(), victoria.HOW, lambda program: victoria.Victoria(program, folder)) as started:
        yield started


@pytest.fixture(scope="session")
def real_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[prometheus.Prometheus]:
    """A real Prometheus, empty at first, one for the whole run: use names of your own."""
    folder = tmp_path_factory.mktemp("prometheus")
    with running(prometheus.find(), prometheus.HOW, lambda program: prometheus.Prometheus(program, folder)) as started:
        yield started


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


@pytest.fixture(scope="session")
def real_keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keycloak.Keycloak]:
    """A real Keycloak with the realm of tests/keycloak, one for the whole run: make people of your own."""
    folder = tmp_path_factory.mktemp("keycloak")
    found = running(keycloak.find(), keycloak.HOW, lambda program: keycloak.Keycloak(program, folder))
    with found as started, until_unused("real_keycloak", started.stop):
        yield started
