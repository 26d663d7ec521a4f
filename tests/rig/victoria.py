"""A real VictoriaMetrics on a free port of this machine, its data in a folder of its own."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.rig import stores
from tests.rig.process import Process, free_port

HOW = stores.how("victoria-metrics")


def find() -> Path | None:
    """The program, or None."""
    return stores.find("victoria-metrics")


class Victoria:
    """Started, loaded, asked, stopped. `url` is what a store's base address is: `/api/v1/query` follows it."""

    def __init__(self, program: Path, folder: Path, name: str = "victoria-metrics", **flags: str) -> None:
        self.program = program
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(name, folder / f"{name}.log")
        self.flags = flags  # further ones: httpAuth_username="ada" is -httpAuth.username=ada

    def start(self) -> None:
        flags = [f"-{name.replace('_', '.')}={value}" for name, value in self.flags.items()]
        self.process.start(
            [
                str(self.program),
                f"-storageDataPath={self.folder / 'data'}",
                f"-httpListenAddr=127.0.0.1:{self.port}",
                "-retentionPeriod=100y",
                "-memory.allowedBytes=128MB",
                *flags,
            ]
        )
        self.process.wait(self._healthy, 30)

    def stop(self) -> None:
        self.process.kill()

    def load(self, text: str, *, at: float | None = None, labels: Mapping[str, str] | None = None) -> None:
        """Take in samples in the Prometheus text format, seen by queries at once. `at`: seconds since 1970.

        Without it they are two seconds old: queries are evaluated at whole seconds.
        """
        query = [("timestamp", str(int((time.time() - 2 if at is None else at) * 1000)))]
        query += [("extra_label", f"{name}={value}") for name, value in (labels or {}).items()]
        self._call(f"/api/v1/import/prometheus?{urllib.parse.urlencode(query)}", text.encode())
        self._call("/internal/force_flush")

    def drop(self, match: str) -> None:
        """Forget the series that this selector matches."""
        self._call(f"/api/v1/admin/tsdb/delete_series?{urllib.parse.urlencode({'match[]': match})}", b"")

    def query(self, promql: str, *, at: float | None = None) -> list[dict[str, Any]]:
        """The rows of an instant query, asked past everything that Pane does."""
        query = {"query": promql, "nocache": "1"} | ({"time": str(at)} if at is not None else {})
        return json.loads(self._call(f"/api/v1/query?{urllib.parse.urlencode(query)}"))["data"]["result"]

    def _healthy(self) -> bool:
        try:
            return b"OK" in self._call("/health")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def _call(self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        request = urllib.request.Request(self.url + path, body, dict(headers or {}))
        if user := self.flags.get("httpAuth_username"):
            pair = base64.b64encode(f"{user}:{self.flags.get('httpAuth_password', '')}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return answer.read()
