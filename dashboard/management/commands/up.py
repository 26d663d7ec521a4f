"""The dashboard for the cluster that your kubeconfig names."""

import argparse
from typing import Any

from django.core.management import BaseCommand

from dashboard import environment, serve
from dashboard.parent_guard import Companion, leave_when_told


class Command(BaseCommand):
    help = "Bring the database up to date, watch the clusters and serve the dashboard, all in one. Ctrl-C ends it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=8000, help="default 8000; 0 takes any that is free")
        parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine only")
        # Of the process that became this one: a child and the pipe that it lives by (`demo`).
        parser.add_argument("--companion", type=companion, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            leave_when_told()  # which may be now
            serve.run(options["port"], options["host"], token=environment.text("DEMO_TOKEN"), say=self._say)
        finally:
            if options["companion"]:
                options["companion"].end()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def companion(text: str) -> Companion:
    pid, _, pipe = text.partition(":")
    return Companion(int(pid), int(pipe))


def port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: say a number up to 65535.")
