"""Who asks, and what they may do: bearer tokens, impersonation, and RBAC objects as a real server reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dashboard.demo.apiserver import errors
from dashboard.demo.apiserver.resources import RBAC
from dashboard.demo.apiserver.store import Store

Manifest = dict[str, Any]
MASTERS = "system:masters"


@dataclass(frozen=True, slots=True)
class Identity:
    name: str
    groups: tuple[str, ...] = ()

    @property
    def all_groups(self) -> tuple[str, ...]:
        standing = "system:unauthenticated" if self.name == "system:anonymous" else "system:authenticated"
        return self.groups if standing in self.groups else (*self.groups, standing)


ANONYMOUS = Identity("system:anonymous")
PUBLIC_PATHS = ("/healthz", "/livez", "/readyz", "/version")


def service_account(namespace: str, name: str) -> Identity:
    return Identity(
        f"system:serviceaccount:{namespace}:{name}",
        ("system:serviceaccounts", f"system:serviceaccounts:{namespace}"),
    )


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody wants to do; `path` instead of a resource for what is not an object."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


class Access:
    """Answers from the Role, ClusterRole and binding objects in the store. Holders of MASTERS may do everything."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tokens: dict[str, Identity] = {}
        self._roles: dict[tuple[str, str], list[Manifest]] = {}
        self._bindings: list[Manifest] = []
        self._read_at: tuple[int, ...] = ()

    def accept(self, token: str, identity: Identity) -> None:
        self._tokens[token] = identity

    def revoke(self, token: str = "") -> None:
        """This token, or all of them, is refused from here on."""
        if token:
            self._tokens.pop(token, None)
        else:
            self._tokens.clear()

    def who(self, authorization: str) -> Identity:
        """The holder of a bearer token. Nobody in particular without one; a wrong one is a 401."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        identity = self._tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if identity is None:
            raise errors.unauthorized()
        return identity

    def impersonated(self, who: Identity, user: str, groups: list[str]) -> Identity:
        """On behalf of another, when `who` may impersonate that user and each of those groups."""
        if not user:
            if groups:
                raise errors.ApiError(500, "InternalError", "requested impersonation without a user name")
            return who
        asked = [("users", user), *(("groups", group) for group in groups)]
        if user.startswith("system:serviceaccount:") and user.count(":") == 3:
            namespace, name = user.split(":")[2:]
            asked[0] = ("serviceaccounts", name)
            groups = groups or list(service_account(namespace, name).groups)
        for resource, name in asked:
            action = Action("impersonate", "", resource, name=name)
            if not self.allows(who, action):
                raise errors.forbidden("", resource, name, self.refusal(who, action))
        return Identity(user, tuple(groups))

    def check(self, who: Identity, action: Action) -> None:
        if self.allows(who, action):
            return
        if action.path:
            message = f'forbidden: User "{who.name}" cannot {action.verb} path "{action.path}"'
            raise errors.ApiError(403, "Forbidden", message, {})
        raise errors.forbidden(action.group, action.resource, action.name, self.refusal(who, action))

    def allows(self, who: Identity, action: Action) -> bool:
        if MASTERS in who.groups or (action.path and action.path.split("?")[0] in PUBLIC_PATHS):
            return True
        return any(_covers(rule, action) for rule in self.rules(who, action.namespace))

    def rules(self, who: Identity, namespace: str) -> Iterator[Manifest]:
        """Every rule that holds for this person: everywhere, and in this namespace if one is named."""
        if MASTERS in who.groups:
            yield {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            yield {"verbs": ["*"], "nonResourceURLs": ["*"]}
        self._read()
        for binding in self._bindings:
            where = binding["metadata"].get("namespace", "")
            if where and where != namespace:
                continue
            if not any(_is_subject(subject, who, where) for subject in binding.get("subjects") or []):
                continue
            reference = binding["roleRef"]
            home = where if reference["kind"] == "Role" else ""
            yield from self._roles.get((home, reference["name"]), [])

    def refusal(self, who: Identity, action: Action) -> str:
        where = f'in the namespace "{action.namespace}"' if action.namespace else "at the cluster scope"
        return (
            f'User "{who.name}" cannot {action.verb} resource "{action.full_resource}" in API group "{action.group}" '
            f"{where}"
        )

    def _read(self) -> None:
        tables = [f"{kind}.{RBAC}" for kind in ("clusterroles", "roles", "clusterrolebindings", "rolebindings")]
        moved = tuple(self._store.moved(table) for table in tables)
        if moved == self._read_at:
            return
        self._read_at = moved
        self._roles = {}
        for table in tables[:2]:
            for item in self._store.items(table):
                role = item.manifest
                metadata = role["metadata"]
                self._roles[metadata.get("namespace", ""), metadata["name"]] = role.get("rules") or []
        self._bindings = [item.manifest for table in tables[2:] for item in self._store.items(table)]


def _is_subject(subject: Manifest, who: Identity, namespace: str) -> bool:
    match subject["kind"]:
        case "User":
            return bool(subject["name"] == who.name)
        case "Group":
            return subject["name"] in who.all_groups
        case _:
            where = subject.get("namespace") or namespace
            return who.name == f"system:serviceaccount:{where}:{subject['name']}"


def _covers(rule: Manifest, action: Action) -> bool:
    verbs = rule.get("verbs") or []
    if "*" not in verbs and action.verb not in verbs:
        return False
    if action.path:
        return any(
            path in ("*", action.path) or (path.endswith("*") and action.path.startswith(path[:-1]))
            for path in rule.get("nonResourceURLs") or []
        )
    groups, resources = rule.get("apiGroups") or [], rule.get("resources") or []
    if "*" not in groups and action.group not in groups:
        return False
    wanted = {"*", action.full_resource} | ({f"*/{action.subresource}"} if action.subresource else set())
    if not wanted & set(resources):
        return False
    names = rule.get("resourceNames") or []
    return not names or action.name in names
