"""Which objects a Credential needs, on which cluster and where: plain facts, whether they are there is not asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from deployments.domain.credentials.providers import IDENTITIES, SECRET
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT

Place = tuple[str, str, str, str]
"""Cluster, kind, namespace, name."""

CONTROLLER = "AWSClusterControllerIdentity"
MANAGED = f"{K0RDENT}/managed"

_WORDS = {"forbidden": "not permitted to look", "unmanaged": "unmanaged copy", "absent": "kind not installed"}


@dataclass(frozen=True, slots=True)
class IdentityNeed:
    """What a Credential refers to."""

    api_version: str
    kind: str
    namespace: str  # as it stands in identityRef
    name: str

    @property
    def cluster_scoped(self) -> bool:
        known = IDENTITIES.get(self.kind)
        return bool(known and known.cluster_scoped)


@dataclass(frozen=True, slots=True)
class Need:
    """One object. `role`: identity, its source, secret or template; `copy`: k0rdent makes it from the original."""

    cluster: str
    kind: str
    namespace: str
    name: str
    role: str
    copy: bool = False
    original: bool = False  # of a copy: k0rdent reads it, no deployment does

    @property
    def place(self) -> Place:
        return self.cluster, self.kind, self.namespace, self.name


@dataclass(frozen=True, slots=True)
class Needed:
    """An object that a credential needs, and whether the copy has it.

    `state`: present; same or differs (copies that were compared); unmanaged (there, but k0rdent does not keep it in
    step); deleting; missing; forbidden (Pane or the viewer may not look); absent (its kind is not installed there);
    unknown (we do not hear that cluster, or cannot tell).
    """

    need: Need
    state: str
    note: str = ""
    keys: tuple[str, ...] = ()  # of a Secret or ConfigMap
    created_at: datetime | None = None
    blind: bool = False  # it was so when we last heard that cluster
    whole_copies: tuple[str, ...] = ()  # of a Secret: the annotations that hold its values in clear text

    @property
    def word(self) -> str:
        return _WORDS.get(self.state, self.state)

    @property
    def key(self) -> str:
        """Its place in one word, for forms."""
        return "|".join(self.need.place)

    @property
    def remedy(self) -> str:
        """What could put it right from here; empty when nothing can or need."""
        if self.blind:
            return ""
        if self.need.role == "template" and self.state == "missing":
            return "Make it"
        if self.whole_copies and self.state in ("present", "same"):
            return "Make anew" if self.need.copy else "Take out"
        return {"unmanaged": "Hand over", "differs": "Copy anew"}.get(self.state, "") if self.need.copy else ""

    @property
    def good(self) -> bool | None:
        return {"present": True, "same": True, "missing": False, "absent": False, "differs": False}.get(self.state)


Reader = Callable[[str, str, str, str], Manifest | None]
"""The manifest of an object (cluster, kind, namespace, name), as far as the copy has it."""


def identity_of(credential: Manifest) -> IdentityNeed:
    """The identity that a Credential names; its parts are empty where it does not say."""
    found = m.mapping(m.part(credential, "spec", "identityRef"))
    parts = (m.text(found.get(key)) for key in ("apiVersion", "kind", "namespace", "name"))
    return IdentityNeed(*parts)


def needs(credential: Manifest, *, system: str, copies: bool, read: Reader) -> tuple[Need, ...]:
    """Everything that a Credential needs. `copies`: this k0rdent copies identities to regions (1.5 and later).

    `read` is asked for the identity, which says how its Secret is called.
    """
    identity = identity_of(credential)
    if not identity.kind or not identity.name:
        return ()
    own = m.namespace(credential)
    region = m.text(m.part(credential, "spec", "region"))
    hosting = region or MANAGEMENT
    used_in = identity.namespace or own
    spread = copies and (bool(region) or m.labels(credential).get(MANAGED) == "true")
    found: list[Need] = []
    if spread:
        found += _parts(identity, MANAGEMENT, system, read, system, original=True)
        found += _parts(identity, hosting, own, read, system, copy=True)
    else:
        found += _parts(identity, hosting, used_in, read, system)
    found.append(Need(hosting, "ConfigMap", used_in, f"{identity.name}-resource-template", "template"))
    return tuple({need.place: need for need in reversed(found)}.values())[::-1]


def _parts(
    identity: IdentityNeed,
    cluster: str,
    namespace: str,
    read: Reader,
    system: str,
    *,
    copy: bool = False,
    original: bool = False,
) -> list[Need]:
    """The identity and its Secret on one cluster."""
    at = "" if identity.cluster_scoped else namespace
    role = "secret" if identity.kind == SECRET else "identity"
    found = [Need(cluster, identity.kind, at, identity.name, role, copy, original)]
    known = IDENTITIES.get(identity.kind)
    spec = m.mapping((read(cluster, identity.kind, at, identity.name) or {}).get("spec"))
    source = m.mapping(spec.get("sourceIdentityRef"))
    if source.get("kind") == CONTROLLER and source.get("name"):  # the one source that k0rdent copies
        found.append(Need(cluster, CONTROLLER, "", m.text(source["name"]), "source", copy, original))
    if known is None or not known.secret_field:
        return found
    name = m.text(m.part(spec, *known.secret_field)) or f"{identity.name}-secret"
    inside = m.text(m.part(spec, known.secret_field[0], "namespace")) if len(known.secret_field) > 1 else ""
    return [
        *found,
        Need(
            cluster, SECRET, inside or (system if known.cluster_scoped else namespace), name, "secret", copy, original
        ),
    ]
