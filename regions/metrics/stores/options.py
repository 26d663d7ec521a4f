"""What the reading of metrics is told at its start."""

import os
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from regions.domain.metrics.stores import HandSetStore


@dataclass(frozen=True)
class MetricsOptions:
    kubeconfig: str | None
    context: str | None
    allow_loopback: bool
    through: bool  # services of management are reached by way of its API server: Pane runs elsewhere
    ca: str | None  # path of a bundle, trusted besides the system's
    seconds: int  # between two rounds of the wall's figures
    hand: HandSetStore
    keep_days: int

    @classmethod
    def from_settings(cls) -> "MetricsOptions":
        return cls(
            kubeconfig=settings.PANE_KUBECONFIG or None,
            context=settings.PANE_CONTEXT or None,
            allow_loopback=settings.PANE_ALLOW_LOOPBACK,
            through=_through(settings.PANE_KOF_THROUGH_API),
            ca=settings.PANE_KOF_CA or None,
            seconds=settings.PANE_KOF_SECONDS,
            hand=HandSetStore(
                stores=settings.PANE_KOF_STORES,
                alertmanager=settings.PANE_KOF_ALERTMANAGER,
                namespace=settings.PANE_KOF_NAMESPACE,
                system=settings.PANE_SYSTEM_NAMESPACE,
            ),
            keep_days=settings.PANE_KEEP_DAYS,
        )

    @cached_property
    def authorities(self) -> bytes:
        """The bundle of our own, read once. Empty without one."""
        if not self.ca:
            return b""
        with open(self.ca, "rb") as file:
            return file.read()


def _through(choice: str) -> bool:
    if choice == "AUTO":
        # A pod reaches services itself, unless it was told of another cluster.
        return not os.environ.get("KUBERNETES_SERVICE_HOST") or bool(settings.PANE_KUBECONFIG)
    return choice == "YES"
