"""Pane's commands as somebody types them: real processes with an environment of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing of ours but what is said: as on a machine that never saw Pane."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PANE_", "DJANGO_", "KUBE"))}
    return {**kept, "PANE_DATA": str(data), **more}


def manage(*arguments: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
