"""How we stand with one cluster."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["connecting", "connected", "silent", "refused", "unsupported", "broken"]

UNHEARD: tuple[State, ...] = ("silent", "refused", "unsupported", "broken")
"""What it says is not heard: it gives no answer, it says no, it is not asked for want of a kubeconfig that we accept,
or following it fails on our side."""

LOST = ("LinkSilent", "LinkRefused", "LinkUnsupported", "LinkBroken")
"""Reasons of the changes that tell of it."""

PATIENCE = timedelta(seconds=30)
"""How long a cluster may say nothing before we no longer claim to know how it is."""


@dataclass(frozen=True, slots=True)
class Link:
    """The link to one cluster, as the journal last wrote it."""

    name: str
    state: str  # one of State
    since: datetime | None = None  # when the state began
    heard_at: datetime | None = None  # last answer of any kind
    message: str = ""  # why, when it is not connected
    replaced_at: datetime | None = None  # when another cluster began to answer under this name
    uid: str = ""
    previous_uid: str = ""
    expires_at: datetime | None = None  # of the certificate or token that we use
    version: str = ""
    server: str = ""
    kubeconfig: str = ""  # where its kubeconfig was found, in words
    patience: timedelta = PATIENCE

    def quiet(self, now: datetime) -> bool:
        """True when what we last heard is no longer evidence of how the cluster is."""
        if self.state in UNHEARD or self.heard_at is None:
            return True
        return now - self.heard_at > self.patience
