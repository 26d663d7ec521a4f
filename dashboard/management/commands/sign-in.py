"""A link that signs an account in, once: where nobody has a password yet, or somebody has lost theirs."""

import argparse
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from dashboard import environment
from dashboard.people import accounts, links
from dashboard.people.local import second_factor
from regions.audit import trail


class Command(BaseCommand):
    help = "Print a link that signs an account in, once, within half an hour; the account is made if need be."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="the account")
        parser.add_argument(
            "--forget-second-factor", action="store_true", help="take its second factors away: they were lost"
        )
        parser.add_argument("--administrator", action="store_true", help="let it do everything in Pane from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        user = accounts.active(options["name"])
        if second_factor.by_provider(user):
            raise CommandError(
                f"{user} signs in by a provider, and a link would go around it. For when it is away make an account of "
                f"Pane's own: {environment.command('sign-in')} NAME --administrator"
            )
        if options["administrator"] and not user.is_superuser:
            user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_staff", "is_superuser"])
        if options["forget_second_factor"]:
            forgotten, _ = Authenticator.objects.filter(user=user).delete()
            trail.happened("remove second factor", "done", actor="whoever runs commands here", of=user.username)
            self.stderr.write(f"{forgotten} second factors and sets of recovery codes of {user} are gone.")
        host = settings.ALLOWED_HOSTS[0].lstrip(".")
        address = f"https://{host}" if settings.PRODUCTION else f"http://{host}:8000"
        self.stdout.write(address + links.make(user))
