"""The web process on its own: pages, API and sockets. The one way to run it in production."""

import argparse
import asyncio
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from dashboard import web
from dashboard.management.commands.up import port


class Command(BaseCommand):
    help = "Serve pages, API and sockets until SIGTERM. Watching is `watch`, tables are `migrate`."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=8000, help="default 8000; 0 takes any that is free")
        parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: for a proxy on this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        listener = web.listen(options["host"], options["port"])
        self.stdout.write(f"Serving on {web.address_of(listener, 'http')}{settings.PANE_PATH}/")
        self.stdout.flush()
        asyncio.run(web.serve(listener))
