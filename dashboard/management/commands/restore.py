"""A copy of the database, put back."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from dashboard import dumps


class Command(BaseCommand):
    help = "Put a copy that `backup` made in place of the database. End `watch` and `serve` first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        dumps.restore(options["file"])
        self.stdout.write("The database is as it was. Programs that read the log are told of a gap.")
