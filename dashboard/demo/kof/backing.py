"""A real VictoriaMetrics behind the demo's stores, where there is one on the machine: fed by the demo's own series.

One process serves all stores; each sees its own series by a label that never leaves this module. Until its history is
filled in, and whenever it is gone, the demo's evaluator answers instead.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp

from dashboard.demo.kof.families import FAMILIES
from dashboard.demo.kof.queries import Arguments, Body, Wrong
from dashboard.demo.kof.telemetry import MANAGEMENT_STORE, Telemetry
from dashboard.demo.kof.tracks import INTERVAL, Made

PROGRAM = "victoria-metrics"
_MARK = "pane_store"
_MOST = 150  # clusters: beyond, feeding would cost the demo more than it gives
# The past that is filled in: of everything a good hour by the minute; of what charts show over days, more, but coarser.
_RECENT, _WEEK, _MONTH = 70 * 60.0, 8 * 86400.0, 30 * 86400.0
_STEPS = (60.0, 1800.0, 10800.0)
_LONG: dict[str, tuple[str, str]] = {  # a label and value that it must have, if any
    "up": ("job", "kube-state-metrics"),
    "kube_node_status_condition": ("status", "true"),
    "kube_node_info": ("", ""),
    "cluster:node_cpu:ratio_rate5m": ("", ""),
    "node_total_hourly_cost": ("", ""),
    ":node_memory_MemAvailable_bytes:sum": ("", ""),
    "node_memory_MemTotal_bytes": ("", ""),
    "node_filesystem_avail_bytes": ("", ""),
    "node_filesystem_size_bytes": ("", ""),
    "code_resource:apiserver_request_total:rate5m": ("", ""),
    "vm_free_disk_space_bytes": ("", ""),
    "vm_data_size_bytes": ("", ""),
    "instance:node_network_receive_bytes_excluding_lo:rate5m": ("", ""),
    "DCGM_FI_DEV_GPU_UTIL": ("", ""),
    "projectsveltos_total_drifts": ("", ""),
    "ALERTS": ("", ""),
    "etcd_server_leader_changes_seen_total": ("", ""),
    "container_cpu_allocation": ("", ""),
    "kube_node_status_allocatable": ("resource", "cpu"),
    "kube_pod_container_status_waiting_reason": ("", ""),
    "namespace_cpu:kube_pod_container_resource_requests:sum": ("", ""),
    "kube_deployment_spec_replicas": ("", ""),
    "kube_deployment_status_replicas_available": ("", ""),
    "etcd_mvcc_db_total_size_in_bytes": ("", ""),
    "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile": ("", ""),
    "etcd_server_quota_backend_bytes": ("", ""),
    "otelcol_exporter_queue_size": ("", ""),
    "otelcol_exporter_queue_capacity": ("", ""),
    "vm_rows_inserted_total": ("", ""),
    "vm_cache_entries": ("", ""),
    "otelcol_exporter_send_failed_metric_points_total": ("", ""),
}
_BATCH = 400_000  # bytes of one import


class Backing:
    """`ready` once it knows what the evaluator knows."""

    def __init__(self, telemetry: Telemetry, folder: Path) -> None:
        self._telemetry = telemetry
        self._folder = folder / "victoria-metrics"
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._url = ""
        self._lines: dict[int, tuple[Made, str]] = {}
        self.filled = False
        self.samples = 0

    @property
    def ready(self) -> bool:
        return self.filled and self._process is not None and self._process.poll() is None

    # -- its life ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Start, fill in the past, then feed, for ever; or say nothing and leave it to the evaluator."""
        binary = shutil.which(PROGRAM)
        await self._telemetry.looked.wait()
        if binary is None or len(self._telemetry.tracks) > _MOST:
            return
        try:
            await asyncio.to_thread(self._start, binary)
            self._session = aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=30))
            await self._answering()
            until = await self._fill()
            while self._process and self._process.poll() is None:
                until = await self._feed(until)
                if not self.filled:  # what was taken in is found a little later, unless it is asked for
                    async with self._session.get(f"{self._url}/internal/force_flush") as answer:
                        self.filled = answer.status == 200
                await asyncio.sleep(max(1.0, until + INTERVAL - time.time()))
        except (aiohttp.ClientError, OSError, TimeoutError):
            self.filled = False  # the evaluator goes on alone

    def _start(self, binary: str) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)  # what another demo left behind when it was killed
        self._folder.mkdir(parents=True, mode=0o700)
        port = _free_port()
        self._url = f"http://127.0.0.1:{port}"
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    binary,
                    f"-httpListenAddr=127.0.0.1:{port}",
                    f"-storageDataPath={self._folder / 'data'}",
                    "-retentionPeriod=2",
                    "-memory.allowedBytes=128MB",
                    "-search.latencyOffset=1ms",
                    "-selfScrapeInterval=0",
                    "-loggerLevel=ERROR",
                    "-search.maxUniqueTimeseries=300000",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # It reads from a pipe that only we hold: when we end, however we end, it reads the end and kills.
        self._guard = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", 'read -r _; kill -9 "$1" 2>/dev/null', "guard", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    async def _answering(self) -> None:
        assert self._session
        for _ in range(200):
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.get(f"{self._url}/health") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
        raise TimeoutError("VictoriaMetrics does not answer")

    async def stop(self) -> None:
        if self._session:
            await self._session.close()
        for process in (self._process, self._guard):
            if process:
                process.kill()
                await asyncio.to_thread(process.wait)
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, True)

    # -- feeding -------------------------------------------------------------------------------------------------

    def _everything(self) -> Iterator[tuple[str, str, Made]]:
        """Store, name, series."""
        tracks = [self._telemetry.mothership, *self._telemetry.tracks.values()]
        for track in tracks:
            for name in FAMILIES:
                for series in track.series(name):
                    yield track.store, name, series
        for noted in list(self._telemetry.noted.values()):
            yield MANAGEMENT_STORE, noted.labels["__name__"], noted.made

    async def _fill(self) -> float:
        """The past, coarser the longer ago; until when."""
        now = time.time() // INTERVAL * INTERVAL
        async for lines in self._batches(self._history(now)):
            await self._import("import", lines)
        return now

    def _history(self, now: float) -> Iterator[str]:
        for store, name, series in self._everything():
            times, values = series.every(_STEPS[0], now - _RECENT, now)
            label, wanted = _LONG.get(name, ("", "none"))
            if series.labels.get(label, "") == wanted:
                older, were = series.every(_STEPS[1], now - _WEEK, now - _RECENT)
                oldest, had = series.every(_STEPS[2], now - _MONTH, now - _WEEK)
                times, values = oldest + older + times, had + were + values
            if times:
                self.samples += len(times)
                yield (
                    json.dumps(
                        {
                            "metric": series.labels | {_MARK: store},
                            "values": values,
                            "timestamps": [int(when * 1000) for when in times],
                        }
                    )
                    + "\n"
                )

    async def _feed(self, until: float) -> float:
        """What was scraped since."""
        now = time.time() // INTERVAL * INTERVAL
        if now > until:
            async for lines in self._batches(self._scraped(until, now)):
                await self._import("import/prometheus", lines)
        return max(now, until)

    def _scraped(self, until: float, now: float) -> Iterator[str]:
        kept: dict[int, tuple[Made, str]] = {}
        for store, _, series in self._everything():
            times, values = series.every(INTERVAL, until, now)
            if not times:
                continue
            known = self._lines.get(id(series))
            text = known[1] if known and known[0] is series else _text(series.labels | {_MARK: store})
            kept[id(series)] = (series, text)
            for when, value in zip(times, values, strict=True):
                yield f"{text} {value!r} {int(when * 1000)}\n"
        self._lines = kept

    async def _batches(self, lines: Iterator[str]) -> AsyncIterator[bytes]:
        """Joined to imports of some size; in between, everybody else has a turn."""
        batch: list[str] = []
        size, began = 0, time.monotonic()
        for line in lines:
            batch.append(line)
            size += len(line)
            if size > _BATCH:
                yield "".join(batch).encode()
                batch, size = [], 0
            if time.monotonic() - began > 0.01:
                await asyncio.sleep(0.01)  # half of the time at most
                began = time.monotonic()
        if batch:
            yield "".join(batch).encode()

    async def _import(self, path: str, lines: bytes) -> None:
        assert self._session
        async with self._session.post(f"{self._url}/api/v1/{path}", data=lines) as answer:
            if answer.status >= 300:
                raise aiohttp.ClientError(f"VictoriaMetrics took no samples: {answer.status}")

    # -- answering -----------------------------------------------------------------------------------------------

    async def answer(self, path: str, given: Arguments, store: str, without: list[str]) -> Body:
        """As this store, without some clusters. Raises Wrong."""
        assert self._session
        mine = f'{_MARK}="{store}"' + (f',cluster!~"{"|".join(without)}"' if without else "")
        pairs = [*given.pairs, ("extra_filters[]", "{" + mine + "}"), ("nocache", "1")]
        if path == "series" and not given.every("match[]", "match"):
            pairs.append(("match[]", '{__name__!=""}'))
        try:
            async with self._session.post(f"{self._url}/api/v1/{path}", data=pairs) as answer:
                body = json.loads(await answer.read())
                if answer.status != 200:
                    raise Wrong(answer.status, str(body.get("error", "")).replace(mine, "…"))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Wrong(503, f"the store behind does not answer: {type(error).__name__}") from error
        return {"data": _unmarked(body["data"])}


def _unmarked(data: Any) -> Any:
    """Without our own label."""
    if isinstance(data, dict):
        for each in data.get("result", []):
            if isinstance(each, dict):
                each.get("metric", {}).pop(_MARK, None)
        return data
    for each in data:
        if isinstance(each, dict):
            each.pop(_MARK, None)
    return [each for each in data if each != _MARK]


def _text(labels: dict[str, str]) -> str:
    """As the text format has it, name first."""
    escaped = ((key, value.replace("\\", "\\\\").replace('"', '\\"')) for key, value in labels.items())
    inside = ",".join(f'{key}="{value}"' for key, value in escaped if key != "__name__")
    return f"{labels['__name__']}{{{inside}}}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
