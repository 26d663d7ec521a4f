"""A process that writes a journal without any cluster: `python -m dashboard.bench.scribe prepare | churn …`."""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard.bench.manifests import REGIONS, changed, one_deployment, renamed
from dashboard.tether import hold

BEAT = 2.0


def prepare() -> None:
    """Make the tables, and an account with a token and a session; print both."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from dashboard.people import accounts, tokens

    call_command("migrate", verbosity=0, interactive=False)
    user = accounts.operator("bench")
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    print(json.dumps({"token": tokens.issue(user, "bench"), "cookie": cookie}))  # noqa: T201


class Scribe:
    """Holds the lease and records."""

    def __init__(self) -> None:
        from regions import journal

        self.journal = journal
        term = journal.claim("bench", _now())
        assert term is not None, "somebody else writes this journal"
        self.term = term
        self.heard_at = 0.0

    def seed(self, deployments: int) -> None:
        """So many deployments, settled long ago, in regions that answer."""
        self.beat()
        batch = []
        for number in range(deployments):
            batch.append(self.note(number))
            if len(batch) == 1000:
                self.journal.record(self.term, batch, _now())
                batch = []
        self.journal.record(self.term, batch, _now())

    def note(self, number: int, message: str = "", version: int = 1) -> Any:
        from regions.domain.kinds import KINDS
        from regions.domain.notes import Put
        from regions.domain.refs import MANAGEMENT

        kind = next(kind for kind in KINDS if kind.name == "ClusterDeployment")
        manifest = renamed(one_deployment(REGIONS[number % len(REGIONS)]), number)
        manifest["metadata"] |= {"uid": f"u-{number}", "resourceVersion": str(version)}
        manifest["metadata"] |= {"creationTimestamp": "2026-08-20T10:00:00Z", "generation": 1}
        return Put(MANAGEMENT, kind, changed(manifest, message) if message else manifest, _now())

    def beat(self) -> None:
        """What keeps pages from saying that nothing is known."""
        from regions.domain.notes import Heard
        from regions.domain.refs import MANAGEMENT

        if time.monotonic() - self.heard_at < BEAT:
            return
        self.heard_at = time.monotonic()
        fields = {"state": "connected", "heard_at": _now(), "message": ""}
        notes = [Heard(name, _now(), fields) for name in (MANAGEMENT, *REGIONS)]
        self.journal.record(self.term, notes, _now())
        self.journal.beat(self.term, _now())

    def last(self) -> int:
        from regions.models import Change

        return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0


def churn(deployments: int, rate: float, spread: int, log: Path | None, ready: Path) -> None:
    """Seed; then change one of the first `spread` deployments `rate` times a second, until we are ended.

    Each change of the log is noted as "<id> <monotonic time before it was recorded>".
    """
    scribe = Scribe()
    scribe.seed(deployments)
    ready.touch()
    told = log.open("w", buffering=1) if log else None
    for number in _ticks(rate):
        scribe.beat()
        at = time.monotonic()
        note = scribe.note(number % min(spread, deployments), f"change {number}", version=number + 2)
        scribe.journal.record(scribe.term, [note], _now())
        if told:
            told.write(f"{scribe.last()} {at}\n")


def _ticks(rate: float) -> Iterator[int]:
    begun = time.monotonic()
    number = 0
    while True:
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        yield number
        number += 1


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    parser = argparse.ArgumentParser()
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("prepare")
    work = what.add_parser("churn")
    work.add_argument("--deployments", type=int, required=True)
    work.add_argument("--rate", type=float, required=True)
    work.add_argument("--spread", type=int, default=1_000_000)
    work.add_argument("--log", type=Path)
    options = parser.parse_args()
    import django

    django.setup()
    if options.what == "prepare":
        prepare()
        return
    from django.conf import settings

    hold()
    churn(options.deployments, options.rate, options.spread, options.log, Path(settings.DATA) / "ready")


if __name__ == "__main__":
    main()
