"""A fleet of as many regions as wanted, calm or in trouble, with what is measured there.

To look at walls: `PANE_DATA=<folder> python -m tests.dashboard.wall.world 200 trouble --keep`.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.pages import deployments as cld
from tests.pages import objects as o
from tests.pages.seed import FULL, put

CITIES = (
    "fra",
    "ams",
    "lhr",
    "cdg",
    "mad",
    "mil",
    "waw",
    "arn",
    "osl",
    "hel",
    "dub",
    "zrh",
    "vie",
    "prg",
    "iad",
    "pdx",
    "sfo",
    "yul",
    "gru",
    "bom",
    "del",
    "sin",
    "hkg",
    "nrt",
    "icn",
    "syd",
    "mel",
    "jnb",
    "nbo",
    "dxb",
)
PROVIDERS = ("aws", "azure", "gcp", "dc")
TEAMS = ("shop", "billing", "search", "ledger", "media", "ads", "mail", "reports")


def names(regions: int) -> list[str]:
    """As many names as wanted, as people give them."""
    return [f"{PROVIDERS[n // 7 % 4]}-{CITIES[n % 30]}{n // 30 + 1 if n >= 30 else ''}" for n in range(regions)]


def fill(now: datetime, regions: int, trouble: bool = False) -> int:
    """Record it; returns the term. In trouble: one region degraded, two silent, some deployments failed."""
    from regions import journal
    from regions.domain.notes import Heard

    term = journal.claim("wall", now)
    assert term is not None
    journal.record(term, list(_notes(now, regions, trouble)), now - timedelta(hours=2))
    if trouble:
        for place, name in enumerate(names(regions)[2::37][:3]):
            at = now - timedelta(minutes=11 + 9 * place)
            journal.record(term, [Heard(name, at, {"heard_at": at})], at)
            journal.record(
                term, [Heard(name, at, {"state": "silent", "message": "dial tcp 10.20.2.10:6443: i/o timeout"})], at
            )
    _measure(now, names(regions), trouble)
    hear(term, now)
    return term


def hear(term: int, now: datetime) -> None:
    """Everybody whom we hear answers now, and the watcher beats."""
    from regions import journal
    from regions.domain.notes import Heard
    from regions.models import Cluster

    heard = Cluster.objects.filter(state="connected").values_list("name", flat=True)
    journal.record(term, [Heard(name, now, {"heard_at": now}) for name in heard], now)
    journal.beat(term, now)
    journal.tick(term, now)


def _notes(now: datetime, regions: int, trouble: bool) -> Iterator[Any]:
    from regions.domain.notes import Heard

    old, at = now - timedelta(days=60), now - timedelta(hours=2)
    yield Heard("~management", at, {"state": "connected", "heard_at": at, "synced_at": at, "version": "v1.34.2"})
    release = {"version": "1.11.4", "kcm": {"template": "kcm-1-11-4"}, "capi": {"template": "cluster-api-1-0-21"}}
    yield put("~management", o.thing("Release", "kcm-1-11-4", created=old, spec=release, status={"ready": True}), at)
    management = o.region("kcm", old, {"kcm": "", "capi": ""}, provider="aws")
    management["kind"], management["spec"] = "Management", {"release": "kcm-1-11-4"}
    yield put("~management", management, at)
    for place, name in enumerate(names(regions)):
        yield Heard(name, at, {"state": "connected", "heard_at": at, "synced_at": at, "version": "v1.34.2"})
        broken = trouble and place % 61 == 5
        parts = {**FULL, **({"capi": "HelmRelease is not ready: upgrade retries exhausted"} if broken else {})}
        yield put("~management", o.region(name, old, parts, provider="aws"), at)
        for number in range(2 + (place * 7) % 9):
            state = cld.READY
            if trouble and (place * 5 + number) % 29 == 3:
                state = cld.FAILED if number % 2 else cld.SERVICE_FAILED
            elif (place * 3 + number) % 41 == 7:
                state = cld.PROVISIONING
            team = TEAMS[(place + number) % len(TEAMS)]
            young = state is cld.PROVISIONING
            yield put(
                "~management",
                cld.deployment(
                    f"team-{team}",
                    f"{team}-{'prod' if number % 3 else 'stage'}-{place}",
                    region=name,
                    template="aws-standalone-cp-1-0-43",
                    credential=f"aws-{name}",
                    state=state,
                    created=now - (timedelta(minutes=12 + place % 9) if young else timedelta(days=20)),
                    now=now,
                    labels={},
                    annotations=None,
                ),
                at if not young else now - timedelta(minutes=9),
            )


def _measure(now: datetime, regions: list[str], trouble: bool) -> None:
    """What the meter would have written: one store a region, and a few alerts."""
    from regions.models import Firing, Measured, Resource, Store

    Store.objects.create(
        key="alerts", kind="alerts", name="alertmanager", url="https://am", asked_at=now, answered_at=now
    )
    for place, name in enumerate(regions):
        store = Store.objects.create(
            key=name, kind="regional", name=name, url=f"https://{name}", asked_at=now, answered_at=now
        )
        for one in Resource.objects.filter(kind="ClusterDeployment", region=name)[: 1 + place % 3]:
            disk = 0.94 if trouble and place % 17 == 1 else 0.35 + place % 5 / 10
            figures = {
                "cpu_used_ratio": 0.2 + place % 7 / 10,
                "cpu_capacity": 64,
                "mem_used_ratio": 0.3 + place % 6 / 10,
                "mem_capacity": 2**38,
                "disk_worst": disk,
                "freshness": 24,
            }
            Measured.objects.create(
                store=store,
                namespace=one.namespace,
                name=one.name,
                role="child",
                expected=True,
                seen_at=now,
                sampled_at=now,
                readings={id: [value, now.timestamp()] for id, value in figures.items()},
            )
    if trouble:
        for place, name in enumerate(regions[1::17][:6]):
            Firing.objects.create(
                fingerprint=f"f{place}",
                source="alertmanager",
                name="KubeAPIErrorBudgetBurn" if place % 2 else "NodeDiskFull",
                severity="critical" if place == 0 else "warning",
                state="active",
                region=name,
                since=now - timedelta(minutes=7 * place + 3),
                seen_at=now,
                summary="The API server is burning too much error budget"
                if place % 2
                else "The disk of ip-10-0-12-10 is 94 % full",
            )


def measure_again(now: datetime) -> None:
    """The stores answered again."""
    from regions.models import Measured, Store

    Store.objects.update(asked_at=now, answered_at=now)
    rows = list(Measured.objects.all())
    for row in rows:
        row.sampled_at = row.seen_at = now
        row.readings = {id: [value, now.timestamp()] for id, (value, _) in row.readings.items()}
    Measured.objects.bulk_update(rows, ["sampled_at", "seen_at", "readings"])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    term = fill(timezone.now(), int(sys.argv[1]), "trouble" in sys.argv)
    print("Filled.", flush=True)
    while "--keep" in sys.argv:
        hear(term, timezone.now())
        measure_again(timezone.now())
        time.sleep(2)


if __name__ == "__main__":
    main()
