"""Where the real VictoriaMetrics, Prometheus and Alertmanager are: named, or built by `make stores`."""

import os
from pathlib import Path

from tests.rig import binaries

FOLDER = binaries.CHECKOUT / "tests" / "stores"
MODULES = {
    "victoria-metrics": (FOLDER, "github.com/VictoriaMetrics/VictoriaMetrics"),
    "prometheus": (FOLDER, "github.com/prometheus/prometheus"),
    "alertmanager": (FOLDER / "alertmanager", "github.com/prometheus/alertmanager"),
}


def version(name: str) -> str:
    """The version that its go.mod pins, such as v1.151.0."""
    folder, module = MODULES[name]
    return binaries.pinned(folder / "go.mod", module)


def find(name: str) -> Path | None:
    """The program, or None. One that is on PATH is no answer: it is of another version, which says other things."""
    found = os.environ.get(_variable(name)) or binaries.cache() / "stores" / f"{name}-{version(name)}"
    return Path(found) if os.access(found, os.X_OK) else None


def how(name: str) -> str:
    """What to do where it is not."""
    return f"No {name} {version(name)} here: run `make stores` (builds it, needs Go), or name it in {_variable(name)}."


def _variable(name: str) -> str:
    return f"TEST_ASSET_{name.replace('-', '_').upper()}"
