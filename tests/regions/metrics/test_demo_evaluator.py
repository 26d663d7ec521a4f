"""The demo's evaluator says of the demo's series what a real VictoriaMetrics says of them."""

import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from dashboard.demo.kof.families import FAMILIES
from dashboard.demo.kof.promql.evaluate import instant
from dashboard.demo.kof.promql.source import Listed, Samples
from dashboard.demo.kof.telemetry import MANAGEMENT_STORE, Telemetry
from regions.metrics.stores.queries import QUERIES, merged
from tests.conformance.threads import Loop
from tests.rig.victoria import Victoria

pytestmark = pytest.mark.real
_RECENT, _DAYS = 70 * 60, 8 * 86400
_LONG = (
    "node_total_hourly_cost",
    "up",
    "etcd_server_leader_changes_seen_total",
    "vm_free_disk_space_bytes",
    "projectsveltos_total_drifts",
)


@dataclass
class Twice:
    """The same series in both."""

    source: Listed
    victoria: Victoria
    mark: str
    at: float

    def demo(self, promql: str) -> dict[str, float]:
        found = instant(self.source, promql, self.at)
        rows = found if isinstance(found, list) else [({}, found)]
        return {self._key(labels): value for labels, value in rows}

    def real(self, promql: str) -> dict[str, float]:
        given = {"query": promql, "time": str(self.at), "nocache": "1", "extra_filters[]": f'{{twice="{self.mark}"}}'}
        answer = json.loads(self.victoria._call("/api/v1/query", urllib.parse.urlencode(given).encode()))
        return {self._key(row["metric"]): float(row["value"][1]) for row in answer["data"]["result"]}

    @staticmethod
    def _key(labels: dict[str, str]) -> str:
        return json.dumps({k: v for k, v in labels.items() if k not in ("twice", "__name__")}, sort_keys=True)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Telemetry]:
    with Loop() as loop:
        installation = Installation(seed=7, size=Size(3, 40))
        loop.run(installation.start())
        loop.call(installation.observatory.alerts.look, time.time())
        yield installation.observatory.telemetry
        loop.run(installation.stop())


@pytest.fixture(scope="module", params=["regional", "management"])
def twice(request: pytest.FixtureRequest, fleet: Telemetry, victoria_metrics: Victoria) -> Twice:
    at = time.time() // 30 * 30
    store = MANAGEMENT_STORE if request.param == "management" else "kcm-system/telemetry-eu-west"
    found, lines = [], []
    made = [series for track in fleet.of(store) for name in FAMILIES for series in track.series(name)]
    if store == MANAGEMENT_STORE:
        made += [noted.made for noted in fleet.noted.values()]
    for series in made:
        times, values = series.every(30, at - _RECENT, at)
        if series.labels["__name__"] in _LONG:
            older, were = series.every(300, at - _DAYS, at - _RECENT)
            times, values = older + times, were + values
        if times:
            found.append(Samples(series.labels, times, values))
            lines.append(
                json.dumps(
                    {
                        "metric": series.labels | {"twice": request.param},
                        "values": values,
                        "timestamps": [int(when * 1000) for when in times],
                    }
                )
            )
    victoria_metrics._call("/api/v1/import", "\n".join(lines).encode())
    victoria_metrics._call("/internal/force_flush")
    return Twice(Listed(found), victoria_metrics, request.param, at)


def test_every_named_query_has_the_same_answer(twice: Twice):
    """As it is, from raw series, and as the meter asks it; where several are as large as each other, the sizes."""
    answered, differing = 0, []
    for query in QUERIES.values():
        for promql in {query.promql(), query.raw(), query.safe(), query.safe({"shop", "web"})} - {""}:
            here, there = twice.demo(promql), twice.real(promql)
            answered += bool(there)
            same = sorted(here.values()) == pytest.approx(sorted(there.values()), rel=1e-6, abs=1e-6)
            if not same or ("topk" not in promql and set(here) != set(there)):
                differing.append((query.id, promql, len(here), len(there)))
    assert differing == []
    assert answered > (25 if twice.mark == "management" else 70)


def test_many_at_once_as_the_meter_asks_them(twice: Twice):
    asked = {query.id: query.safe() for query in QUERIES.values() if query.src in "RS" and "topk" not in query.q}
    for promql, _ in merged(asked):
        assert twice.demo(promql) == pytest.approx(twice.real(promql), rel=1e-6, abs=1e-6)
