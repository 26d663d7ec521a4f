"""What is worth knowing of each kind of k0rdent that has no page of its own making: from its manifest, as lines.

Pure. Fields as in the CRDs of kcm 1.11; nothing here raises on what a cluster says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from deployments.domain.object_starters import SINGLE, WRITTEN
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.words import counted, listed

MOST = 50


@dataclass(frozen=True, slots=True)
class ObjectFact:
    """One line: what it is called, and what is said; of a list each member. `kind`: what they are names of."""

    label: str
    values: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A kind of k0rdent as pages name it. `plural` and `means` are for people."""

    kind: str
    plural: str
    means: str
    facts: Callable[[Manifest], Iterable[ObjectFact]]
    used_as: str = ""  # the field of a ClusterDeployment's spec that names such an object of its namespace

    @property
    def written(self) -> bool:
        """Whether people make it; the others k0rdent makes of its own charts."""
        return self.kind in WRITTEN

    @property
    def single(self) -> bool:
        """Whether k0rdent takes one only."""
        return self.kind in SINGLE


def facts(manifest: Manifest) -> tuple[ObjectFact, ...]:
    """What this object says, without what it leaves out."""
    known = OBJECT_KINDS.get(m.kind(manifest))
    return tuple(one for one in known.facts(manifest) if any(one.values)) if known else ()


def _fact(label: str, *values: object, kind: str = "") -> ObjectFact:
    said = [text for value in values if (text := m.text(value))]
    left = [f"and {len(said) - MOST:,} more"] if len(said) > MOST else []
    return ObjectFact(label, tuple(said[:MOST] + left), kind)


def selected(by: Mapping[str, object], key: str = "names") -> str:
    """Which objects a rule of AccessManagement means, in words: those named, those that fit, or all."""
    if names := m.texts(by.get(key)):
        return listed(names, most=MOST)
    if said := m.text(by.get("stringSelector")):
        return f"those with {said}"
    selector = m.mapping(by.get("selector"))
    labels = [f"{name}={m.text(value)}" for name, value in m.mapping(selector.get("matchLabels")).items()]
    for one in m.items(selector.get("matchExpressions")):
        among = ", ".join(m.texts(one.get("values")))
        labels.append(f"{m.text(one.get('key'))} {m.text(one.get('operator'))} {f'({among})' if among else ''}".strip())
    return f"those with {', '.join(labels)}" if labels else ""


_DEPRECATED = {
    "clusterTemplateChains": "ClusterTemplateChain",
    "serviceTemplateChains": "ServiceTemplateChain",
    "credentials": "Credential",
    "clusterAuthentications": "ClusterAuthentication",
    "dataSources": "DataSource",
    "clusterAuditPolicies": "ClusterAuditPolicy",
}
"""Fields of a rule before 1.11 put them into `resources`, still taken."""


def _access(manifest: Manifest) -> Iterator[ObjectFact]:
    for place, rule in enumerate(m.items(m.part(manifest, "spec", "accessRules")), 1):
        to = selected(m.mapping(rule.get("targetNamespaces")), "list") or "every namespace"
        handed = [
            f"{m.text(one.get('kind'))}: {selected(one) or 'all of the system namespace'}"
            for one in m.items(rule.get("resources"))
        ]
        handed += [
            f"{kind}: {listed(names, most=MOST)}"
            for field, kind in _DEPRECATED.items()
            if (names := m.texts(rule.get(field)))
        ]
        yield _fact(f"Rule {place}, to namespaces", to)
        yield _fact("Handed over", *(handed or ["nothing"]))


def _authentication(manifest: Manifest) -> Iterator[ObjectFact]:
    config = m.mapping(m.part(manifest, "spec", "authenticationConfiguration"))
    for one in m.items(config.get("jwt")):
        yield _fact("Issuer", m.part(one, "issuer", "url"))
        yield _fact("Audiences", *m.texts(m.part(one, "issuer", "audiences")))
        for label, claim in (("User", "username"), ("Groups", "groups")):
            found = m.mapping(m.part(one, "claimMappings", claim))
            said = m.text(found.get("claim")) or m.text(found.get("expression"))
            prefix = m.text(found.get("prefix"))
            yield _fact(f"{label} from", f"{said}{f', after {prefix}' if prefix else ''}" if said else "")
        rules = len(m.items(one.get("claimValidationRules"))) + len(m.items(one.get("userValidationRules")))
        yield _fact("Rules for tokens", counted(rules, "rule") if rules else "")
    anonymous = m.part(config, "anonymous", "enabled")
    yield _fact("Anonymous requests", "allowed" if anonymous is True else "refused" if anonymous is False else "")
    yield _fact("CA from Secret", m.part(manifest, "spec", "caSecret", "name"))


def _audit(manifest: Manifest) -> Iterator[ObjectFact]:
    policy = m.mapping(m.part(manifest, "spec", "policy"))
    rules = m.items(policy.get("rules"))
    yield _fact("Rules", *(_audited(rule) for rule in rules))
    yield _fact("Stages left out", *m.texts(policy.get("omitStages")))


def _audited(rule: Manifest) -> str:
    what = [name for one in m.items(rule.get("resources")) for name in m.texts(one.get("resources"))]
    what += m.texts(rule.get("nonResourceURLs"))
    who = m.texts(rule.get("users")) + m.texts(rule.get("userGroups"))
    verbs, inside = m.texts(rule.get("verbs")), m.texts(rule.get("namespaces"))
    parts = [
        listed(verbs) if verbs else "",
        listed(what) if what else "everything",
        f"in {listed(inside)}" if inside else "",
        f"by {listed(who)}" if who else "",
    ]
    return f"{m.text(rule.get('level'))}: {' '.join(part for part in parts if part)}"


def _ipam(manifest: Manifest) -> Iterator[ObjectFact]:
    yield _fact("Provider", m.part(manifest, "spec", "provider"))
    yield _fact("Claimed by", m.part(manifest, "spec", "clusterIPAMClaimRef"), kind="ClusterIPAMClaim")
    yield _fact("Phase", m.part(manifest, "status", "phase"))
    for one in m.items(m.part(manifest, "status", "providerData")):
        yield _fact(m.text(one.get("name")) or "Part", "ready" if one.get("ready") is True else "not ready")


def _claim(manifest: Manifest) -> Iterator[ObjectFact]:
    spec = m.mapping(manifest.get("spec"))
    yield _fact("Provider", spec.get("provider"))
    yield _fact("For deployment", spec.get("cluster"), kind="ClusterDeployment")
    yield _fact("Pool", spec.get("clusterIPAMRef"), kind="ClusterIPAM")
    for label, field in (("Nodes", "nodeNetwork"), ("Cluster", "clusterNetwork"), ("Outside", "externalNetwork")):
        network = m.mapping(spec.get(field))
        cidr, gateway = m.text(network.get("cidr")), m.text(network.get("gateway"))
        yield _fact(f"{label} network", ", ".join(text for text in (cidr, gateway and f"gateway {gateway}") if text))
        yield _fact(f"{label} addresses", *m.texts(network.get("ipAddresses")))


def _data_source(manifest: Manifest) -> Iterator[ObjectFact]:
    spec = m.mapping(manifest.get("spec"))
    yield _fact("Type", spec.get("type"))
    yield _fact("Endpoints", *m.texts(spec.get("endpoints")))
    yield _fact("Sign-in from Secret", m.part(spec, "auth", "username", "name"))
    yield _fact("CA from Secret", m.part(spec, "certificateAuthority", "name"))


def _cluster_data_source(manifest: Manifest) -> Iterator[ObjectFact]:
    yield _fact("Data source", m.part(manifest, "spec", "dataSource"), kind="DataSource")
    yield _fact("Database", m.part(manifest, "spec", "schema"))
    yield _fact("Secret for the cluster", m.part(manifest, "status", "kineDataSourceSecret"))


def _state_management(manifest: Manifest) -> Iterator[ObjectFact]:
    spec = m.mapping(manifest.get("spec"))
    adapter = m.mapping(spec.get("adapter"))
    yield _fact("Adapter", _object(adapter))
    yield _fact("Made of", *(_object(one) for one in m.items(spec.get("provisioner"))))
    crds = [
        f"{name}.{m.text(one.get('group'))}"
        for one in m.items(spec.get("provisionerCRDs"))
        for name in m.texts(one.get("resources"))
    ]
    yield _fact("Needs the kinds", *crds)
    yield _fact("Serves", selected({"selector": spec.get("selector")}) or "every ServiceSet that names it")


def _object(one: Mapping[str, object]) -> str:
    namespace = m.text(one.get("namespace"))
    return f"{m.text(one.get('kind'))} {f'{namespace}/' if namespace else ''}{m.text(one.get('name'))}".strip()


def _release(manifest: Manifest) -> Iterator[ObjectFact]:
    yield _fact("Version", m.part(manifest, "spec", "version"))


def _provider_template(manifest: Manifest) -> Iterator[ObjectFact]:
    status = m.mapping(manifest.get("status"))
    yield _fact("Chart version", status.get("chartVersion"))
    yield _fact("Chart", m.part(status, "chartRef", "name") or m.part(manifest, "spec", "helm", "chartSpec", "chart"))
    yield _fact("Providers", *(m.texts(status.get("providers")) or m.texts(m.part(manifest, "spec", "providers"))))
    contracts = m.mapping(status.get("capiContracts"))
    yield _fact("Contracts of Cluster API", *(f"{name}: {m.text(value)}" for name, value in contracts.items()))


def _backup(manifest: Manifest) -> Iterator[ObjectFact]:
    spec, status = m.mapping(manifest.get("spec")), m.mapping(manifest.get("status"))
    yield _fact("Schedule", spec.get("schedule") or "once")
    yield _fact("Storage location", spec.get("storageLocation"))
    yield _fact("Before each upgrade of management", "yes" if spec.get("performOnManagementUpgrade") is True else "")
    for one in [status, *m.items(status.get("regions"))]:
        where = m.text(one.get("region")) or "management"
        name, phase = m.text(one.get("lastBackupName")), m.text(m.part(one, "lastBackup", "phase"))
        done = m.text(m.part(one, "lastBackup", "completionTimestamp"))
        said = ", ".join(text for text in (phase, name, done, m.text(one.get("error"))) if text)
        yield _fact(f"Last of {where}", said)


OBJECT_KINDS: Mapping[str, ObjectKind] = {
    one.kind: one
    for one in (
        ObjectKind("AccessManagement", "Access management", "What is handed to which namespaces", _access),
        ObjectKind(
            "ClusterAuthentication",
            "Sign-in to clusters",
            "Whom the API servers of clusters believe: OpenID Connect",
            _authentication,
            "clusterAuth",
        ),
        ObjectKind(
            "ClusterAuditPolicy",
            "Audit policies",
            "What the API servers of clusters keep on record",
            _audit,
            "auditPolicy",
        ),
        ObjectKind("ClusterIPAM", "Address pools", "Addresses for the networks of clusters", _ipam),
        ObjectKind("ClusterIPAMClaim", "Address claims", "Addresses that a cluster asks for", _claim),
        ObjectKind(
            "DataSource",
            "Data sources",
            "Databases that control planes may keep their state in",
            _data_source,
            "dataSource",
        ),
        ObjectKind("ClusterDataSource", "Cluster databases", "The database of one cluster", _cluster_data_source),
        ObjectKind(
            "StateManagementProvider", "State management", "What installs services on clusters", _state_management
        ),
        ObjectKind("Release", "Releases", "Versions of k0rdent itself, with the parts of each", _release),
        ObjectKind(
            "ProviderTemplate",
            "Provider templates",
            "Charts that k0rdent and its providers come from",
            _provider_template,
        ),
        ObjectKind("ManagementBackup", "Management backups", "How management and its regions are saved", _backup),
    )
}
"""By kind, in the order of the page that lists them."""


@dataclass(frozen=True, slots=True)
class ReleaseComponent:
    """One part of k0rdent: its template in the release that is installed, and in another. Empty: not in it."""

    name: str
    now: str
    then: str

    @property
    def word(self) -> str:
        if self.now == self.then:
            return "stays"
        return "new" if not self.now else "goes" if not self.then else "changes"


def release_components(installed: Manifest | None, release: Manifest) -> tuple[ReleaseComponent, ...]:
    """What going from the installed release to this one would change, component by component; what stays comes last."""
    now, then = _templates(installed or {}), _templates(release)
    found = [ReleaseComponent(name, now.get(name, ""), then.get(name, "")) for name in {**then, **now}]
    return tuple(sorted(found, key=lambda one: one.word == "stays"))


def _templates(release: Manifest) -> dict[str, str]:
    spec = m.mapping(release.get("spec"))
    core = {name: m.text(m.part(spec, name, "template")) for name in ("kcm", "regional", "capi")}
    providers = {m.text(one.get("name")): m.text(one.get("template")) for one in m.items(spec.get("providers"))}
    return {name: template for name, template in {**core, **providers}.items() if name and template}
