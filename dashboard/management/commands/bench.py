"""Measure Pane beside peers that do the same job plainly."""

import argparse
import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from dashboard.bench import against, processor
from dashboard.bench.processes import ROOT, Ground
from dashboard.bench.report import Part, Unavailable, machine, table

PARTS = {
    "sync": "sync",
    "latency": "latency",
    "list": "listing",
    "narrowing": "narrowing",
    "memory": "memory",
    "fanout": "fanout",
    "fleet": "fleet",
    "wall": "wall",
    "meter": "metering",
    "causes": "causes",
    "feed": "feed",
    "rights": "rights",
    "faults": "faults",
    "shards": "shards",
    "soak": "soak",
}

SHORT = [name for name in PARTS if name not in ("faults", "shards", "soak")]
"""What is run when nothing is named: the others take hours, or need a PostgreSQL."""


class Command(BaseCommand):
    help = "Measure Pane beside peers, each part in a folder of its own: " + ", ".join(PARTS)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="name", choices=[[], *PARTS], help=f"of {', '.join(PARTS)}")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
        parser.add_argument("--quick", action="store_true", help="small and short: shows that it runs, proves nothing")

        parser.add_argument(
            "--processor", action="store_true", help="sync: processor seconds of `watch`, on the demo fleet"
        )
        parser.add_argument("--against", metavar="REV", help="run another revision in turn, and print ratios")
        parser.add_argument("--rounds", type=int, default=3, help="of both sides in turn, with --against (3)")
        parser.add_argument("--minutes", type=float, help="how long wall is left open in a browser (5)")

        parser.add_argument("--hours", type=float, help="how long soak lasts (8)")
        parser.add_argument("--runs", type=int, help="faults: how often each is tried (20)")
        parser.add_argument("--seed", type=int, help="faults: of their moments, as an earlier run printed it")

    def handle(self, *args: Any, **options: Any) -> None:
        where = machine()
        parts = self._against(options) if options["against"] else self._alone(options)
        self.stdout.write("\n" + table(parts) + "\n")
        self.stdout.write("\n" + ", ".join(f"{name}: {value}" for name, value in where.items()))
        if options["json"]:
            found = {"machine": where, "quick": options["quick"], "parts": [part.as_json() for part in parts]}
            options["json"].write_text(json.dumps(found, indent=1) + "\n")

    def _against(self, options: dict[str, Any]) -> list[Part]:
        names = options["names"] or SHORT
        try:
            if options["processor"]:
                return [self._processor(options)]
            return against.run(names, options["against"], options["rounds"], options["quick"], self._say)
        except Unavailable as why:
            raise CommandError(str(why)) from why

    def _alone(self, options: dict[str, Any]) -> list[Part]:
        with tempfile.TemporaryDirectory(prefix="pane-bench-") as folder:
            self._say("Making a database …")
            ground = Ground(Path(folder))
            ground.minutes, ground.runs, ground.seed = options["minutes"], options["runs"], options["seed"]
            if options["hours"]:
                ground.minutes = options["hours"] * 60
            if options["processor"]:
                return [processor.run(ground, options["quick"], self._say)]
            return [self._measure(name, ground, options["quick"]) for name in options["names"] or SHORT]

    def _processor(self, options: dict[str, Any]) -> Part:
        with tempfile.TemporaryDirectory(prefix="pane-against-") as kept:
            theirs = against.checked_out(options["against"], Path(kept), self._say)
            sides = [against.Side("here", ROOT, sys.executable), theirs]
            return processor.between(sides, options["rounds"], options["quick"], self._say)

    def _measure(self, name: str, ground: Ground, quick: bool) -> Part:
        run = import_module(f"dashboard.bench.{PARTS[name]}").run
        try:
            part: Part = run(ground, quick, self._say)
            return part
        except Unavailable as why:
            return Part(name, "", skipped=str(why))

    def _say(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()
