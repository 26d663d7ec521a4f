"""The seed fleet, somebody signed in, and a browser."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.dashboard.live.harness import browser, page, served
from tests.pages.seed import seed

__all__ = ["browser", "page", "served"]


@pytest.fixture
def seeded(db: None) -> int:
    """The believable fleet of `tests.pages.seed`; its term, to record more."""
    return seed(timezone.now())


@pytest.fixture
def ada(db: None, client: Client) -> Client:
    """A test client of somebody who is signed in."""
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture
def read(ada: Client) -> Callable[[str], str]:
    """The page at this address, as text without tags."""

    def text_of(url: str) -> str:
        response = ada.get(url)
        assert response.status_code == 200, f"{url}: {response.status_code}"
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))

    return text_of
