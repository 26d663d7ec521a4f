"""The audit trail: prove that it is whole, or let go of what is too old."""

import argparse
from typing import Any

from django.core.management import BaseCommand, CommandError

from regions.audit import trail
from regions.models import AuditEntry


class Command(BaseCommand):
    help = "Verify the audit trail, or prune what is older than PANE_AUDIT_DAYS."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "prune"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "prune":
            self.stdout.write(f"{trail.prune()} rows were let go of.")
            return
        if wrong := trail.verify():
            raise CommandError(f"The audit trail is not as it was written. {wrong}")
        self.stdout.write(f"The audit trail is whole: {AuditEntry.objects.count()} rows.")
