"""A small fleet that stands still, on ports of its own."""

from collections.abc import Iterator

import pytest

from dashboard.demo.apiserver.server import Server
from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from tests.conformance.api import Api
from tests.conformance.threads import Loop


def api_of(server: Server) -> Api:
    return Api(server.url, server.authority.certificate, server.admin_token)


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with Loop() as running:
        yield running


@pytest.fixture(scope="module")
def fleet(loop: Loop) -> Iterator[Installation]:
    """Six regions, sixty deployments, nothing happening."""
    installation = Installation(seed=7, size=Size())
    loop.run(installation.start())
    yield installation
    loop.run(installation.stop())


@pytest.fixture(scope="module")
def management(fleet: Installation) -> Api:
    return api_of(fleet.management)
