"""The seed fleet and somebody signed in, as for all pages; and the demo's servers as the clusters that are asked."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from tests.conformance.threads import Loop
from tests.deployments.credentials.world import told
from tests.deployments.submissions.conftest import clusters, loop, management
from tests.pages.conftest import ada, browser, page, read, seeded, served

__all__ = ["ada", "browser", "clusters", "loop", "management", "page", "read", "seeded", "served"]


@pytest.fixture(scope="module")
def fleet(loop: Loop) -> Iterator[Installation]:
    """Six regions that stand still, each with the provider of its cloud."""
    installation = Installation(seed=7, size=Size(regions=6, deployments=12))
    loop.run(installation.start())
    yield installation
    loop.run(installation.stop())


@pytest.fixture
def asked(db: None, clusters: Installation, client: Client) -> Client:
    """Signed in as who may do everything on the demo's management cluster, which the copy knows of."""
    told(clusters)
    client.force_login(User.objects.create_user("operator"))
    return client
