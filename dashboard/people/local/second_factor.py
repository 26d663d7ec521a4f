"""Who has a second factor, and of whom Pane asks for one (PANE_SECOND_FACTOR)."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.people.viewer import person_named
from regions.domain.roles import Right

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes stand in for one of these."""
NOT_WITHOUT = "Pane asks for a second factor of you: set one up on your account page first."


def possible(user: User) -> bool:
    """A local account with a password: it can be asked for again, which changing factors takes."""
    return user.has_usable_password() and not by_provider(user)


def by_provider(user: User) -> bool:
    """They sign in by a provider, which has their password and second factor."""
    return bool(SocialAccount.objects.filter(user=user).exists())


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def required(user: User) -> bool:
    """Whether Pane asks for one of this account. One without a password comes by a link alone, made at the machine."""
    said = settings.PANE_SECOND_FACTOR
    if said == "OPTIONAL" or not possible(user):
        return False
    return said == "LOCAL" or person_named(user).may(Right.PEOPLE)


def missing(user: Any) -> bool:
    """It is asked for, and not there: then the account may do nothing but set it up."""
    if not user.is_authenticated or user.pk is None or not required(user):
        return False
    return not has_one(user)
