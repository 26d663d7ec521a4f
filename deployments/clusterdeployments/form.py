"""The deployment form: from what was posted to a draft, and back to a page with nothing typed lost."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployments.domain import safe_yaml, schema
from deployments.domain.deployment_problems import check
from deployments.domain.drafts import DeploymentDraft, ServiceDraft
from deployments.domain.editing import draft_of
from deployments.domain.findings import Problem, error, errors
from deployments.domain.gitops_managers import is_mark
from deployments.domain.labels import ROLE, TENANT
from deployments.domain.problems import problems
from deployments.domain.snapshot import ClusterSnapshot, KnownTemplate
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, located

ROLES = (
    ("", "none: KOF takes no notice of it"),
    ("child", "child: its metrics go to a regional cluster"),
    ("regional", "regional: it stores metrics of children"),
)
MOST_SERVICES = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """One credential that could be chosen, and why not."""

    name: str
    region: str
    kind: str
    why_not: str
    chosen: bool

    @property
    def place(self) -> str:
        """Where deployments with it are run, in words."""
        return located(self.region)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """What is typed of one service."""

    place: int
    name: str = ""
    template: str = ""
    namespace: str = ""
    values: str = ""
    depends_on: str = ""
    kept: str = ""  # JSON of what the form has no box for

    @property
    def used(self) -> bool:
        return bool(self.name.strip() or self.template or self.values.strip())


@dataclass(frozen=True, slots=True)
class DeploymentForm:
    """A filled form. `draft` is what it says; `problems` what is wrong with it, by all that is known here."""

    snapshot: ClusterSnapshot
    template: KnownTemplate
    data: Mapping[str, str]
    config: schema.Form
    draft: DeploymentDraft
    services: tuple[ServiceRow, ...]
    problems: tuple[Problem, ...]
    opened: Manifest | None = None  # what is being edited, as it was opened

    @property
    def sound(self) -> bool:
        return not errors(self.problems)

    def with_problems(self, more: Iterable[Problem]) -> "DeploymentForm":
        """The same form, with what clusters said against it."""
        return replace(self, problems=tuple(dict.fromkeys((*self.problems, *more))))

    @property
    def credentials(self) -> tuple[Choice, ...]:
        """Every credential of the namespace, those that fit the template first."""
        bare = replace(self.template, schema=None)
        snapshot = replace(self.snapshot, templates={(bare.namespace, bare.name): bare})
        found = []
        for known in self.snapshot.credentials.values():
            if known.namespace != self.template.namespace:
                continue
            draft = DeploymentDraft(known.namespace, "a", bare.name, known.name)
            against = [
                one for one in errors(check(draft, snapshot, self.opened)) if one.field in ("credential", "template")
            ]
            why = against[0].sentence if against and known.name != self._before else ""
            found.append(Choice(known.name, known.region, known.kind, why, known.name == self.draft.credential))
        if self._before and self._before not in [one.name for one in found]:
            found.append(
                Choice(self._before, MANAGEMENT, "not there any more", "", self._before == self.draft.credential)
            )
        return tuple(sorted(found, key=lambda one: (bool(one.why_not), one.name)))

    @property
    def _before(self) -> str:
        """The credential of what is edited: it stays a choice, whatever is wrong with it."""
        return draft_of(self.opened).credential if self.opened else ""

    @property
    def extras(self) -> tuple[str, ...]:
        """What the object has and this form has no box for."""
        kept = self.draft.kept or {}
        return (*kept.get("spec", {}), *(f"serviceSpec.{key}" for key in kept.get("serviceSpec", {})))

    @property
    def uninstalls(self) -> tuple[str, ...]:
        """Services of what is edited that are no longer listed."""
        listed = {(one.namespace, one.name) for one in self.draft.services}
        before = draft_of(self.opened).services if self.opened else ()
        return tuple(f"{one.namespace}/{one.name}" for one in before if (one.namespace, one.name) not in listed)

    @property
    def service_templates(self) -> tuple[str, ...]:
        return tuple(
            sorted(
                one.name
                for one in self.snapshot.services.values()
                if one.namespace == self.template.namespace and one.valid
            )
        )


def deployment_form(
    data: Mapping[str, str] | None,
    template: KnownTemplate,
    snapshot: ClusterSnapshot,
    credential: str = "",
    *,
    opened: Manifest | None = None,
    judged: bool = True,
) -> DeploymentForm:
    """The form as posted; None: as it is first shown, with nothing said against what nobody has filled yet.

    With `opened` it edits that object: nothing of its config is left out for being the template's own.
    """
    blank = schema.form(template.schema, template.defaults, None, template.chart)
    typed = dict(data or {})
    parsed = schema.parse(blank, typed)
    services, bad = _services(typed)
    labels, unreadable = _labels(typed)
    draft = DeploymentDraft(
        namespace=template.namespace,
        name=typed.get("name", "").strip(),
        template=template.name,
        credential=typed.get("credential", credential),
        config=schema.difference(template.defaults, parsed.config) if opened is None else parsed.config,
        labels=labels,
        services=services,
        validate_only="validate_only" in typed,
        propagate_credentials="propagate_credentials" in typed or data is None,
        cleanup_on_deletion="cleanup_on_deletion" in typed,
        kept=_json(typed.get("kept", "")),
        may_uninstall="may_uninstall" in typed,
    )
    found: tuple[Problem, ...] = ()
    if data is not None and judged:
        found = tuple(dict.fromkeys((*parsed.problems, *bad, *unreadable, *problems(draft, snapshot, opened))))
    return DeploymentForm(
        snapshot, template, typed, blank if data is None else parsed.form, draft, _rows(typed), found, opened
    )


def data_of(draft: DeploymentDraft, template: KnownTemplate) -> dict[str, str]:
    """What the form posts when it is filled with this draft and left untouched."""
    filled = schema.form(template.schema, template.defaults, draft.config, template.chart)
    data = {name: text for name, text in filled.data.items() if text}
    labels = {key: value for key, value in draft.labels.items() if not is_mark(key)}
    for key, name, taken in ((ROLE, "kof_role", dict(ROLES)), (TENANT, "kof_tenant", None)):
        if labels.get(key) and (taken is None or labels[key] in taken):
            data[name] = labels.pop(key)
    data |= {"name": draft.name, "credential": draft.credential, "template": template.name}
    data["labels"] = "\n".join(f"{key}={value}" for key, value in labels.items())
    switches = ("validate_only", "propagate_credentials", "cleanup_on_deletion")
    data |= {name: "on" for name in switches if getattr(draft, name)}
    for place, one in enumerate(draft.services):
        data |= {f"services/{place}/{name}": getattr(one, name) for name in ("name", "template", "namespace", "values")}
        data[f"services/{place}/depends_on"] = " ".join("/".join(other) for other in one.depends_on)
        if one.kept:
            data[f"services/{place}/kept"] = json.dumps(one.kept)
    if draft.kept is not None:
        data["kept"] = json.dumps(draft.kept)
    return data


def _json(text: str) -> dict[str, Any] | None:
    """What a hidden field carries; None for what is no mapping (nobody types there)."""
    try:
        found = safe_yaml.load_json(text) if text else None
    except safe_yaml.NotPlain:
        return None
    return found if isinstance(found, dict) and all(isinstance(one, dict) for one in found.values()) else None


def _labels(data: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    found: dict[str, str] = {}
    bad: list[Problem] = []
    for line in data.get("labels", "").splitlines():
        key, sign, value = line.partition("=")
        if not line.strip():
            continue
        if not sign or not key.strip():
            what = "names no key" if sign else "has no “=”"
            bad.append(error("labels", f"Write each label as key=value; “{line.strip()[:60]}” {what}."))
        elif key.strip() in found:
            bad.append(error("labels", f"{key.strip()[:60]} is given twice."))
        else:
            found[key.strip()] = value.strip()
    for key, name in ((ROLE, "kof_role"), (TENANT, "kof_tenant")):
        if said := data.get(name, "").strip():
            found[key] = said
    return found, bad


def _rows(data: Mapping[str, str]) -> tuple[ServiceRow, ...]:
    """Services as typed, numbered anew without those left empty, and an empty row for one more."""
    rows: list[ServiceRow] = []
    for place in range(MOST_SERVICES):
        said = {
            name: data.get(f"services/{place}/{name}", "")
            for name in ("name", "template", "namespace", "values", "depends_on", "kept")
        }
        row = ServiceRow(len(rows), **said)
        if row.used and data.get("drop") != str(place):
            rows.append(row)
    return (*rows, ServiceRow(len(rows)))


def _services(data: Mapping[str, str]) -> tuple[tuple[ServiceDraft, ...], list[Problem]]:
    rows = [row for row in _rows(data) if row.used]
    bad: list[Problem] = []
    if data.get(f"services/{MOST_SERVICES}/name"):
        bad.append(error("services", f"This form takes {MOST_SERVICES} services. Add the others in YAML."))
    return tuple(
        ServiceDraft(
            name=row.name.strip(),
            template=row.template,
            namespace=row.namespace.strip() or "default",
            values=row.values.replace("\r\n", "\n"),
            depends_on=tuple(_waits(row)),
            kept=_kept(row.kept),
        )
        for row in rows
    ), bad


def _kept(text: str) -> dict[str, Any]:
    try:
        found = safe_yaml.load_json(text) if text else {}
    except safe_yaml.NotPlain:
        return {}
    return found if isinstance(found, dict) else {}


def _waits(row: ServiceRow) -> Iterable[tuple[str, str]]:
    for word in row.depends_on.replace(",", " ").split():
        namespace, slash, name = word.rpartition("/")
        yield (namespace if slash else row.namespace.strip() or "default", name)
