"""Tells the running demo what to do next."""

import argparse
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from dashboard import environment

WHAT = """\
outage REGION, refuse REGION   connections are refused           heal [REGION]      all is well again
freeze REGION                  taken, and nothing answers        silence REGION     watches say nothing more
expire CLUSTER                 every version is too old (410)    drip REGION        answers trickle
garbage REGION                 answers are not JSON              revoke REGION      no token is good
conflict CLUSTER [N]           the next N writes meet a 409      skew CLUSTER S     its clock is S seconds off
429 CLUSTER, 500 CLUSTER       the answer to everything          restart CLUSTER    cut off for a second
replace REGION                 another cluster answers           status             who answers
fail-machine [DEPLOYMENT]      a machine fails and heals         upgrade [DEPLOYMENT]
store NAME FAULT [VALUE]       a metrics store (by its cluster or region) is ill: slow S, hang, refused, 401, 500,
                               partial, drip, garbage (0: off); rotate: another password; lose: nobody is told; heal
stores                         where metrics are kept, and how each does
create, scale                  of some deployment                burst N            N changes at once
pace N                         how fast the story goes (1); 0 stands still
"""


class Command(BaseCommand):
    help = "Tell the running demo what to do next."

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        parser = super().create_parser(*args, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)
        parser.epilog = WHAT
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("command_name", metavar="COMMAND")
        parser.add_argument("arguments", nargs="*", metavar="ARGUMENT")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(tell(options["command_name"], options["arguments"]))


def tell(command: str, arguments: list[str]) -> str:
    """What the demo says to a command. CommandError in a sentence when there is none, or when it refuses."""
    way = _way()
    request = urllib.request.Request(  # noqa: S310 - the demo's own address, on loopback
        f"{way['url']}/{command}",
        json.dumps({"arguments": arguments}).encode(),
        {"Authorization": f"Bearer {way['token']}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return str(json.load(answer)["said"])
    except urllib.error.HTTPError as error:
        raise CommandError(json.load(error)["error"]) from error
    except OSError as error:
        raise CommandError(f"No demo answers. Start one: {environment.command('demo')}") from error


def _way() -> dict[str, str]:
    """To the demo of this PANE_DATA, or that of which it is the folder."""
    for file in (Path(settings.DATA) / "demo" / "control.json", Path(settings.DATA) / "control.json"):
        if file.exists():
            return json.loads(file.read_text())  # type: ignore[no-any-return]
    raise CommandError(f"No demo has been started here. Start one: {environment.command('demo')}")
