"""From an account to the viewer on whose behalf things are read: with the roles of their groups, and their rights."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboard.models import ApiToken, GroupRole
from dashboard.people.screens import Screen
from regions.clusters.rights import with_rights
from regions.domain.roles import ANYWHERE, STRANGER, Granted, Scope
from regions.domain.viewer import Viewer


def viewer_of(user: Any) -> Viewer | None:
    """The viewer that this account is, or that a screen is; None for nobody."""
    if isinstance(user, Screen):
        return user.viewer
    if user is None or not user.is_authenticated:
        return None
    token = getattr(user, "api_token", None)
    return replace(with_rights(person_named(user)), within=within(token) if token else ANYWHERE)


def within(token: ApiToken) -> Scope:
    """What this token is for, and nothing else."""
    return Scope(frozenset(token.regions), frozenset(token.namespaces))


def person_named(user: Any) -> Viewer:
    """Who an account is, with the roles of its groups; what management lets them read is not asked."""
    administrator = bool(user.is_staff or user.is_superuser)
    said = _said_by_provider(user)
    groups = said if said is not None else tuple(user.groups.order_by("name").values_list("name", flat=True))
    granted = () if administrator else granted_to(groups)
    return Viewer(
        user.get_username(),
        administrator=administrator,
        groups=groups,
        granted=granted,
        account=user.pk,
        named_by_provider=said is not None,
    )


def _said_by_provider(user: Any) -> tuple[str, ...] | None:
    """The groups of an account that came by a provider, as the provider said them last; None for a local one."""
    kept = user.socialaccount_set.values_list("extra_data", flat=True).first()
    return tuple(kept["groups"]) if kept is not None else None


def granted_to(groups: Sequence[str]) -> tuple[Granted, ...]:
    """The roles that these groups give; whoever has none of them may see."""
    rows = GroupRole.objects.filter(group__name__in=groups).select_related("group").order_by("id") if groups else ()
    found = (
        Granted(row.role, Scope(frozenset(row.regions), frozenset(row.namespaces)), f"group {row.group.name}")
        for row in rows
    )
    return tuple(found) or (STRANGER,)
