"""The demo fleet's servers as the clusters that are asked, and somebody who asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from regions.domain.viewer import Viewer
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.demo.conftest import api_of


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with Loop() as running:
        yield running


@pytest.fixture(scope="module")
def fleet(loop: Loop) -> Iterator[Installation]:
    """Three regions that stand still."""
    installation = Installation(seed=7, size=Size(regions=3, deployments=12))
    loop.run(installation.start())
    yield installation
    loop.run(installation.stop())


@pytest.fixture
def clusters(fleet: Installation, settings: Any, tmp_path: Path) -> Installation:
    """The fleet, as Pane's own management cluster and its regions."""
    fleet.write_kubeconfigs(tmp_path)
    settings.PANE_KUBECONFIG = str(tmp_path / "management.kubeconfig")
    settings.PANE_CONTEXT = ""
    settings.PANE_REGION_KUBECONFIGS = ""
    settings.PANE_ALLOW_LOOPBACK = True
    return fleet


@pytest.fixture
def management(clusters: Installation) -> Api:
    return api_of(clusters.management)


@pytest.fixture
def operator() -> Viewer:
    """May do everything on the demo's management cluster."""
    return Viewer("operator")


@pytest.fixture
def stranger() -> Viewer:
    """May only look."""
    return Viewer("stranger")
