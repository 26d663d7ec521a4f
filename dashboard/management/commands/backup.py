"""A copy of the database, while Pane goes on."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from dashboard import dumps


class Command(BaseCommand):
    help = "Write a consistent copy of the database into a file; Pane may go on meanwhile. PostgreSQL needs pg_dump."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file; whoever has it has all that Pane knows")

    def handle(self, *args: Any, **options: Any) -> None:
        dumps.save(options["file"])
        self.stdout.write(f"The database is in {options['file']}, {options['file'].stat().st_size:,} bytes.")
