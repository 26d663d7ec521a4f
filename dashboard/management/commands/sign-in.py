"""A link that signs an account in, once: where nobody has a password yet, or somebody has lost theirs."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from dashboard.people import accounts, links


class Command(BaseCommand):
    help = "Print a link that signs an account in, once, within half an hour; the account is made if need be."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the account")
        parser.add_argument("--administrator", action="store_true", help="let it do everything in Pane from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        user = accounts.active(options["name"])
        if options["administrator"] and not user.is_superuser:
            user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_staff", "is_superuser"])
        host = settings.ALLOWED_HOSTS[0].lstrip(".")
        address = f"https://{host}" if settings.PRODUCTION else f"http://{host}:8000"
        self.stdout.write(address + links.make(user))
