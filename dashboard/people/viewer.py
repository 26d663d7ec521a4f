"""From an account to the viewer on whose behalf things are read."""

from typing import Any

from dashboard.people.screens import Screen
from regions.domain.viewer import Viewer


def viewer_of(user: Any) -> Viewer | None:
    """The viewer that this account is, or that a screen is; None for nobody."""
    if isinstance(user, Screen):
        return user.viewer
    return Viewer(name=user.get_username()) if user is not None and user.is_authenticated else None
