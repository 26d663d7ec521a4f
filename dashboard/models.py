"""What the frame keeps of people: one-time sign-in links, API tokens, failed attempts. Secrets only as digests."""

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """A link that signs one account in, once. Only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link for {self.user}, {self.created_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """Lets a program act as an account. Shown once when made; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=100, blank=True)  # what it is for, in its owner's words
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.name or self.pk} of {self.user}"


class FailedSignIn(models.Model):
    """An attempt that failed, kept for a quarter of an hour so that guessing is slow."""

    at = models.DateTimeField()
    address = models.CharField(max_length=64)
    account = models.CharField(max_length=150)  # as typed; it need not exist

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="failed_account"),
            models.Index(fields=["address", "at"], name="failed_address"),
        ]

    def __str__(self) -> str:
        return f"{self.account} from {self.address}"
