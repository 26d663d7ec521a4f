"""The one etcd below all API servers of the rig."""

import base64
import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.rig.process import Process, free_port

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Etcd:
    """Serves on a free loopback port; speaks JSON through its own gateway."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._process = Process("etcd", folder / "etcd.log")
        port, peer = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            str(binary),
            "--name=rig",
            f"--data-dir={folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=error",
            f"--listen-client-urls={self.url}",
            f"--advertise-client-urls={self.url}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=rig=http://127.0.0.1:{peer}",
        ]

    def start(self) -> None:
        self._process.start(self._command)
        self._process.wait(self._healthy, 30)

    def stop(self) -> None:
        self._process.kill()

    def compact(self) -> int:
        """Forget all history; the revision up to which it is forgotten."""
        revision = int(self._call("/v3/kv/range", key=_b64("\0"), limit="1")["header"]["revision"])
        self._call("/v3/kv/compaction", revision=str(revision), physical=True)
        return revision

    def delete_below(self, prefix: str) -> int:
        """Delete every key that begins with this; how many there were. API servers hear of each as a deletion."""
        assert prefix.endswith("/"), "a prefix ends with a slash, else it takes its neighbours too"
        answer = self._call("/v3/kv/deleterange", key=_b64(prefix), range_end=_b64(prefix[:-1] + "0"))
        return int(answer.get("deleted", 0))

    def delete(self, key: str) -> None:
        self._call("/v3/kv/deleterange", key=_b64(key))

    def _healthy(self) -> bool:
        try:
            with _direct.open(f"{self.url}/health", timeout=2) as answer:
                return json.load(answer)["health"] == "true"
        except OSError:
            return False

    def _call(self, path: str, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode())
        with _direct.open(request, timeout=30) as answer:
            return json.load(answer)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
