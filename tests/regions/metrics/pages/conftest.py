"""A measured fleet, somebody signed in, and stores that answer at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.dashboard.live.harness import browser, page, served
from tests.pages.conftest import ada, read, seeded
from tests.pages.seed import seed
from tests.regions.metrics.pages.seed import fake_chart, freshen, measure

__all__ = ["ada", "browser", "page", "read", "seeded", "served"]


@pytest.fixture(scope="module")
def _fleet(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    # Seeding takes seconds: once a module, in a transaction around those of its tests.
    with django_db_blocker.unblock(), transaction.atomic():
        term = seed(timezone.now())
        measure(term, timezone.now())
        yield term
        transaction.set_rollback(True)


@pytest.fixture
def measured(_fleet: int, db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """The fleet of `tests.regions.metrics.pages.seed`, heard just now; its term, to record more."""
    freshen(_fleet, timezone.now())
    monkeypatch.setattr("regions.metrics.pages.charts.chart", fake_chart)
    return _fleet
