"""What is wrong with a credential that exists. k0rdent checks little of it and reports less (it has no webhook, and a
copy that fails leaves the old condition, often Ready), so these rules are what tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deployments.domain import name_rules
from deployments.domain.credentials.needs import IdentityNeed, Needed
from deployments.domain.credentials.providers import IDENTITIES, SECRET, title
from deployments.domain.findings import Problem, Severity, error, note, warning
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, located
from regions.domain.words import counted, listed

COMPONENT = f"{K0RDENT}/component"


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What is known around one credential."""

    credential: Manifest
    identity: IdentityNeed
    identity_body: Manifest | None  # where deployments use it
    needed: Sequence[Needed]
    provider: str
    takes: frozenset[str] | None  # kinds that the provider takes where the clusters are run; None: not known
    region_known: bool  # the Region that it names exists
    region_deleting: bool
    system: str
    copies: bool
    used: int
    propagates: bool  # not all of its deployments say propagateCredentials: false


def troubles(facts: CredentialFacts) -> tuple[Problem, ...]:
    """All of it, worst first."""
    found = [*_region(facts), *_identity(facts), *_provider(facts), *_objects(facts), *_propagation(facts)]
    rank = list(Severity)
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: rank.index(problem.severity)))


def _region(facts: CredentialFacts) -> Iterator[Problem]:
    region = m.text(m.part(facts.credential, "spec", "region"))
    if not region:
        return
    if not facts.region_known:
        yield error("region", f"There is no region {region}.")
    elif facts.region_deleting:
        yield error("region", f"Region {region} is being deleted.")
    together = len(m.namespace(facts.credential)) + len(m.name(facts.credential))
    if facts.copies and together > name_rules.CREDENTIAL:
        yield error(
            "name",
            f"Namespace and name have {together} characters together; over {name_rules.CREDENTIAL} k0rdent "
            f"cannot label its "
            "copies, so nothing reaches the region, and no condition says so. Make it anew under a shorter name.",
        )


def _identity(facts: CredentialFacts) -> Iterator[Problem]:
    identity, own = facts.identity, m.namespace(facts.credential)
    if not identity.kind or not identity.name:
        yield error("identity", "Its identityRef names no object: give it apiVersion, kind and name.")
        return
    regional = bool(m.text(m.part(facts.credential, "spec", "region")))
    known = IDENTITIES.get(identity.kind)
    namespaced = identity.kind == SECRET or bool(known and not known.cluster_scoped)
    if namespaced and not identity.namespace:
        yield error("identity", f"Its identityRef has no namespace, but {identity.kind} is namespaced.")
    elif namespaced and regional and facts.copies and identity.namespace != own:
        yield error(
            "identity",
            f"Its identityRef names namespace {identity.namespace}, but k0rdent copies identities to the Credential's "
            f"own, {own}: the copy is not found.",
        )
    if facts.identity_body is None:
        return
    spec = m.mapping(facts.identity_body.get("spec"))
    if known and known.needs_allowed and spec.get("allowedNamespaces") is None:
        yield error(
            "identity",
            f"{identity.kind} {identity.name} has no allowedNamespaces, so no namespace may use it. Set it to {{}} for "
            "all.",
        )
    source = m.text(m.part(spec, "sourceIdentityRef", "kind"))
    if regional and facts.copies and identity.kind == "AWSClusterRoleIdentity" and source == "AWSClusterStaticIdentity":
        yield error(
            "identity",
            "Its role is assumed from a static identity. For a region k0rdent looks for a controller identity of that "
            "name, fails, and says nothing: the credential does not become Ready. Use a controller identity as source.",
        )


def _provider(facts: CredentialFacts) -> Iterator[Problem]:
    if not facts.provider or facts.takes is None or facts.provider == "infrastructure-internal":
        return
    where = located(m.text(m.part(facts.credential, "spec", "region")) or MANAGEMENT)
    if not facts.takes:
        enable = f"cluster-api-provider-{facts.provider.removeprefix('infrastructure-')}"
        yield error("region", f"{title(facts.provider)} is not enabled {where}. Enable {enable} there.")
    elif facts.identity.kind not in facts.takes:
        yield error(
            "identity",
            f"{title(facts.provider)} {where} takes {listed(sorted(facts.takes))} as identity, but not "
            f"{facts.identity.kind}.",
        )


def _objects(facts: CredentialFacts) -> Iterator[Problem]:
    orphaned = any(one.state == "missing" and one.need.original for one in facts.needed)
    for one in facts.needed:
        need = one.need
        called = f"{need.kind} {need.namespace + '/' if need.namespace else ''}{need.name}"
        where = located(need.cluster)
        if one.state == "missing" and need.role == "template":
            if facts.propagates:
                yield warning(
                    "template",
                    f"{called} is missing {where}. k0rdent never copies it, and without "
                    "it nothing of the credential reaches new clusters, unless their deployments say "
                    "propagateCredentials: false.",
                )
        elif one.state == "missing" and need.original:
            yield error(
                need.role,
                f"The original {called} is missing {where}: k0rdent cannot copy or renew it, and "
                "leaves its condition as it was.",
            )
        elif one.state == "missing" and need.copy:
            if orphaned:
                continue  # what k0rdent cannot copy: the original is the problem
            yield warning(
                need.role, f"The copy {called} is missing {where}. k0rdent makes it within 15 minutes, if it can."
            )
        elif one.state == "missing":
            yield error(need.role, f"{called} is missing {where}.")
        elif one.state == "absent":
            said = f"{where[0].upper()}{where[1:]} does not know the kind {need.kind}"
            yield error(need.role, f"{said}: its provider is not installed.")
        elif one.state == "unmanaged":
            yield warning(
                need.role,
                f"{called} {where} was made by hand: k0rdent does not keep it in step with the "
                "original. Delete it there, and k0rdent copies it anew.",
            )
        elif one.state == "present" and need.role == "secret":
            yield from _keys(facts, one, called, where)
        if one.whole_copies:
            yield warning(need.role, _told(one, called, where))


def _told(one: Needed, called: str, where: str) -> str:
    said = (
        f"{called} {where} carries its own values in clear text, in the annotation {listed(one.whole_copies)}: whoever "
        "is shown its annotations reads them"
    )
    if one.need.copy:
        return f"{said}. k0rdent copied it along with the original: take it out there first, then make this one anew."
    return f"{said}{', and k0rdent copies it to the region' if one.need.original else ''}. Take it out."


def _keys(facts: CredentialFacts, one: Needed, called: str, where: str) -> Iterator[Problem]:
    known = IDENTITIES.get(facts.identity.kind)
    lacking = [key for key in known.secret_keys if key not in one.keys] if known else []
    if lacking:
        yield error("secret", f"{called} {where} lacks {counted(len(lacking), 'key')}: {listed(lacking)}.")
    if known and known.secret_field and one.need.name != f"{facts.identity.name}-secret" and facts.propagates:
        yield warning(
            "secret",
            f"{called} is not called {facts.identity.name}-secret, as k0rdent looks for it when it hands credentials "
            "on to new clusters.",
        )


def _propagation(facts: CredentialFacts) -> Iterator[Problem]:
    known = IDENTITIES.get(facts.identity.kind)
    own = m.namespace(facts.credential)
    outside = facts.identity.cluster_scoped and not facts.identity.namespace and own != facts.system
    if outside and known and known.secret_field and facts.propagates and facts.used:
        yield warning(
            "template",
            f"k0rdent looks for the Secret {facts.identity.name}-secret in {own}, but it lies in {facts.system}: "
            "handing the credential on to clusters fails. Their deployments need propagateCredentials: false.",
        )
    if m.labels(facts.credential).get(COMPONENT) != "kcm":
        yield note("labels", f"It lacks the label {COMPONENT}=kcm: k0rdent's backups leave it out.")
