"""One-time sign-in links. Opening one shows a button; only pressing it spends the link, so prefetching is harmless.

They are for local accounts: who comes by a provider would come around it, and it would not be asked whether they may.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from dashboard.models import SignInLink
from dashboard.people import secrets


def make(user: User, lasts: timedelta = timedelta(minutes=30)) -> str:
    """Make a link for this account and return its path: the only time that it can be seen."""
    now = timezone.now()
    SignInLink.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    secret = secrets.new()
    SignInLink.objects.create(user=user, digest=secrets.digest(secret), expires_at=now + lasts)
    return reverse("people:link", args=[secret])


def usable(secret: str) -> SignInLink | None:
    """The link, while it can still be spent."""
    return _fresh(secret).select_related("user").first()


def spend(secret: str) -> User | None:
    """Spend the link: the account to sign in, or None. Of two who press at once, one succeeds."""
    link = usable(secret)
    if link is None or not _fresh(secret).update(used_at=timezone.now()):
        return None
    return link.user


def _fresh(secret: str) -> QuerySet[SignInLink]:
    known = SignInLink.objects.filter(digest=secrets.digest(secret), used_at=None, expires_at__gt=timezone.now())
    return known.filter(user__is_active=True, user__socialaccount__isnull=True)
