"""The fleet that the tests of pages use, and an administrator where Pane's own roles decide."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.dashboard.live.harness import browser, page, served
from tests.pages.conftest import read, seeded

__all__ = ["browser", "page", "read", "seeded", "served"]


@pytest.fixture(autouse=True)
def by_role(settings: object) -> None:
    """No management cluster is there to ask: `test_rights` has one."""
    settings.PANE_IMPERSONATE = False  # type: ignore[attr-defined]


@pytest.fixture
def ada(db: None, client: Client) -> Client:
    """A test client of an administrator."""
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client
