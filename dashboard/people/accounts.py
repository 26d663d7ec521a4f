"""Local accounts, as the commands need them."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError

OPERATOR = "operator"
"""The account that `up` signs in by link: whoever can read the terminal of the machine."""


def account(name: str) -> User:
    """The account of this name; made without a password if there is none. ValidationError if it cannot be a name."""
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User(username=name)
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    return user


def active(name: str) -> User:
    """The same for a command that somebody typed. CommandError in a sentence if it cannot be, or is switched off."""
    try:
        user = account(name)
    except ValidationError as error:
        raise CommandError(f"{name!r} cannot be an account: {' '.join(error.messages)}") from error
    if not user.is_active:
        raise CommandError(f"The account {name} is switched off.")
    return user


def operator(name: str = OPERATOR) -> User:
    """The account for whoever started Pane on this machine; it may use the admin pages."""
    user = account(name)
    if not (user.is_staff and user.is_superuser and user.is_active):
        user.is_staff = user.is_superuser = user.is_active = True
        user.save(update_fields=["is_staff", "is_superuser", "is_active"])
    return user


def somebody_has_a_password() -> bool:
    """Whether people have accounts of their own here, so that Pane may be reached from other machines."""
    return any(user.has_usable_password() for user in User.objects.filter(is_active=True).exclude(password=""))
