"""`manage.py watch` as processes of their own, against the rig, writing the test database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from regions.models import Change, Cluster, Lease, Resource, Stream

Found = TypeVar("Found")


def database_url() -> str:
    """The database of this test, as another process names it."""
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    user = quote(found["USER"]) + (f":{quote(found['PASSWORD'])}" if found["PASSWORD"] else "")
    return f"postgresql://{user}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


class Watching:
    """Starts and ends watchers, and waits for what they write."""

    def __init__(self, folder: Path, kubeconfig: str) -> None:
        self.folder = folder
        (folder / "kubeconfig").write_text(kubeconfig)
        (folder / "kubeconfig").chmod(0o600)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PANE_DATA": str(self.folder),
            "PANE_DATABASE_URL": database_url(),
            "PANE_KUBECONFIG": str(self.folder / "kubeconfig"),
            "PANE_ALLOW_LOOPBACK": "1",
        }
        with (self.folder / "watch.log").open("ab") as log:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "watch"]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill(process)

    @property
    def log(self) -> str:
        return (self.folder / "watch.log").read_text() if (self.folder / "watch.log").exists() else ""

    def until(self, what: str, check: Callable[[], Found], seconds: float = 60) -> Found:
        """Wait until the check gives something true, and return that."""
        deadline = time.monotonic() + seconds
        while not (found := check()):
            if time.monotonic() > deadline:
                raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{self._state()}\n{self.log[-3000:]}")
            time.sleep(0.1)
        return found

    def until_synced(self, *clusters: str, seconds: float = 60) -> None:
        for name in clusters:
            synced = Cluster.objects.filter(name=name, state="connected", synced_at__isnull=False)
            self.until(f"{name} is synced", synced.exists, seconds)

    def until_led_by(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        holder = Lease.objects.filter(holder__contains=f"/{process.pid}/")
        self.until(f"{process.pid} leads", holder.exists, seconds)

    def until_quiet(self) -> None:
        """Until nothing has been written to the log for a second."""
        last = -1
        while (count := Change.objects.order_by("-id").values_list("id", flat=True).first() or 0) != last:
            last = count
            time.sleep(1.0)

    def _state(self) -> str:
        links = [f"{c.name}: {c.state} {c.message} synced {c.synced_at}" for c in Cluster.objects.all()]
        streams = [f"{s.cluster} {s.name}: {s.state} {s.message}" for s in Stream.objects.exclude(state="absent")]
        return "\n".join([*links, *streams, f"{Resource.objects.count()} resources"])
