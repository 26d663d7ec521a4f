"""A real Alertmanager on a free port of this machine. It tells nobody: its receivers have nowhere to send to."""

import json
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.rig import stores
from tests.rig.process import Process, free_port

HOW = stores.how("alertmanager")


def find() -> Path | None:
    """The program, or None."""
    return stores.find("alertmanager")


class Alertmanager:
    """Started with a configuration (YAML), told of alerts, asked, stopped."""

    def __init__(self, program: Path, folder: Path, config: str) -> None:
        self.program = program
        self.folder = folder
        self.config = config
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process("alertmanager", folder / "alertmanager.log")

    def start(self) -> None:
        config = self.folder / "alertmanager.yml"
        config.write_text(self.config)
        self.process.start(
            [
                str(self.program),
                f"--config.file={config}",
                f"--storage.path={self.folder / 'alertmanager-data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
            ]
        )
        self.process.wait(self._healthy, 60)

    def stop(self) -> None:
        self.process.kill()

    def fire(self, *alerts: Mapping[str, Any]) -> None:
        """Be told of alerts, as Prometheus posts them: labels, annotations, startsAt, endsAt."""
        self.post("/api/v2/alerts", alerts)

    def post(self, path: str, body: Iterable[Mapping[str, Any]] | Mapping[str, Any]) -> bytes:
        return self._call(path, json.dumps(body).encode())

    def get(self, path: str) -> Any:
        return json.loads(self._call(path))

    def _healthy(self) -> bool:
        try:
            return bool(self._call("/-/ready"))
        except OSError:
            return False

    def _call(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            said: bytes = answer.read()
            return said or b"ok"
