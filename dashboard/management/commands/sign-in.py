"""A link that signs an account in, once: where nobody has a password yet, or somebody has lost theirs."""

import argparse
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from dashboard.people import accounts, links


class Command(BaseCommand):
    help = "Print a link that signs an account in, once, within half an hour; the account is made if need be."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the account")
        parser.add_argument("--administrator", action="store_true", help="let it do everything in Pane from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = accounts.account(options["name"])
        except ValidationError as error:
            raise CommandError(f"{options['name']!r} cannot be an account: {' '.join(error.messages)}") from error
        if not user.is_active:
            raise CommandError(f"The account {options['name']} is switched off.")
        if options["administrator"] and not user.is_superuser:
            user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_staff", "is_superuser"])
        host = settings.ALLOWED_HOSTS[0].lstrip(".")
        address = f"https://{host}" if settings.PRODUCTION else f"http://{host}:8000"
        self.stdout.write(address + links.make(user))
