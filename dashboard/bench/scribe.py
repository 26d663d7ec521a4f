"""A process that writes a journal without any cluster: `python -m dashboard.bench.scribe WHAT …`, which is prepare,
people, churn or ail."""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard.bench.manifests import (
    REGIONS,
    changed,
    on_management,
    one_deployment,
    renamed,
    varied,
    whole_deployment,
)
from dashboard.parent_guard import hold

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


def people(names: list[str]) -> None:
    """Make accounts that are nothing special, and print a token of each."""
    from django.contrib.auth.models import User

    from dashboard.people import tokens

    print(json.dumps([tokens.issue(User.objects.create_user(name), "bench") for name in names]))  # noqa: T201


class Scribe:
    """Holds the lease and records."""

    def __init__(self, regions: int = 0, *, varies: bool = False, namespaces: int = 0) -> None:
        """`regions`: so many with a Region each, for pages that show them; else the two that deployments name.
        `varies`: what is seeded differs in all that lists are narrowed and sorted by. `namespaces`: in so many lie
        deployments by turns; else all are in one."""
        from regions import journal

        self.journal = journal
        self.regions = tuple(f"region-{number:03d}" for number in range(regions)) or REGIONS
        self.shown = bool(regions)
        self.varies = varies
        self.namespaces = namespaces
        term = journal.claim("bench", _now())
        assert term is not None, "somebody else writes this journal"
        self.term = term
        self.heard_at = 0.0

    def seed(self, deployments: int) -> None:
        """So many deployments, settled long ago, in regions that answer."""
        self.beat()
        batch = [*map(self.place, ("kcm", *self.regions))] if self.shown else []
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
        manifest = renamed(one_deployment(self.regions[number % len(self.regions)]), number)
        manifest["metadata"] |= {"uid": f"u-{number}", "resourceVersion": str(version)}
        manifest["metadata"] |= {"creationTimestamp": "2026-08-20T10:00:00Z", "generation": 1}
        if self.namespaces:
            manifest["metadata"]["namespace"] = f"team-{number % self.namespaces:03d}"
        if self.varies:
            manifest = varied(manifest, number, self.regions)
        return Put(MANAGEMENT, kind, changed(manifest, message) if message else manifest, _now())

    def place(self, name: str) -> Any:
        """A Region that is ready; the Management object for kcm."""
        from regions.domain.kinds import KINDS
        from regions.domain.notes import Put
        from regions.domain.refs import MANAGEMENT

        wanted = "Management" if name == "kcm" else "Region"
        kind = next(kind for kind in KINDS if kind.name == wanted)
        since = {"lastTransitionTime": "2026-08-20T10:00:00Z", "observedGeneration": 1}
        ready = {"type": "Ready", "status": "True", "reason": "AllComponentsHealthy", "message": "", **since}
        manifest = {
            "apiVersion": f"{kind.group}/{kind.versions[0]}",
            "kind": wanted,
            "spec": {},
            "metadata": {
                "name": name,
                "uid": f"u-{name}",
                "resourceVersion": "1",
                "generation": 1,
                "creationTimestamp": "2026-08-20T10:00:00Z",
            },
            "status": {
                "observedGeneration": 1,
                "conditions": [ready],
                "components": {"capi": {"success": True, "template": "cluster-api-1-0-21"}},
            },
        }
        return Put(MANAGEMENT, kind, manifest, _now())

    def beat(self) -> None:
        """What keeps pages from saying that nothing is known."""
        from regions.domain.notes import Heard
        from regions.domain.refs import MANAGEMENT

        if time.monotonic() - self.heard_at < BEAT:
            return
        self.heard_at = time.monotonic()
        fields = {"state": "connected", "heard_at": _now(), "message": ""}
        notes = [Heard(name, _now(), fields) for name in (MANAGEMENT, *self.regions)]
        self.journal.record(self.term, notes, _now())
        self.journal.beat(self.term, _now())

    def last(self) -> int:
        from regions.models import Change

        return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0


def churn(options: argparse.Namespace, ready: Path) -> None:
    """Seed; then change one of the first `spread` deployments `rate` times a second, until we are ended.

    Each change of the log is noted as "<id> <monotonic time before it was recorded>". With `toggle` a deployment is in
    turn failed and well, so that every change shows wherever deployments are counted.
    """
    scribe = Scribe(options.regions, varies=options.varied, namespaces=options.namespaces)
    scribe.seed(options.deployments)
    ready.touch()
    told = options.log.open("w", buffering=1) if options.log else None
    spread = min(options.spread, options.deployments)
    for number in _ticks(options.rate):
        scribe.beat()
        at = time.monotonic()
        well = options.toggle and number // spread % 2
        note = scribe.note(number % spread, "" if well else f"change {number}", version=number + 2)
        scribe.journal.record(scribe.term, [note], _now())
        if told:
            told.write(f"{scribe.last()} {at}\n")


def ail(deployments: int, every: int, ready: Path) -> None:
    """Seed with all that hangs on each deployment, one in `every` short of quota; then only beat until we are ended."""
    from regions.domain.refs import MANAGEMENT

    scribe = Scribe()
    scribe.beat()
    kinds = _kinds()
    batch: list[Any] = []
    for number in range(deployments):
        region = REGIONS[number % len(REGIONS)]
        for one in whole_deployment(region, number, ill=number % every == 0):
            where = MANAGEMENT if on_management(one) else region
            batch.append(_put(where, kinds[one["kind"]], one))
        if len(batch) >= 2000 or number == deployments - 1:
            scribe.journal.record(scribe.term, batch, _now())
            scribe.beat()
            batch = []
    ready.touch()
    while True:
        scribe.beat()
        time.sleep(BEAT / 2)


def _kinds() -> dict[str, Any]:
    from regions.domain.kinds import INFRASTRUCTURE, KINDS, Kind, Where

    made = {
        name: Kind(INFRASTRUCTURE, name, f"{name.lower()}s", ("v1beta2",), Where.HOSTS)
        for name in ("AWSCluster", "AWSMachine")
    }
    return made | {kind.name: kind for kind in KINDS}


def _put(cluster: str, kind: Any, manifest: dict[str, Any]) -> Any:
    from regions.domain.notes import Put

    name = manifest["metadata"]["name"]
    manifest["metadata"] |= {"uid": f"u-{kind.name}-{name}", "resourceVersion": "1", "generation": 1}
    manifest["metadata"]["creationTimestamp"] = "2026-08-20T10:00:00Z"
    return Put(cluster, kind, manifest, _now())


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
    work.add_argument("--regions", type=int, default=0)
    work.add_argument("--toggle", action="store_true")
    work.add_argument("--varied", action="store_true")
    work.add_argument("--namespaces", type=int, default=0)
    who = what.add_parser("people")
    who.add_argument("names", nargs="+")
    sick = what.add_parser("ail")
    sick.add_argument("--deployments", type=int, required=True)
    sick.add_argument("--every", type=int, required=True)
    options = parser.parse_args()
    import django

    django.setup()
    if options.what == "prepare":
        prepare()
        return
    if options.what == "people":
        people(options.names)
        return
    from django.conf import settings

    hold()
    if options.what == "ail":
        ail(options.deployments, options.every, Path(settings.DATA) / "ready")
        return
    churn(options, Path(settings.DATA) / "ready")


if __name__ == "__main__":
    main()
