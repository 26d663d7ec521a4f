"""Whether a cloud accepts a credential: k0rdent never asks, so what its clusters report is the only evidence.

Evidence is dated, and the newest counts: a machine that came up proves the keys of that moment, and no more.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


UNTESTED = Liveness(Proof.UNTESTED)

_REJECTED = re.compile(
    r"AuthFailure|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient|ExpiredToken"
    r"|RequestExpired|UnauthorizedOperation|AccessDenied|AADSTS\d|InvalidAuthenticationToken|AuthorizationFailed"
    r"|invalid_client|invalid_grant|PERMISSION_DENIED|googleapi: Error 40[13]|invalid authentication credentials"
    r"|(?i:authentication (?:failed|failure)|requires authentication|failed to authenticate|unable to authenticate)"
    r"|(?i:incorrect user ?name or password|invalid ?login|permission denied \(publickey|invalid credentials)"
    r"|(?i:asked for the client to provide credentials|not able to validate the provided access credentials)"
    r"|\b401 Unauthorized\b|: Unauthorized\b"
)


def rejects(message: str) -> bool:
    """True for what a cloud says when it does not accept a credential, or lets it do too little."""
    return bool(_REJECTED.search(message))


def judge(evidence: Iterable[Evidence]) -> Liveness:
    """The newest of it. Of the same moment, the rejection."""
    dated = [one for one in evidence if one.at is not None]
    if not dated:
        return UNTESTED
    newest = max(dated, key=lambda one: (one.at, not one.accepted))
    proof = Proof.PROVEN if newest.accepted else Proof.REJECTED
    return Liveness(proof, newest.at, newest.deployment, one_line(newest.message))
