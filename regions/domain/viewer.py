"""On whose behalf something is read."""

from dataclasses import dataclass

from regions.domain.rbac import ReadRights
from regions.domain.roles import ANYWHERE, OF_CLUSTERS, Granted, Right, Scope

__all__ = ["Bound", "Scope", "Viewer"]

Bound = ReadRights | tuple[Scope, ...]
"""What management lets them read; or scopes, of which they are confined to any."""


BOUNDED = OF_CLUSTERS | {Right.SEE}
"""What a role or token may do that is for some regions or namespaces alone: what is of some of them, each for itself.
All else is of Pane as a whole."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Every read takes one; what they may be shown is said by `regions.permitted` alone.

    With nothing said (no scope, roles or rights) they may see everything. A screen has a scope. A person has the roles
    of their groups, or, where management is asked, the rights that it gives them.
    """

    name: str
    scope: Scope | None = None
    administrator: bool = False  # of Pane itself; says nothing of what the clusters allow
    groups: tuple[str, ...] = ()
    granted: tuple[Granted, ...] = ()
    rights: ReadRights | None = None
    account: int = 0  # what is somebody's is this account's: a name may be another's one day
    named_by_provider: bool = False  # name and groups are those that clusters know, prefixes and all
    within: Scope = ANYWHERE  # of the token that they came by: besides all else they are confined to it
    trouble: str = ""  # why what they may see is old, or not known

    @property
    def permission_set(self) -> str:
        """Viewers with the same permission set see the same fragments, so one drawing serves them all: it says what
        they are shown, what Pane's own roles let them do, and whether that is known."""
        own = f"screen {self.scope}" if self.scope is not None else f"{self._seen} as {self.can}"
        bounded = f"{own} within {self.within}" if self.by_bounded_token else own
        return f"{bounded}, in doubt" if self.trouble else bounded

    @property
    def _seen(self) -> str:
        if self.rights is not None:
            return f"rights {self.rights.key}"
        return " or ".join(sorted(map(str, self.scopes))) if self.scopes else "everything"

    @property
    def can(self) -> str:
        """What Pane's own roles let them do, in a word that is equal for who may do the same. It counts also where
        management says what they see: much is of Pane itself."""
        if self.administrator:
            return "administrator"
        return "; ".join(sorted({f"{one.role} {one.scope}" for one in self.granted}))

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What they are confined to: to any of these. Empty: to nothing, or they see nothing (`bounds`)."""
        if self.scope is not None:
            return (self.scope,)
        found = tuple(dict.fromkeys(one.scope for one in self.granted if one.gives(Right.SEE)))
        return () if Scope() in found else found

    @property
    def confined(self) -> bool:
        """There may be something that they are not shown."""
        return bool(self.bounds)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """All of which what they are shown lies within; none: they may see everything."""
        own: Bound = self.scopes if self.rights is None or self.scope is not None else self.rights
        bounded = own != () or self._sees_nothing
        return (*((own,) if bounded else ()), *(((self.within,),) if self.by_bounded_token else ()))

    @property
    def _sees_nothing(self) -> bool:
        """They have roles, and none lets them see: of another version of Pane, for one."""
        asks_roles = self.scope is None and self.rights is None
        return asks_roles and bool(self.granted) and not any(one.gives(Right.SEE) for one in self.granted)

    @property
    def by_bounded_token(self) -> bool:
        """They came by a token that is for some regions or namespaces alone."""
        return self.within != ANYWHERE

    @property
    def screen(self) -> bool:
        """It is a screen on a wall: it reads, and is offered no way to anywhere else."""
        return self.scope is not None

    def may(self, right: Right) -> bool:
        """Whether Pane's own roles give them this right somewhere; what is of Pane as a whole, everywhere."""
        if self.screen or (self.by_bounded_token and right not in BOUNDED):
            return False
        wide = right not in BOUNDED
        return self.administrator or any(one.gives(right) for one in self.granted if not wide or one.scope == ANYWHERE)

    def may_at(self, right: Right, region: str, namespace: str) -> bool:
        """Whether they give it there; what has no namespace is only for who is not confined to some."""
        own = (one for one in self.granted if one.gives(right))
        held = self.administrator or any(one.scope.holds(region, namespace) for one in own)
        return held and self.may(right) and self.within.holds(region, namespace)
