"""Guessing passwords is slow: attempts that failed are counted for a quarter of an hour.

An attempt is written down as failed before the password is looked at, and taken back when it was right: whoever sends
many guesses at once is counted as whoever sends them one by one.

Nobody is locked out by somebody else. A browser in which this account signed in before is counted by itself
(`devices`). An address from which many guesses came still has one try for each account: behind a proxy that Pane was
not told of, everybody comes from one address.
"""

import ipaddress
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore

from django.utils import timezone

from dashboard.models import FailedSignIn

WINDOW = timedelta(minutes=15)
FROM_ONE_PLACE_FOR_ONE_ACCOUNT = 5
FROM_ONE_ADDRESS = 25  # from here on one for each account
FOR_ONE_ACCOUNT = 100  # from many addresses; high, or anybody could lock anybody out
SECOND_FACTORS_FOR_ONE_ACCOUNT = 10  # of a million codes three are right at a time, and the password is known
CODES_FROM_ONE_ADDRESS = 250  # a code is one of 10^11, and works for half an hour

_CROWD = BoundedSemaphore(1)
BEGUN_FROM_ONE_ADDRESS = 250  # begun, and nobody of this address came back signed in since


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that may be made. It counts as failed until `succeeded` is called."""

    pk: int
    address: str
    account: str
    crowded: bool = False

    def turn(self) -> AbstractContextManager[object]:
        """Looking at a password costs a core a quarter of a second: where many come from, one at a time."""
        return _CROWD if self.crowded else nullcontext()

    def succeeded(self) -> None:
        """Whoever knows the password starts afresh."""
        FailedSignIn.objects.filter(address=self.address, account=self.account).delete()


def password(address: str, account: str, device: str = "", for_one_account: int = FOR_ONE_ACCOUNT) -> Attempt | None:
    """Begin an attempt from this address for this account; None when there were too many, right or wrong.

    `device` names a browser in which this account signed in before (`devices.known`).
    """
    place = f"device:{device}"[:64] if device else network(address)
    made = _begin(place, account)
    recent = FailedSignIn.objects.filter(at__gt=made.at - WINDOW)
    crowded = not device and recent.filter(address=place).count() > FROM_ONE_ADDRESS
    most = 1 if crowded else FROM_ONE_PLACE_FOR_ONE_ACCOUNT
    too_many = recent.filter(address=place, account=made.account).count() > most or (
        not device and recent.filter(account=made.account).count() > for_one_account
    )
    return _unless(too_many, made, crowded)


def second_factor(address: str, account: str, device: str = "") -> Attempt | None:
    """The same for a code of a second factor: from browsers that are not known, few, whatever they come from."""
    return password(address, f"{account} (second factor)", device, SECOND_FACTORS_FOR_ONE_ACCOUNT)


def network(address: str) -> str:
    """As what an address is counted: of IPv6 whoever has one has its /64."""
    try:
        said = ipaddress.ip_address(address)
    except ValueError:
        return address
    if said.version == 4 or said.ipv4_mapped:
        return address
    return str(ipaddress.ip_network((said.packed, 64), strict=False))


def code(address: str, code: str) -> Attempt | None:
    """Begin an attempt with the code of a screen (its digest); None when there were too many from this address."""
    made = _begin(address, code)
    recent = FailedSignIn.objects.filter(at__gt=made.at - WINDOW, address=address)
    return _unless(recent.count() > CODES_FROM_ONE_ADDRESS, made, False)


def may_begin(what: str, address: str) -> bool:
    """Whether this may be begun from this address: a sign-in by a provider or a passkey, a look at a logout token. Each
    costs something and guesses nothing, so each is counted apart, with those of its kind that came to nothing."""
    made = _begin(f"{what}:{address}", "")
    recent = FailedSignIn.objects.filter(at__gt=made.at - WINDOW, address=made.address)
    return _unless(recent.count() > BEGUN_FROM_ONE_ADDRESS, made, False) is not None


def went_well(what: str, address: str) -> None:
    """What was begun from this address came to its end: it starts afresh."""
    FailedSignIn.objects.filter(address=f"{what}:{address}"[:64]).delete()


def _begin(place: str, account: str) -> FailedSignIn:
    # First written, then counted: of guesses sent at once, the last to be written sees all the others.
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - WINDOW).delete()
    return FailedSignIn.objects.create(at=now, address=place[:64], account=account.strip().lower()[:150])


def _unless(too_many: bool, made: FailedSignIn, crowded: bool) -> Attempt | None:
    if too_many:
        made.delete()  # it was not made, so it prolongs nothing
        return None
    return Attempt(made.pk, made.address, made.account, crowded)
