"""One odd thing costs one thing: thousands of them, by a seed, and everything else right. `oddities` feeds more."""

from pathlib import Path

import pytest

from tests.regions.watcher.trial import Trial

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


async def test_a_fleet_that_is_told_odd_things_never_begins_again_and_holds_the_rest_right(tmp_path: Path) -> None:
    outcome = await Trial(1_500, 11, tmp_path).run()
    assert outcome.well, outcome.report()
    assert min(outcome.fed.values()) >= 50
