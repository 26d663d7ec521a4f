"""Guessing passwords is slow: failed attempts are counted for a quarter of an hour."""

from datetime import timedelta

from django.utils import timezone

from dashboard.models import FailedSignIn

WINDOW = timedelta(minutes=15)
FROM_ONE_ADDRESS_FOR_ONE_ACCOUNT = 5
FROM_ONE_ADDRESS = 25
FOR_ONE_ACCOUNT = 100  # from many addresses; high, or anybody could lock anybody out


def too_many(address: str, account: str) -> bool:
    """Whether this address must wait before it tries this account again, right or wrong."""
    recent = FailedSignIn.objects.filter(at__gt=timezone.now() - WINDOW)
    by_address = list(recent.filter(address=address).values_list("account", flat=True)[:FROM_ONE_ADDRESS])
    return (
        len(by_address) >= FROM_ONE_ADDRESS
        or by_address.count(_typed(account)) >= FROM_ONE_ADDRESS_FOR_ONE_ACCOUNT
        or recent.filter(account=_typed(account)).count() >= FOR_ONE_ACCOUNT
    )


def failed(address: str, account: str) -> None:
    """Remember that an attempt failed."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - WINDOW).delete()
    FailedSignIn.objects.create(at=now, address=address, account=_typed(account))


def succeeded(address: str, account: str) -> None:
    """Whoever knows the password starts afresh."""
    FailedSignIn.objects.filter(address=address, account=_typed(account)).delete()


def _typed(account: str) -> str:
    return account.strip().lower()[:150]
