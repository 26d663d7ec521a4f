"""What works once, in whichever process it is tried first: codes of authenticator apps, logout tokens."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from dashboard.models import Spent
from dashboard.people import secrets


def spend(kind: str, what: str, lasts: float) -> bool:
    """Whether this is the first time. Remembered for so many seconds, after which it must be of no use anyhow."""
    now = timezone.now()
    Spent.objects.filter(until__lt=now).delete()
    try:
        with transaction.atomic():
            Spent.objects.create(digest=secrets.digest(f"{kind} {what}"), until=now + timedelta(seconds=lasts))
    except IntegrityError:
        return False
    return True
