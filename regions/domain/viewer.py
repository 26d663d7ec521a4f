"""On whose behalf something is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Every read of fleet, catalog and hub takes one. At first every signed-in viewer may see everything."""

    name: str

    @property
    def permission_set(self) -> str:
        """Viewers with the same permission set see the same fragments, so one drawing serves them all."""
        return "everything"
