"""A real Prometheus on a free port of this machine: it scrapes nothing, and takes in what it is sent, however old."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.rig import remote_write, stores
from tests.rig.process import Process, free_port

HOW = stores.how("prometheus")

CONFIG = """
global: {scrape_interval: 15s}
storage: {tsdb: {out_of_order_time_window: 36500d}}
"""


def find() -> Path | None:
    """The program, or None."""
    return stores.find("prometheus")


class Prometheus:
    """Started, loaded, asked, stopped. `url` is what a store's base address is: `/api/v1/query` follows it."""

    def __init__(self, program: Path, folder: Path, name: str = "prometheus") -> None:
        self.program = program
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(name, folder / f"{name}.log")

    def start(self) -> None:
        config = self.folder / "prometheus.yml"
        config.write_text(CONFIG)
        self.process.start(
            [
                str(self.program),
                f"--config.file={config}",
                f"--storage.tsdb.path={self.folder / 'prometheus-data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--web.enable-remote-write-receiver",
                "--storage.tsdb.retention.time=100y",
                "--query.max-samples=200000000",
            ]
        )
        self.process.wait(self._healthy, 60)

    def stop(self) -> None:
        self.process.kill()

    def write(self, series: Iterable[remote_write.Series]) -> None:
        """Take in series: labels with `__name__`, and (seconds since 1970, value) in the order of time."""
        for body in remote_write.bodies(series):
            self._call("/api/v1/write", body, **remote_write.HEADERS)

    def query(self, promql: str, *, at: float | None = None) -> list[dict[str, Any]]:
        """The rows of an instant query."""
        query = {"query": promql} | ({"time": str(at)} if at is not None else {})
        found: list[dict[str, Any]] = json.loads(self._call("/api/v1/query", urllib.parse.urlencode(query).encode()))[
            "data"
        ]["result"]
        return found

    def _healthy(self) -> bool:
        try:
            return bool(self._call("/-/ready"))
        except OSError:
            return False

    def _call(self, path: str, body: bytes | None = None, **headers: str) -> bytes:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, body, named)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            said: bytes = answer.read()
            return said or b"ok"
