"""Where k0rdent's manager is, with the charts and the CRDs that belong to it: built and gathered by `make manager`."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.rig import binaries

MODULE = binaries.CHECKOUT / "tests" / "manager" / "go.mod"


@dataclass(frozen=True)
class Kcm:
    program: Path
    charts: Path  # `cluster/NAME` and `provider/NAME`, as in k0rdent's source
    crds: Path  # YAML files: k0rdent's, and those of Cluster API, its operator, Sveltos, Flux and Velero


def version() -> str:
    """The version that tests/manager/go.mod pins, such as v1.11.4."""
    return binaries.pinned(MODULE, "github.com/K0rdent/kcm")


def find() -> Kcm | None:
    """The program with what belongs to it, or None."""
    folder = Path(os.environ.get("TEST_ASSET_KCM") or binaries.cache() / "manager" / version())
    found = Kcm(folder / "manager", folder / "charts", folder / "crds")
    return found if os.access(found.program, os.X_OK) and found.charts.is_dir() and found.crds.is_dir() else None


HOW = f"No manager of k0rdent {version()} here: run `make manager` (builds it, needs Go)."
