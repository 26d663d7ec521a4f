"""What the watcher is told at its start."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from regions.domain.shards import WHOLE, Shard
from regions.kube.backoff import Pace


@dataclass(frozen=True, slots=True)
class Options:
    kubeconfig: str | None  # our own; None: the usual places, then the in-cluster account
    context: str | None
    system_namespace: str
    allow_loopback: bool
    region_kubeconfigs: str | None  # a folder with one least-privileged kubeconfig a region, called as the region
    keep: timedelta
    keep_bytes: int = 0  # that the log and what was may take; 0: as many as they need
    shard: Shard = WHOLE  # of the clusters, that this process watches
    region_proxies: frozenset[str] = frozenset()  # that a region's kubeconfig may go through
    pace: Pace = field(default_factory=Pace)  # of the streams

    @classmethod
    def from_settings(cls) -> "Options":
        return cls(
            kubeconfig=settings.PANE_KUBECONFIG or None,
            context=settings.PANE_CONTEXT or None,
            system_namespace=settings.PANE_SYSTEM_NAMESPACE,
            allow_loopback=settings.PANE_ALLOW_LOOPBACK,
            region_kubeconfigs=settings.PANE_REGION_KUBECONFIGS or None,
            keep=timedelta(days=settings.PANE_KEEP_DAYS),
            keep_bytes=settings.PANE_KEEP_MB * 2**20,
            shard=Shard.parse(settings.PANE_WATCH_SHARD),
            region_proxies=frozenset(settings.PANE_REGION_PROXIES),
        )
