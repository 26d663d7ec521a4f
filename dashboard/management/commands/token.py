"""A new API token for an account."""

import argparse
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from dashboard.people import accounts, token_form, tokens

LONGEST = 36_500
"""Days: a hundred years."""


class Command(BaseCommand):
    help = "Print a new API token for an account; the account is made if need be. The token is shown only now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the account")
        parser.add_argument("--for", dest="purpose", default="", help="what the token is for, in your words")
        parser.add_argument("--read", action="store_true", help="for reading alone; else it may write, as the account")
        parser.add_argument("--regions", default="", help="only for these, between commas")
        parser.add_argument("--namespaces", default="", help="only for deployments in these, between commas")
        parser.add_argument("--days", type=int, default=0, help="how long it works; default until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        user = accounts.active(options["name"])
        if not 0 <= options["days"] <= LONGEST:
            raise CommandError(f"--days must be 1 to {LONGEST}; leave it out for a token without an end.")
        lasts = timedelta(days=options["days"]) if options["days"] else None
        try:
            within = token_form.scope(options["regions"], options["namespaces"])
        except token_form.WrongToken as error:
            raise CommandError(str(error)) from error
        made = tokens.issue(user, options["purpose"][:100], writes=not options["read"], lasts=lasts, within=within)
        self.stdout.write(made)
