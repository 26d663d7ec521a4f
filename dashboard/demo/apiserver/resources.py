"""What a server serves: the built-in kinds, and those that CustomResourceDefinitions add while it runs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Manifest = dict[str, Any]

CORE, EVENTS, RBAC, EXTENSIONS = "", "events.k8s.io", "rbac.authorization.k8s.io", "apiextensions.k8s.io"
METADATA_FIELDS = frozenset({"metadata.name", "metadata.namespace"})
ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    path: str
    type: str = "string"
    priority: int = 0


@dataclass(eq=False)
class Resource:
    """One kind in one group, in every version that is served."""

    group: str
    kind: str
    plural: str
    versions: tuple[str, ...]  # the preferred one first
    namespaced: bool = True
    storage: str = ""
    short_names: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    schemas: dict[str, Manifest] = field(default_factory=dict)  # by version
    has_status: bool = False
    counted: bool = False  # metadata.generation counts changes of the specification
    selectable: frozenset[str] = METADATA_FIELDS
    shared: str = ""  # the table of another kind that shows the same objects
    custom: bool = False

    @property
    def table(self) -> str:
        return self.shared or f"{self.plural}.{self.group}"

    @property
    def singular(self) -> str:
        return self.kind.lower()

    def api_version(self, version: str) -> str:
        return f"{self.group}/{version}" if self.group else version

    @property
    def stored_as(self) -> str:
        return self.storage or self.versions[0]


_CORE_EVENT = frozenset(
    {
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    }
)
_NEW_EVENT = frozenset(
    {
        "regarding.kind",
        "regarding.namespace",
        "regarding.name",
        "regarding.uid",
        "regarding.apiVersion",
        "regarding.resourceVersion",
        "regarding.fieldPath",
        "reason",
        "reportingController",
        "type",
    }
)
_AGE = Column("Age", ".metadata.creationTimestamp", "date")
_EVENT_COLUMNS = (
    Column("Last Seen", "", "event-age"),
    Column("Type", ".type"),
    Column("Reason", ".reason"),
    Column("Object", "", "event-object"),
    Column("Message", "", "event-message"),
)


def built_in() -> list[Resource]:
    """The kinds that every server has."""

    def rbac(kind: str, plural: str, namespaced: bool) -> Resource:
        return Resource(RBAC, kind, plural, ("v1",), namespaced, columns=(_AGE,))

    return [
        Resource(
            CORE,
            "Namespace",
            "namespaces",
            ("v1",),
            False,
            short_names=("ns",),
            has_status=True,
            columns=(Column("Status", ".status.phase"), _AGE),
            selectable=METADATA_FIELDS | {"status.phase"},
        ),
        Resource(
            CORE,
            "ConfigMap",
            "configmaps",
            ("v1",),
            short_names=("cm",),
            columns=(Column("Data", ".data", "count"), _AGE),
        ),
        Resource(
            CORE,
            "Secret",
            "secrets",
            ("v1",),
            columns=(Column("Type", ".type"), Column("Data", ".data", "count"), _AGE),
            selectable=METADATA_FIELDS | {"type"},
        ),
        Resource(
            CORE,
            "Service",
            "services",
            ("v1",),
            short_names=("svc",),
            has_status=True,
            columns=(Column("Type", ".spec.type"), Column("Cluster-IP", ".spec.clusterIP"), _AGE),
        ),
        Resource(CORE, "ServiceAccount", "serviceaccounts", ("v1",), short_names=("sa",), columns=(_AGE,)),
        Resource(
            CORE,
            "Event",
            "events",
            ("v1",),
            short_names=("ev",),
            columns=_EVENT_COLUMNS,
            selectable=METADATA_FIELDS | _CORE_EVENT,
            shared="events",
        ),
        Resource(
            EVENTS,
            "Event",
            "events",
            ("v1",),
            short_names=("ev",),
            columns=_EVENT_COLUMNS,
            selectable=METADATA_FIELDS | _NEW_EVENT,
            shared="events",
        ),
        rbac("ClusterRole", "clusterroles", False),
        rbac("ClusterRoleBinding", "clusterrolebindings", False),
        rbac("Role", "roles", True),
        rbac("RoleBinding", "rolebindings", True),
        Resource(
            EXTENSIONS,
            "CustomResourceDefinition",
            "customresourcedefinitions",
            ("v1",),
            False,
            short_names=("crd", "crds"),
            columns=(Column("Created At", ".metadata.creationTimestamp"),),
            has_status=True,
            counted=True,
        ),
    ]


def from_crd(crd: Manifest) -> Resource:
    """The kind that a CustomResourceDefinition defines."""
    spec = crd["spec"]
    served = [version for version in spec["versions"] if version.get("served")]
    served.sort(key=lambda version: version_rank(version["name"]))
    printed = served[0].get("additionalPrinterColumns") if served else None
    columns = tuple(
        Column(each["name"], each["jsonPath"], each.get("type", "string"), each.get("priority", 0))
        for each in printed or []
    )
    return Resource(
        group=spec["group"],
        kind=spec["names"]["kind"],
        plural=spec["names"]["plural"],
        versions=tuple(version["name"] for version in served),
        namespaced=spec["scope"] == "Namespaced",
        storage=next(version["name"] for version in spec["versions"] if version.get("storage")),
        short_names=tuple(spec["names"].get("shortNames") or ()),
        columns=columns or (_AGE,),
        schemas={version["name"]: (version.get("schema") or {}).get("openAPIV3Schema") or {} for version in served},
        has_status=any("status" in (version.get("subresources") or {}) for version in served),
        counted=True,
        custom=True,
    )


def version_rank(version: str) -> tuple[int, int, int, str]:
    """Sorts versions as Kubernetes prefers them: v2, v1, v1beta2, v1beta1, v1alpha1, others."""
    found = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if not found:
        return (3, 0, 0, version)
    major, stage, minor = found.groups()
    return ({None: 0, "beta": 1, "alpha": 2}[stage], -int(major), -int(minor or 0), version)


class Registry:
    """Finds kinds by path."""

    def __init__(self, kinds: Iterable[Resource] = ()) -> None:
        self._served: dict[tuple[str, str], Resource] = {}
        self._by_kind: dict[tuple[str, str], Resource] = {}
        self.revision = 0  # moves with every change: discovery documents are kept by it
        for kind in [*built_in(), *kinds]:
            self.add(kind)

    def add(self, resource: Resource) -> None:
        self._served[resource.group, resource.plural] = resource
        self._by_kind[resource.group, resource.kind] = resource
        self.revision += 1

    def remove(self, group: str, plural: str) -> None:
        gone = self._served.pop((group, plural), None)
        if gone:
            self._by_kind.pop((group, gone.kind), None)
        self.revision += 1

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        found = self._served.get((group, plural))
        return found if found and version in found.versions else None

    def of_kind(self, api_version: str, kind: str) -> Resource | None:
        group, _, version = api_version.rpartition("/")
        found = self._by_kind.get((group, kind))
        return found if found and version in found.versions else None

    def by_table(self, table: str) -> Resource:
        return next(resource for resource in self._served.values() if resource.table == table)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._served.values()))

    def groups(self) -> dict[str, list[str]]:
        """Every group with its versions, the preferred one first."""
        found: dict[str, set[str]] = {}
        for resource in self._served.values():
            found.setdefault(resource.group, set()).update(resource.versions)
        found.setdefault("authorization.k8s.io", set()).add("v1")
        return {group: sorted(versions, key=version_rank) for group, versions in found.items()}
