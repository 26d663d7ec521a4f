"""What can be wrong with a deployment: what admission says, what it says too late, and what it never says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from deployments.domain import name_rules, safe_yaml
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.editing import draft_of
from deployments.domain.findings import Problem, Severity, error, pointer, warning
from deployments.domain.risks import risks
from deployments.domain.schema import validation
from deployments.domain.schema.values import merge
from deployments.domain.snapshot import ClusterSnapshot, KnownCredential, KnownTemplate, still_installing
from deployments.domain.spellings import spelled
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, in_words, located
from regions.domain.words import listed

UNPROPAGATED = ("azure-aks", "kubevirt-standalone-cp", "kubevirt-hosted-cp", "remote-cluster", "gcp-gke")
"""Charts whose clusters need nothing of the credential."""


def check(draft: DeploymentDraft, snapshot: ClusterSnapshot, opened: Manifest | None = None) -> list[Problem]:
    """All of it; `opened` is the ClusterDeployment being edited, as it was opened."""
    template = snapshot.templates.get((draft.namespace, draft.template))
    credential = snapshot.credentials.get((draft.namespace, draft.credential))
    found = [*_names(draft, snapshot, opened), *_template(draft, template), *_labels(draft.labels)]
    found += _credential(draft, template, credential, snapshot)
    found += _services(draft, snapshot)
    if template is not None:
        found += _config(draft.config, template)
    if opened is not None:
        # k0rdent looks only at what is changed, and so do we: what was wrong before forbids nothing that is right.
        before = {(one.field, one.sentence) for one in check(draft_of(opened), snapshot)}
        found = [
            replace(one, severity=Severity.WARNING) if (one.field, one.sentence) in before else one for one in found
        ]
        found += _edited(draft, credential, snapshot, opened)
        found += risks(m.mapping(m.part(opened, "spec", "config")), draft.config)
    return found


def _names(draft: DeploymentDraft, snapshot: ClusterSnapshot, opened: Manifest | None) -> Iterator[Problem]:
    if why := name_rules.dns_label(draft.namespace):
        yield error("namespace", why)
    elif snapshot.has_namespace(MANAGEMENT, draft.namespace) is False:
        yield error("namespace", f"There is no namespace {draft.namespace} on the management cluster.")
    if opened is not None:
        if (draft.namespace, draft.name) != (m.namespace(opened), m.name(opened)):
            yield error("name", "A deployment cannot be renamed or moved. Clone it under the other name.")
        return
    if len(draft.name) > name_rules.DEPLOYMENT:
        yield error(
            "name",
            f"This has {len(draft.name)} characters. At most {name_rules.DEPLOYMENT} are allowed: k0rdent "
            "uses it as the name of a Helm release.",
        )
    elif why := name_rules.dns_name(draft.name, name_rules.DEPLOYMENT):
        yield error("name", why)
    elif snapshot.is_taken(MANAGEMENT, K0RDENT, "ClusterDeployment", draft.namespace, draft.name) or (
        (draft.namespace, draft.name) in snapshot.deployments
    ):
        yield error("name", f"There is a deployment {draft.name} in {draft.namespace} already.")
    elif "." in draft.name:
        yield warning("name", "Some clouds refuse names with dots, and say so only after minutes.")


def _template(draft: DeploymentDraft, template: KnownTemplate | None) -> Iterator[Problem]:
    if not draft.template:
        yield error("template", "Choose a template.")
    elif template is None:
        yield error("template", f"There is no template {draft.template} in {draft.namespace}.")
    elif not template.valid:
        why = f": {template.error}" if template.error else ""
        yield error("template", f"k0rdent calls this template invalid{why}.")
    elif not any(provider.startswith("infrastructure-") for provider in template.providers):
        yield error("template", "This template names no infrastructure provider, so k0rdent refuses it.")


def _credential(
    draft: DeploymentDraft,
    template: KnownTemplate | None,
    credential: KnownCredential | None,
    snapshot: ClusterSnapshot,
) -> Iterator[Problem]:
    if not draft.credential:
        yield error("credential", "Choose a credential.")
        return
    if credential is None:
        yield error("credential", f"There is no credential {draft.credential} in {draft.namespace}.")
        return
    if credential.deleting:
        yield error("credential", "This credential is being deleted.")
    elif not credential.ready:
        yield error(
            "credential", f"This credential is not ready{': ' + credential.message if credential.message else ''}."
        )
    hosting, where = credential.region, located(credential.region)
    region = snapshot.region(hosting)
    if hosting != MANAGEMENT and region is None:
        yield error("credential", f"Its region {credential.region} does not exist.")
    elif region is not None:
        if region.deleting:
            yield error("credential", f"Its region {region.name} is being deleted.")
        elif region.silent:
            yield error(
                "credential",
                f"Its region {region.name} does not answer now, so k0rdent would refuse the "
                "deployment, with a misleading sentence.",
            )
        elif region.paused:
            yield warning("credential", f"Its region {region.name} is paused: nothing happens until it is resumed.")
    yield from _fits(template, credential, hosting, snapshot)
    yield from _propagation(draft, template, credential, snapshot)
    if snapshot.has_namespace(hosting, draft.namespace) is False and hosting != MANAGEMENT:
        if credential.kind.startswith("AWS"):
            yield error(
                "namespace",
                f"There is no namespace {draft.namespace} {where}, and with this kind of "
                "credential k0rdent does not make it. Create it there first.",
            )
        else:
            yield warning("namespace", f"There is no namespace {draft.namespace} {where} yet.")


def _fits(
    template: KnownTemplate | None, credential: KnownCredential, hosting: str, snapshot: ClusterSnapshot
) -> Iterator[Problem]:
    where = located(hosting)
    coming = snapshot.installing.get(hosting, {})
    behind = {coming[provider] for provider in (template.providers if template else ()) if provider in coming}
    for component, said in sorted(behind):
        yield error("template", still_installing(component, said, where, "no deployment that needs it is taken"))
    for provider in template.providers if template else ():
        if provider in coming:
            continue
        if not provider.startswith("infrastructure-"):
            continue
        if provider == "infrastructure-internal":
            if credential.kind != "Secret":
                yield error(
                    "credential",
                    f"An adopted cluster needs a credential with a kubeconfig (a Secret), not a {credential.kind}.",
                )
            continue
        takes = snapshot.interface(hosting, provider)
        if takes is None:
            continue
        if not takes:
            enable = f"cluster-api-provider-{provider.removeprefix('infrastructure-')}"
            yield error(
                "template",
                f"The provider {provider} is not installed {where}. Enable {enable} there, or "
                "choose another credential.",
            )
        elif credential.kind not in takes:
            yield error(
                "credential",
                f"This template needs a credential of kind {listed(sorted(takes))}; this one is "
                f"a {credential.kind or 'credential without identity'}.",
            )


def _propagation(
    draft: DeploymentDraft, template: KnownTemplate | None, credential: KnownCredential, snapshot: ClusterSnapshot
) -> Iterator[Problem]:
    if not draft.propagate_credentials:
        return
    if credential.kind.startswith("AWS") and draft.namespace != snapshot.system_namespace:
        yield warning(
            "propagate_credentials",
            f"Outside {snapshot.system_namespace} AWS credentials cannot be passed "
            "on to the cluster, and need not be: switch this off.",
        )
    elif template is not None and template.chart in UNPROPAGATED:
        yield warning(
            "propagate_credentials", "Clusters of this template need nothing of the credential: switch this off."
        )


def _labels(labels: Mapping[str, str]) -> Iterator[Problem]:
    for key, value in labels.items():
        if why := name_rules.label_key(key) or name_rules.label_value(value):
            yield error("labels", f"{key[:80]}: {why}")
    role = labels.get(f"{K0RDENT}/kof-cluster-role", "")
    if role not in ("", "child", "regional"):
        yield error("labels", f"{K0RDENT}/kof-cluster-role is either child or regional.")
    if labels.get(f"{K0RDENT}/kof-tenant-id") and role != "child":
        yield warning("labels", "Only a KOF child has a tenant.")


def _services(draft: DeploymentDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    placed = [(service.namespace, service.name) for service in draft.services]
    for place, service in enumerate(draft.services):
        if why := name_rules.dns_name(service.name):
            yield error(pointer("services", [place, "name"]), why)
        if why := name_rules.dns_label(service.namespace):
            yield error(pointer("services", [place, "namespace"]), why)
        if placed.index((service.namespace, service.name)) != place:
            yield error(pointer("services", [place, "name"]), "This service is listed twice in the same namespace.")
        known = snapshot.services.get((draft.namespace, service.template))
        field = pointer("services", [place, "template"])
        if not service.template:
            yield error(field, "Choose a template.")
        elif known is None:
            yield error(field, f"There is no service template {service.template} in {draft.namespace}.")
        elif not known.valid:
            yield error(field, f"k0rdent calls this template invalid{': ' + known.error if known.error else ''}.")
        yield from _values(pointer("services", [place, "values"]), service.values)
        for namespace, name in service.depends_on:
            if (namespace, name) not in placed:
                yield error(pointer("services", [place, "depends_on"]), f"There is no service {namespace}/{name} here.")
    if circle := _circle({(one.namespace, one.name): one.depends_on for one in draft.services}):
        yield error("services", f"These services wait for each other: {' → '.join('/'.join(one) for one in circle)}.")


def _values(field: str, text: str) -> Iterator[Problem]:
    if not text.strip() or "{{" in text:  # Sveltos renders templates in values later
        return
    try:
        values, surprises = safe_yaml.read(text)
    except safe_yaml.NotPlain as problem:
        yield error(field, f"These values cannot be read: {problem}.")
        return
    yield from spelled(field, surprises)
    if values is not None and not isinstance(values, dict):
        yield error(field, "Values are keys with values, as in a values.yaml.")


def _circle(waits: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]) -> list[tuple[str, str]]:
    done: set[tuple[str, str]] = set()
    for start in waits:
        path: list[tuple[str, str]] = []
        stack = [(start, iter(waits[start]))] if start not in done else []
        while stack:
            node, rest = stack[-1]
            if node not in path:
                path.append(node)
            following = next(rest, None)
            if following is None:
                done.add(path.pop())
                stack.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following in waits and following not in done:
                stack.append((following, iter(waits[following])))
    return []


def _config(config: Mapping[str, Any], template: KnownTemplate) -> Iterator[Problem]:
    yield from validation.problems(template.schema, merge(template.defaults, config), template.chart)
    yield from validation.unknown(template.schema, template.defaults, config)


def _edited(
    draft: DeploymentDraft, credential: KnownCredential | None, snapshot: ClusterSnapshot, opened: Manifest
) -> Iterator[Problem]:
    spec = m.mapping(opened.get("spec"))
    before = snapshot.credentials.get((draft.namespace, m.text(spec.get("credential"))))
    region = before.region if before else m.text(m.part(opened, "status", "region")) or MANAGEMENT
    if credential is not None and credential.region != region:
        yield error(
            "credential",
            f"This credential is of {in_words(credential.region)}, but the cluster runs "
            f"{located(region)}. A deployment cannot move; clone it there.",
        )
    template = m.text(spec.get("template"))
    if draft.template != template:
        allowed = [one for one in m.part(opened, "status", "availableUpgrades") or () if isinstance(one, str)]
        if draft.template not in allowed:
            ways = f"It can become {listed(allowed)}." if allowed else "No template chain offers an upgrade from it."
            yield error("template", f"k0rdent does not allow the way from {template} to {draft.template}. {ways}")
    if draft.validate_only and spec.get("dryRun") is not True:
        yield warning(
            "validate_only", "While this is on, changes to the running cluster are only checked, not applied."
        )
    kept = {(service.namespace, service.name) for service in draft.services}
    for service in m.items(m.part(spec, "serviceSpec", "services")):
        name = (m.text(service.get("namespace")) or "default", m.text(service.get("name")))
        if name in kept:
            continue
        if draft.may_uninstall:
            yield warning("services", f"{'/'.join(name)} will be uninstalled from the cluster.")
        else:
            yield error(
                "services",
                f"{'/'.join(name)} is no longer listed, so it would be uninstalled from the "
                "cluster. Say below that this is meant, or list it again.",
            )
