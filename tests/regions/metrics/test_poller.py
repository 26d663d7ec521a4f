"""The meter against small stores that answer, hang, refuse and come back; what pages are told is the proof."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone

from regions import journal
from regions.domain.kinds import KINDS, Kind
from regions.domain.metrics.measures import Aggregate, Missing, Reading, Why
from regions.domain.metrics.stores import HandSetStore, StoreSource
from regions.domain.notes import Heard, Put
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.metrics.polling import poller as meter_module
from regions.metrics.polling import store_state as book_module
from regions.metrics.polling.poller import Poller
from regions.metrics.polling.store_state import StoreState
from regions.metrics.reads import measures
from regions.metrics.stores.options import MetricsOptions
from regions.models import Firing, Measured, Pulse, Store
from tests.regions.metrics import faults, kof
from tests.regions.metrics.faults import Faulty, Request, faulty, send

pytestmark = pytest.mark.django_db(transaction=True)

ADA = Viewer("ada")


class Secrets:
    """A gate that holds Secrets in memory."""

    def __init__(self, held: Mapping[tuple[str, str], Mapping[str, str]] | None = None) -> None:
        self.held = dict(held or {})
        self.read: list[tuple[str, str]] = []
        self.fetched: list[tuple[str, str, str]] = []

    def secret(self, namespace: str, name: str) -> Mapping[str, str] | None:
        self.read.append((namespace, name))
        return self.held.get((namespace, name))

    def fetch(self, namespace: str, service: str, path: str, query: Any, deadline: float, largest: int) -> Any:
        from regions.domain.metrics.measures import Why
        from regions.metrics.stores.errors import StoreError

        self.fetched.append((namespace, service, path))
        raise StoreError(Why.UNREACHABLE, "nothing is behind this gate")

    def close(self) -> None:
        pass


def options(**more: Any) -> MetricsOptions:
    base: dict[str, Any] = {
        "kubeconfig": None,
        "context": None,
        "allow_loopback": True,
        "through": True,
        "ca": None,
        "seconds": 1,
        "hand": HandSetStore(),
        "keep_days": 7,
    }
    return MetricsOptions(**base | more)


def kind_of(manifest: dict[str, Any]) -> Kind:
    return next(kind for kind in KINDS if kind.name == manifest["kind"] and _marked(kind, manifest))


def _marked(kind: Kind, manifest: dict[str, Any]) -> bool:
    return not kind.selector or kind.selector.split("=")[0] in manifest["metadata"].get("labels", {})


@pytest.fixture
def term() -> int:
    found = journal.claim("test", timezone.now())
    assert found
    return found


def put(term: int, *manifests: dict[str, Any]) -> None:
    now = timezone.now()
    notes = [Put(MANAGEMENT, kind_of(manifest), manifest, now) for manifest in manifests]
    linked = {"state": "connected", "heard_at": now, "synced_at": now}
    journal.record(term, [Heard(MANAGEMENT, now, linked), *notes], now)


def store(*clusters: tuple[str, str], values: Mapping[str, float] | None = None) -> faults.Handler:
    """A store that answers merged queries: for each query in it, a row a cluster."""
    numbers = {
        "cluster_list": 5.0,
        "freshness": 10.0,
        "nodes": 3.0,
        "nodes_ready": 3.0,
        "cpu_used_ratio": 0.5,
        "cpu_capacity": 8.0,
    } | dict(values or {})

    def handler(server: Faulty, line: Any, request: Request) -> None:
        query = request.query.get("query", "")
        rows = [
            {"metric": {"cluster": name, "clusterNamespace": namespace, "kpi": id}, "value": [0, str(value)]}
            for id, value in numbers.items()
            if f'"kpi", "{id}"' in query
            for namespace, name in clusters
        ]
        faults.answering({"status": "success", "data": {"resultType": "vector", "result": rows}})(server, line, request)

    return handler


def run(meter: Poller, until: Callable[[], bool], patience: float = 20.0) -> None:
    """Let the meter run until this is so; look at it from a thread, as pages do."""

    async def work() -> None:
        task = asyncio.create_task(meter.run())
        end = time.monotonic() + patience
        try:
            while time.monotonic() < end and not task.done():
                if await asyncio.to_thread(until):
                    return
                await asyncio.sleep(0.05)
            if task.done():
                task.result()
            raise AssertionError("it did not come to that")
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    asyncio.run(work())


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything sooner: what is tested is what happens, not when."""
    monkeypatch.setattr(meter_module, "FLUSH", 0.05)
    monkeypatch.setattr(meter_module, "LOOK", 0.2)
    monkeypatch.setattr(
        "regions.metrics.polling.round.DEADLINES", {"wall": 0.5, "detail": 0.5, "slow": 0.5, "cost": 0.5}
    )
    monkeypatch.setattr("regions.metrics.polling.round.PROBE", 0.3)


def beat(term: int) -> None:
    journal.beat(term, timezone.now())


def answered(*names: str) -> bool:
    return set(names) <= set(Store.objects.filter(answered_at__isnull=False).values_list("name", flat=True))


def test_figures_of_a_region_are_those_of_its_clusters_wherever_they_report(term: int):
    """Two stores, three Regions' clusters in them: a Store is not a Region."""
    with faulty(store(("team", "web"), ("team", "pay"))) as one, faulty(store(("team", "lab"))) as two:
        put(
            term,
            kof.region("fra1"),
            kof.region("ams1"),
            kof.regional("eu", one.url),
            kof.regional("us", two.url),
            kof.child("web", "eu"),
            kof.child("pay", "eu"),
            kof.child("lab", "us"),
            kof.deployment("web", "fra1"),
            kof.deployment("pay", "ams1"),
            kof.deployment("lab", "fra1"),
        )
        run(Poller(options(), term, Secrets()), lambda: Measured.objects.filter(readings__has_key="nodes").count() >= 3)
    beat(term)
    region = measures.region_measures("fra1", viewer=ADA)
    assert {one.label for one in region.clusters} == {"team/web", "team/lab"}
    assert {view.name for view in region.stores} == {"eu", "us"}
    assert (region.clusters_heard, region.clusters_of) == (2, 2)
    nodes = region.figures["nodes"]
    assert isinstance(nodes, Reading)
    assert (nodes.value, region.sums["nodes"].coverage) == (6.0, "2 of 2 clusters")
    assert region.history["cpu_used_ratio"][-1][1] == 0.5
    fleet = measures.fleet_measures(viewer=ADA)
    assert fleet.installed
    assert fleet.sums["nodes"].value == 9.0  # each cluster once
    web = measures.cluster_measures("team", "web", viewer=ADA)
    assert web.store
    assert web.store.name == "eu"
    assert web.reporting
    assert isinstance(web.figures["cpu_used_ratio"], Reading)
    assert isinstance(web.figures["gpu_count"], Missing)
    assert set(Pulse.objects.values_list("region", flat=True)) >= {"", "fra1", "ams1"}


def test_who_fails_is_named_with_why_and_costs_nobody_else_anything(term: int):
    with contextlib.ExitStack() as kept:
        bad = {
            "silent": kept.enter_context(faulty(faults.silent)).url,
            "drip": kept.enter_context(faulty(faults.dripping_body)).url,
            "broken": kept.enter_context(faulty(faults.answering({}, "500 Oh"))).url,
            "half": kept.enter_context(faulty(faults.breaking_off)).url,
            "refused": faults.refused(),
            "hole": kept.enter_context(faults.black_hole()),
            "away": kept.enter_context(faulty(faults.answering(b"", "302 Found", Location="http://x/"))).url,
        }
        good = {f"good{n}": kept.enter_context(faulty(store(("team", f"c{n}")))).url for n in range(13)}
        put(term, *(kof.regional(name, url) for name, url in (bad | good).items()))
        run(Poller(options(), term, Secrets()), lambda: answered(*good) and failed(*bad))
        # Nobody waited: what is well was asked again and again meanwhile, and answered at every turn.
        assert Store.objects.filter(name__in=good, failures=0).count() == 13
    beat(term)
    fleet = measures.fleet_measures(viewer=ADA)
    views = {view.name: view for view in fleet.stores}
    reasons = {name: views[name].trouble.reason for name in bad}  # type: ignore[union-attr]
    assert reasons["silent"] is Why.SLOW
    assert reasons["drip"] is Why.SLOW
    assert reasons["broken"] is Why.BROKEN
    assert reasons["away"] is Why.BROKEN
    assert reasons["half"] is Why.UNREACHABLE
    assert reasons["refused"] is Why.UNREACHABLE
    assert reasons["hole"] in (Why.UNREACHABLE, Why.SLOW)
    coverage = fleet.coverage
    assert isinstance(coverage, Aggregate)
    assert coverage.value == 13.0
    assert set(coverage.missing) >= set(bad)


def failed(*names: str) -> bool:
    return set(names) <= set(Store.objects.exclude(reason="").values_list("name", flat=True))


def test_who_comes_back_is_well_again_though_the_breaker_was_open(term: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(book_module, "SOON", book_module.timedelta(seconds=0.05))
    monkeypatch.setattr(meter_module, "SOON", book_module.timedelta(seconds=0.05))
    monkeypatch.setattr("regions.domain.metrics.breaker.PROBE", book_module.timedelta(seconds=0.1))
    with faulty(faults.answering({}, "500 Oh")) as server:
        put(term, kof.regional("eu", server.url))
        seen: list[str] = []

        def until() -> bool:
            row = Store.objects.filter(name="eu").first()
            if row and row.failures >= 3 and not seen:
                seen.append(row.message)
                assert row.next_at
                server.handler = store(("kcm-system", "eu"))
            return bool(seen and row and not row.reason)

        run(Poller(options(), term, Secrets()), until)
    assert "500" in seen[0]


def test_a_rotated_password_is_read_again(term: int):
    name = ("kof", "kof-vmuser-creds-admin-3200650249")
    wanted = {"password": "first-password"}
    gate = Secrets({name: {"username": "admin-3200650249", "password": "first-password"}})
    well = store(("kcm-system", "regional-adopted"))

    def handler(server: Faulty, line: Any, request: Request) -> None:
        if request.login == ("admin-3200650249", wanted["password"]):
            return well(server, line, request)
        return send(line, "401 Unauthorized", b"{}")

    with faulty(handler) as server:
        put(term, kof.regional("regional-adopted", server.url))

        def until() -> bool:
            row = Store.objects.filter(name="regional-adopted").first()
            if row and row.answered_at and wanted["password"] == "first-password":
                wanted["password"] = "second-password"
                gate.held[name] = {"username": "admin-3200650249", "password": "second-password"}
                wanted["since"] = row.answered_at.isoformat()
            return bool(row and "since" in wanted and row.answered_at and row.answered_at.isoformat() > wanted["since"])

        run(Poller(options(), term, gate), until)
    row = Store.objects.get(name="regional-adopted")
    assert row.credentials == "Secret kof/kof-vmuser-creds-admin-3200650249"
    assert not row.reason
    # What a Secret holds is nowhere in the database.
    dumped = repr(list(Store.objects.values())) + repr(list(Measured.objects.values()))
    assert "password" not in dumped.replace("kof-vmuser-creds", "")


def test_without_its_secret_a_store_that_wants_one_says_which(term: int):
    with faulty(faults.answering({}, "401 Unauthorized")) as server:
        put(term, kof.regional("eu", server.url))
        run(Poller(options(), term, Secrets()), lambda: failed("eu"))
    row = Store.objects.get(name="eu")
    assert row.reason == "no_credentials"
    assert "kof/storage-vmuser-credentials" in row.message


def test_one_query_that_a_store_does_not_take_costs_only_itself(term: int):
    inner = store(("team", "web"))

    def handler(server: Faulty, line: Any, request: Request) -> None:
        if '"kpi", "disk_worst"' in request.query.get("query", ""):
            return send(line, "422 Unprocessable Entity", b'{"error": "exceeds 300000 series"}')
        return inner(server, line, request)

    with faulty(handler) as server:
        put(term, kof.regional("eu", server.url), kof.child("web", "eu"), kof.deployment("web", "fra1"))
        run(Poller(options(), term, Secrets()), lambda: Measured.objects.filter(readings__has_key="nodes").exists())
    beat(term)
    web = measures.cluster_measures("team", "web", viewer=ADA)
    assert isinstance(web.figures["nodes"], Reading)
    disk = web.figures["disk_worst"]
    assert isinstance(disk, Missing)
    assert disk.reason is Why.TOO_LARGE
    assert "300000" in disk.sentence


def test_services_of_management_are_asked_by_way_of_its_api_server_without_a_password(term: int):
    gate = Secrets()
    put(term, kof.group("kof-storage-metrics", "vmselect-cluster.kof.svc:8481", "/select/0/prometheus", "storage"))
    run(Poller(options(), term, gate), lambda: failed("management store", "Alertmanager"))
    assert ("kof", "http:vmselect-cluster:8481", "/select/0/prometheus/api/v1/query") in gate.fetched
    assert ("kof", "http:vmalertmanager-cluster:9093", "/api/v2/alerts/groups") in gate.fetched
    assert gate.read == []
    assert set(Store.objects.filter(kind="management").values_list("route", flat=True)) == {"proxy"}


def test_alerts_are_kept_from_their_beginning_to_their_end(term: int):
    alert = {
        "labels": {"alertname": "KubeNodeNotReady", "severity": "warning", "cluster": "web", "source": "promxy"},
        "annotations": {"summary": "A node is not ready", "runbook_url": "javascript:alert(1)"},
        "startsAt": "2026-08-20T10:00:00Z",
        "fingerprint": "abc",
        "status": {"state": "active"},
    }
    watchdog = {"labels": {"alertname": "Watchdog"}, "startsAt": "2026-08-20T10:00:00Z", "status": {}}
    firing = [[{"alerts": [alert, watchdog]}, {"alerts": [alert]}]]

    def handler(server: Faulty, line: Any, request: Request) -> None:
        faults.answering(firing[0])(server, line, request)

    with faulty(handler) as server:
        put(term, kof.deployment("web", "fra1"), kof.region("fra1"))

        def until() -> bool:
            if Firing.objects.filter(ended_at__isnull=True).exists():
                firing[0] = []
            return Firing.objects.filter(ended_at__isnull=False).exists()

        run(Poller(options(hand=HandSetStore(alertmanager=server.url)), term, Secrets()), until)
    beat(term)
    assert measures.alerts(viewer=ADA) == ()
    (ended,) = measures.alerts(viewer=ADA, ended=True)
    assert (ended.name, ended.region, ended.deployment) == ("KubeNodeNotReady", "fra1", "team/web")
    assert ended.since == datetime(2026, 8, 20, 10, tzinfo=UTC)
    assert ended.runbook == ""  # no link but http and https
    assert measures.alerts(viewer=ADA, region="ams1", ended=True) == ()


def test_who_no_longer_leads_writes_nothing(term: int):
    with faulty(store(("team", "web"))) as server:
        put(term, kof.regional("eu", server.url))
        journal.release(term)
        journal.claim("another", timezone.now())
        with pytest.raises(journal.LeaseLost):
            run(Poller(options(), term, Secrets()), lambda: False)
    assert not Store.objects.exists()


def test_what_a_store_makes_up_costs_that_store_alone(monkeypatch: pytest.MonkeyPatch):
    async def turn(self: Poller, book: StoreState) -> None:
        raise OverflowError("date value out of range")

    async def work() -> StoreState:
        book = StoreState(StoreSource("regional:a/eu", "regional", "eu", "http://eu", "ConfigMap"))
        task = asyncio.create_task(Poller(options(seconds=60), 1, Secrets()).follow(book))
        await asyncio.wait([task], timeout=0.1)
        assert not task.done()
        task.cancel()
        return book

    monkeypatch.setattr(Poller, "turn", turn)
    failure = asyncio.run(work()).failure
    assert failure
    assert failure.why is Why.BROKEN


def test_what_the_database_does_not_take_is_no_lost_database(monkeypatch: pytest.MonkeyPatch):
    errors = [DataError("value too long for type character varying(253)"), journal.LeaseLost()]

    async def broken(self: Poller) -> None:
        raise errors.pop(0)

    monkeypatch.setattr(Poller, "_run", broken)
    monkeypatch.setattr(meter_module, "AGAIN", 0)
    with pytest.raises(journal.LeaseLost):
        asyncio.run(Poller(options(), 1, Secrets()).run())
    assert not errors, "the watcher, which ends with the meter, went on"


def test_a_store_that_is_no_longer_named_is_forgotten(term: int):
    with faulty(store(("team", "web"))) as server:
        put(term, kof.regional("eu", server.url))
        run(Poller(options(), term, Secrets()), lambda: answered("eu"))
    from regions.domain.notes import Gone

    manifest = kof.regional("eu", server.url)
    journal.record(term, [Gone(MANAGEMENT, kind_of(manifest), manifest, timezone.now())], timezone.now())
    run(Poller(options(), term, Secrets()), lambda: not Store.objects.exists())
    assert not Measured.objects.exists()


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    from django.db import connections

    yield
    connections.close_all()
