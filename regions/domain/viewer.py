"""On whose behalf something is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer is confined to. Empty means any: of regions, of namespaces of deployments."""

    regions: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()

    def holds(self, region: str, namespace: str) -> bool:
        """Whether a deployment of this region and namespace lies within."""
        return (not self.regions or region in self.regions) and (not self.namespaces or namespace in self.namespaces)

    def __str__(self) -> str:
        return f"regions={','.join(sorted(self.regions))};namespaces={','.join(sorted(self.namespaces))}"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Every read takes one. A person may see everything; a screen only what its scope holds (`regions.permitted`)."""

    name: str
    scope: Scope | None = None
    administrator: bool = False  # of Pane itself; says nothing of what the clusters allow

    @property
    def permission_set(self) -> str:
        """Viewers with the same permission set see the same fragments, so one drawing serves them all."""
        return "everything" if self.scope is None else f"screen {self.scope}"

    @property
    def confined(self) -> bool:
        """It is a screen on a wall: it reads, and is offered no way to anywhere else."""
        return self.scope is not None
