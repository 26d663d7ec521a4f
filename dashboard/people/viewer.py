"""From an account to the viewer on whose behalf things are read."""

from typing import Any

from dashboard.people.screens import Screen
from regions.domain.viewer import Viewer


def viewer_of(user: Any) -> Viewer | None:
    """The viewer that this account is, or that a screen is; None for nobody."""
    if isinstance(user, Screen):
        return user.viewer
    if user is None or not user.is_authenticated:
        return None
    return Viewer(name=user.get_username(), administrator=bool(user.is_staff or user.is_superuser))
