"""Rules as Kubernetes' RBAC has them, read from a SelfSubjectRulesReview, and what they come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from regions.domain import manifest as m

Kind = tuple[str, str]  # group, kind
Namespaces = frozenset[str] | None  # None: every one, and what has none

REGION: Kind = ("k0rdent.mirantis.com", "Region")
DEPLOYMENT: Kind = ("k0rdent.mirantis.com", "ClusterDeployment")
EVENTS: tuple[Kind, ...] = (("", "Event"), ("events.k8s.io", "Event"))


@dataclass(frozen=True, slots=True)
class PolicyRule:
    verbs: frozenset[str]
    groups: frozenset[str]
    resources: frozenset[str]
    names: frozenset[str] = frozenset()  # empty: of any name

    def covers(self, verb: str, group: str, resource: str) -> bool:
        """Whether it is about this, of some name."""
        return (
            not self.verbs.isdisjoint((verb, "*"))
            and not self.groups.isdisjoint((group, "*"))
            and not self.resources.isdisjoint((resource, "*"))
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What somebody may do in one namespace, the rules for all namespaces among them.

    `incomplete`: another authorizer than RBAC has a say that the server cannot put in rules; then they prove nothing.
    """

    rules: tuple[PolicyRule, ...] = ()
    incomplete: bool = False

    @classmethod
    def of(cls, status: Mapping[str, Any]) -> "Rules":
        """From the status of a SelfSubjectRulesReview."""
        found = (
            PolicyRule(*(_texts(one.get(part)) for part in ("verbs", "apiGroups", "resources", "resourceNames")))
            for one in m.items(status.get("resourceRules"))
        )
        return cls(tuple(found), status.get("incomplete") is not False or bool(status.get("evaluationError")))

    def allows(self, verb: str, group: str, resource: str) -> bool:
        """Whether this may be done with objects of any name."""
        return any(not rule.names and rule.covers(verb, group, resource) for rule in self.rules)

    def names(self, verb: str, group: str, resource: str) -> frozenset[str]:
        """The only names of objects with which it may be done, where it may not be with any."""
        return frozenset().union(*(rule.names for rule in self.rules if rule.covers(verb, group, resource)))


def _texts(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


@dataclass(frozen=True, slots=True)
class ReadRights:
    """What management lets somebody list, by kind and namespace, and which Regions they may get.

    Equal when they allow the same: whoever may see the same shares one drawing.
    """

    kinds: Mapping[Kind, Namespaces] = field(compare=False)
    regions: frozenset[str] | None = field(compare=False)  # None: every one
    key: str = ""

    @classmethod
    def of(cls, kinds: Mapping[Kind, Namespaces], regions: frozenset[str] | None) -> "ReadRights":
        """Kinds of which nothing may be listed are left out."""
        kept = {kind: spaces for kind, spaces in kinds.items() if spaces is None or spaces}
        told = sorted((*kind, "*" if spaces is None else ",".join(sorted(spaces))) for kind, spaces in kept.items())
        text = repr((told, None if regions is None else sorted(regions)))
        return cls(kept, regions, sha256(text.encode()).hexdigest()[:24])

    def lists(self, group: str, kind: str, namespace: str) -> bool:
        """Whether objects of this kind may be listed there; without a namespace: of the whole cluster."""
        spaces = self.kinds.get((group, kind), frozenset())
        return spaces is None or (bool(namespace) and namespace in spaces)

    def gets_region(self, name: str) -> bool:
        return self.regions is None or name in self.regions


NOTHING = ReadRights.of({}, frozenset())


def together(kinds: Mapping[Kind, Namespaces]) -> list[tuple[Namespaces, list[Kind]]]:
    """The kinds that may be listed in the very same namespaces, side by side."""
    found: dict[Namespaces, list[Kind]] = {}
    for kind, spaces in kinds.items():
        found.setdefault(spaces, []).append(kind)
    return [(spaces, sorted(some)) for spaces, some in found.items()]


def by_group(kinds: Iterable[Kind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, kind in kinds:
        found.setdefault(group, []).append(kind)
    return found
