"""The meter without any cluster: `python -m dashboard.bench.metered READY SECONDS CLUSTERS URL…`.

Records a Region, a regional ConfigMap and so many deployments for each store, and lets the product's meter ask them.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard.parent_guard import hold


class Nowhere:
    """There is no management cluster to go through."""

    def secret(self, namespace: str, name: str) -> Mapping[str, str] | None:
        return None

    def fetch(self, *args: Any) -> Any:
        from regions.domain.metrics.measures import Why
        from regions.metrics.stores.errors import StoreError

        raise StoreError(Why.UNREACHABLE, "There is no management cluster in a benchmark")

    def close(self) -> None:
        pass


def objects(urls: list[str], clusters: int) -> Iterator[dict[str, Any]]:
    """What k0rdent and KOF would have on management for these stores."""
    role = "k0rdent.mirantis.com/kof-cluster-role"
    for place, url in enumerate(urls):
        region = f"region-{place}"
        yield _object("k0rdent.mirantis.com/v1beta1", "Region", "", region, spec={"kubeConfig": {"name": region}})
        data = {
            "regional_cluster_name": f"store-{place}",
            "regional_cluster_namespace": "kcm-system",
            "read_metrics_endpoint": url,
        }
        yield _object("v1", "ConfigMap", "kcm-system", f"kof-store-{place}", {role: "regional"}, data=data)
        for number in range(clusters):
            name = f"c{place}-{number}"
            data = {"regional_cluster_name": f"store-{place}", "regional_cluster_namespace": "kcm-system"}
            yield _object("v1", "ConfigMap", "team", f"kof-cluster-config-{name}", {role: "child"}, data=data)
            yield _object(
                "k0rdent.mirantis.com/v1beta1",
                "ClusterDeployment",
                "team",
                name,
                {role: "child"},
                spec={"template": "aws-standalone-cp", "credential": "aws"},
                status={"region": region},
            )


def _object(version: str, kind: str, namespace: str, name: str, labels: Any = None, **body: Any) -> dict[str, Any]:
    meta = {
        "name": name,
        "namespace": namespace,
        "uid": f"{kind}-{name}",
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": "2026-08-20T10:00:00Z",
        "labels": labels or {},
    }
    return {"apiVersion": version, "kind": kind, "metadata": meta, **body}


async def run(ready: Path, seconds: int, clusters: int, urls: list[str]) -> None:
    from regions import journal
    from regions.domain.kinds import KINDS
    from regions.domain.metrics.stores import HandSetStore
    from regions.domain.notes import Heard, Put
    from regions.domain.refs import MANAGEMENT
    from regions.metrics.polling.poller import Poller
    from regions.metrics.stores.options import MetricsOptions

    def fill() -> int:
        term = journal.claim("bench", _now())
        assert term is not None
        notes: list[Any] = []
        for manifest in objects(urls, clusters):
            role = manifest["metadata"]["labels"]
            kind = next(
                one for one in KINDS if one.name == manifest["kind"] and (not one.selector or one.selector in role)
            )
            notes.append(Put(MANAGEMENT, kind, manifest, _now()))
        fields = {"state": "connected", "heard_at": _now(), "synced_at": _now()}
        names = [MANAGEMENT, *(f"region-{place}" for place in range(len(urls)))]
        journal.record(term, [*(Heard(name, _now(), fields) for name in names), *notes], _now())
        return term

    term = await asyncio.to_thread(fill)
    options = MetricsOptions(
        kubeconfig=None,
        context=None,
        allow_loopback=True,
        through=True,
        ca=None,
        seconds=seconds,
        hand=HandSetStore(),
        keep_days=7,
    )
    await asyncio.to_thread(ready.touch)

    async def beat() -> None:
        names = [MANAGEMENT, *(f"region-{place}" for place in range(len(urls)))]
        while True:
            heard = [Heard(name, _now(), {"state": "connected", "heard_at": _now()}) for name in names]
            await asyncio.to_thread(journal.record, term, heard, _now())
            await asyncio.to_thread(journal.beat, term, _now())
            await asyncio.sleep(5)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(beat())
        tasks.create_task(Poller(options, term, Nowhere()).run())


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    hold()
    import django

    django.setup()
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))


if __name__ == "__main__":
    main()
