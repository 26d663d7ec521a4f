"""What can be wrong with a region, most of which admission does not look at."""

from collections.abc import Iterator

from deployments.domain import name_rules, paste_checks
from deployments.domain.drafts import RegionDraft
from deployments.domain.findings import Problem, error, pointer, warning
from deployments.domain.snapshot import ClusterSnapshot, version_of
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, in_words
from regions.domain.words import listed

SERVICES = "projectsveltos"
BOOTSTRAP = "cluster-api-provider-k0sproject-k0smotron"


def check(draft: RegionDraft, snapshot: ClusterSnapshot, opened: Manifest | None = None) -> list[Problem]:
    """All of it; `opened` is the Region being edited, whose name and source cannot change."""
    found = [*_providers(draft, snapshot)]
    if opened is None:
        return [*_name(draft, snapshot), *_source(draft, snapshot), *found]
    return [*_immutable(draft, opened), *found, *_removed(draft, snapshot, opened)]


def _name(draft: RegionDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    if len(draft.name) > name_rules.REGION:
        yield error(
            "name",
            f"This has {len(draft.name)} characters. At most {name_rules.REGION} are allowed: "
            f"with a longer one k0rdent "
            "cannot install k0smotron in the region.",
        )
    elif why := name_rules.dns_label(draft.name, name_rules.REGION):
        yield error("name", why)
    elif draft.name in snapshot.regions or snapshot.is_taken(MANAGEMENT, K0RDENT, "Region", "", draft.name):
        yield error("name", f"There is a region {draft.name} already.")


def _source(draft: RegionDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    pasted, named = bool(draft.kubeconfig), bool(draft.secret_name)
    if draft.cluster_deployment and (pasted or named):
        yield error("cluster_deployment", "Give either a kubeconfig or a deployment, not both.")
    elif draft.cluster_deployment:
        yield from _deployment(draft.cluster_deployment, snapshot)
    elif not pasted and not named:
        yield error("kubeconfig", "Paste a kubeconfig, name a Secret that holds one, or choose a deployment.")
    else:
        yield from _kubeconfig(draft, snapshot)


def _deployment(chosen: tuple[str, str], snapshot: ClusterSnapshot) -> Iterator[Problem]:
    version = version_of(snapshot.release)
    if version is not None and version < (1, 5):
        yield error("cluster_deployment", "k0rdent before 1.5 cannot make a region of a deployment. Give a kubeconfig.")
    known = snapshot.deployments.get(chosen)
    if known is None:
        yield error("cluster_deployment", f"There is no deployment {'/'.join(chosen)}.")
        return
    if known.region != MANAGEMENT:
        yield error(
            "cluster_deployment",
            f"It runs in region {known.region}. Only a deployment of the management cluster can become a region.",
        )
    elif known.adopted and not known.has_kubeconfig:
        yield error("cluster_deployment", "k0rdent holds no kubeconfig of an adopted cluster. Paste its kubeconfig.")
    if not known.ready:
        yield warning("cluster_deployment", "It is not ready; the region will be when the cluster is.")
    if known.namespace == snapshot.system_namespace:
        yield warning(
            "cluster_deployment",
            f"It lies in {snapshot.system_namespace}: k0rdent may then fail to pass the "
            "region's kubeconfig on to deployments in other namespaces.",
        )


def _kubeconfig(draft: RegionDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    name, key = draft.kubeconfig_secret
    if draft.secret_name and (why := name_rules.dns_name(name)):  # else it is called after the region, and that is told
        yield error("secret_name", why)
    if why := name_rules.data_key(key):
        yield error("secret_key", why)
    if draft.kubeconfig:
        text = draft.kubeconfig.reveal()
        yield from paste_checks.kubeconfig("kubeconfig", text)
        server = paste_checks.server_of(text)
        if known := snapshot.servers.get(server):
            what = in_words(known)
            yield error("kubeconfig", f"This is the API server of {what}.")
        if not why and snapshot.is_taken(MANAGEMENT, "", "Secret", snapshot.system_namespace, name):
            yield error(
                "secret_name",
                f"A Secret {name} exists already in {snapshot.system_namespace}. "
                "Use it without pasting a kubeconfig, or choose another name.",
            )
    elif not draft.secret_key:
        yield error("secret_key", f"Say under which key of the Secret {name} the kubeconfig lies.")


def _providers(draft: RegionDraft, snapshot: ClusterSnapshot) -> Iterator[Problem]:
    chosen = [provider.name for provider in draft.providers]
    for place, provider in enumerate(draft.providers):
        field = pointer("providers", [place])
        if chosen.index(provider.name) != place:
            yield error(field, f"{provider.name} is listed twice.")
        elif snapshot.offered and provider.name not in snapshot.offered and not provider.template:
            yield error(
                field,
                f"The installed release knows no provider {provider.name}. "
                f"It has {listed(sorted(snapshot.offered), 12)}.",
            )
    if SERVICES not in chosen:
        yield warning("providers", f"Without {SERVICES} no service and no credential reaches clusters of this region.")
    if not any(name.startswith("cluster-api-provider-") for name in chosen):
        yield warning("providers", "Without a provider only adopted clusters can be in this region.")
    elif BOOTSTRAP not in chosen:
        yield warning(
            "providers",
            f"Without {BOOTSTRAP} only managed clusters (EKS, AKS, GKE) and adopted ones can be in this region.",
        )


def _immutable(draft: RegionDraft, opened: Manifest) -> Iterator[Problem]:
    spec = m.mapping(opened.get("spec"))
    if draft.name != m.name(opened):
        yield error("name", "A region cannot be renamed.")
    chosen = spec.get("clusterDeployment")
    was = (m.text(m.part(chosen, "namespace")), m.text(m.part(chosen, "name"))) if chosen else None
    if draft.cluster_deployment != was:
        yield error(
            "cluster_deployment",
            "Where a region's kubeconfig comes from cannot be changed. Register another region instead.",
        )
    elif not was and draft.kubeconfig_secret != (
        m.text(m.part(spec, "kubeConfig", "name")),
        m.text(m.part(spec, "kubeConfig", "key")),
    ):
        yield error("secret_name", "Which Secret holds a region's kubeconfig cannot be changed; its content can.")


def _removed(draft: RegionDraft, snapshot: ClusterSnapshot, opened: Manifest) -> Iterator[Problem]:
    known = snapshot.region(draft.name)
    before = [m.text(entry.get("name")) for entry in m.items(m.part(opened, "spec", "providers"))]
    kept = {provider.name for provider in draft.providers}
    for name in before:
        if name in kept:
            continue
        users = known.in_use.get(name, ()) if known else ()
        if users:
            yield error("providers", f"{name} cannot be removed: it is used by {listed(users)}.")
        else:
            yield warning("providers", f"{name} will be uninstalled from the region.")
