"""From an account to the viewer on whose behalf things are read."""

from typing import Any

from regions.domain.viewer import Viewer


def viewer_of(user: Any) -> Viewer | None:
    """The viewer that this account is; None for nobody."""
    return Viewer(name=user.get_username()) if user is not None and user.is_authenticated else None
