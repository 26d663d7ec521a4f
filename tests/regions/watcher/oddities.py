"""Feed a fleet so many odd things, and say what became of the rest.

    python -m tests.regions.watcher.oddities --things 100000 --seed 1

On the database that PANE_DATABASE_URL names (a test database is made there and dropped again), else on SQLite.
Ends with 1 when the fleet began again, something sound is wrong, or something of ours failed.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(interactive=False, verbosity=0)
    made = runner.setup_databases()
    try:
        from tests.regions.watcher.trial import Trial

        with tempfile.TemporaryDirectory() as folder:
            outcome = asyncio.run(Trial(asked.things, asked.seed, Path(folder)).run())
    finally:
        runner.teardown_databases(made)
    print(f"On {connection.vendor}, seed {asked.seed}: {outcome.report()}")
    return 0 if outcome.well else 1


if __name__ == "__main__":
    sys.exit(main())
