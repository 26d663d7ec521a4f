"""Whether a cloud accepts a credential: k0rdent never asks, so what its clusters report is the only evidence.

Evidence is dated, and the newest counts: a machine that came up proves the keys of that moment, and no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regions.domain.causes.message_patterns import rejected as rejects
from regions.domain.words import one_line


class Proof(StrEnum):
    """Worst first."""

    REJECTED = "rejected"
    UNTESTED = "untested"
    PROVEN = "proven"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one object of a deployment says about the credential behind it."""

    accepted: bool
    at: datetime | None
    deployment: str  # namespace/name
    message: str = ""


@dataclass(frozen=True, slots=True)
class Liveness:
    """The newest evidence; without any, the credential is untested."""

    proof: Proof
    at: datetime | None = None
    deployment: str = ""
    message: str = ""


__all__ = ["UNTESTED", "Evidence", "Liveness", "Proof", "judge", "rejects"]

UNTESTED = Liveness(Proof.UNTESTED)


def judge(evidence: Iterable[Evidence]) -> Liveness:
    """The newest of it. Of the same moment, the rejection."""
    dated = [one for one in evidence if one.at is not None]
    if not dated:
        return UNTESTED
    newest = max(dated, key=lambda one: (one.at, not one.accepted))
    proof = Proof.PROVEN if newest.accepted else Proof.REJECTED
    return Liveness(proof, newest.at, newest.deployment, one_line(newest.message))
