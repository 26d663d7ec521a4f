"""From an existing ClusterDeployment or Region to a draft and back, without losing what no form shows."""

from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.drafts import DeploymentDraft, ProviderDraft, RegionDraft, ServiceDraft
from deployments.domain.gitops_managers import is_mark
from deployments.domain.manifests import SUBMISSION, deployment_manifest, plan
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain import manifest as m
from regions.domain.manifest import Manifest

_SHOWN = frozenset({"name", "namespace", "template", "values", "dependsOn"})
_SPEC = frozenset(
    {"template", "credential", "config", "dryRun", "propagateCredentials", "cleanupOnDeletion", "serviceSpec"}
)
_NOTES = frozenset({SUBMISSION, "kubectl.kubernetes.io/last-applied-configuration"})


def draft_of(manifest: Manifest) -> DeploymentDraft:
    """The draft that a ClusterDeployment would be made from. The manifest as the cluster has it, not redacted."""
    spec = m.mapping(manifest.get("spec"))
    return DeploymentDraft(
        namespace=m.namespace(manifest),
        name=m.name(manifest),
        template=m.text(spec.get("template")),
        credential=m.text(spec.get("credential")),
        config=m.mapping(spec.get("config")),
        labels=m.labels(manifest),
        services=tuple(_service(one) for one in m.items(m.part(spec, "serviceSpec", "services"))),
        validate_only=spec.get("dryRun") is True,
        propagate_credentials=spec.get("propagateCredentials") is not False,
        cleanup_on_deletion=spec.get("cleanupOnDeletion") is True,
        kept=_kept(manifest),
    )


def _kept(manifest: Manifest) -> dict[str, dict[str, Any]]:
    spec = m.mapping(manifest.get("spec"))
    parts = {
        "spec": {key: value for key, value in spec.items() if key not in _SPEC},
        "serviceSpec": {key: value for key, value in m.mapping(spec.get("serviceSpec")).items() if key != "services"},
        "annotations": {key: value for key, value in m.annotations(manifest).items() if key not in _NOTES},
    }
    return {name: part for name, part in parts.items() if part}


def _service(one: dict[str, Any]) -> ServiceDraft:
    return ServiceDraft(
        name=m.text(one.get("name")),
        template=m.text(one.get("template")),
        namespace=m.text(one.get("namespace")) or "default",
        values=m.text(one.get("values")),
        depends_on=tuple(
            (m.text(other.get("namespace")) or "default", m.text(other.get("name")))
            for other in m.items(one.get("dependsOn"))
        ),
        kept={key: value for key, value in one.items() if key not in _SHOWN},
    )


def edited(opened: Manifest, draft: DeploymentDraft) -> Manifest:
    """The ClusterDeployment as the draft wants it; what no form shows (IPAM, audit, providers of services) stays.

    A label that the draft no longer has is null, which in a merge patch removes it.
    """
    made = deployment_manifest(draft)
    before, wanted = m.mapping(opened.get("spec")), dict(made["spec"])
    kept = _kept(opened) if draft.kept is None else draft.kept
    spec = dict(kept.get("spec", {})) | wanted
    for key, default in (("dryRun", False), ("propagateCredentials", True), ("cleanupOnDeletion", False)):
        # A switch that somebody wrote down stays written down.
        if key in before and key not in wanted:
            spec[key] = default
    services = m.mapping(before.get("serviceSpec"))
    if services or draft.services or kept.get("serviceSpec"):
        said = m.mapping(wanted.get("serviceSpec")).get("services", [])
        asked = {"services": said} if said or "services" in services else {}
        spec["serviceSpec"] = dict(kept.get("serviceSpec", {})) | asked
    metadata = dict(m.mapping(opened.get("metadata")))
    there = m.labels(opened)
    # What k0rdent and those who keep the object put on it stays; and nothing is added that nobody asked for.
    labels = {key: value for key, value in made["metadata"]["labels"].items() if key in there or key in draft.labels}
    labels |= {key: value for key, value in there.items() if is_mark(key)}
    if kept.get("annotations") or m.annotations(opened):
        metadata["annotations"] = {key: value for key, value in m.annotations(opened).items() if key in _NOTES}
        metadata["annotations"] |= {key: None for key in m.annotations(opened) if key not in metadata["annotations"]}
        metadata["annotations"] |= kept.get("annotations", {})
    metadata["labels"] = {key: None for key in there if key not in labels} | labels
    return {**opened, "metadata": metadata, "spec": spec}


def region_draft_of(manifest: Manifest) -> RegionDraft:
    """The draft that a Region would be made from."""
    spec = m.mapping(manifest.get("spec"))
    chosen = m.mapping(spec.get("clusterDeployment"))
    off = m.part(spec, "core", "kcm", "config", "cert-manager", "enabled") is False
    return RegionDraft(
        name=m.name(manifest),
        providers=tuple(
            ProviderDraft(m.text(one.get("name")), m.text(one.get("template")), one.get("config"))
            for one in m.items(spec.get("providers"))
        ),
        secret_name=m.text(m.part(spec, "kubeConfig", "name")),
        secret_key=m.text(m.part(spec, "kubeConfig", "key")),
        cluster_deployment=(m.text(chosen.get("namespace")), m.text(chosen.get("name"))) if chosen else None,
        certificates_by_kof=off,
    )


def edited_region(opened: Manifest, draft: RegionDraft, snapshot: ClusterSnapshot) -> Manifest:
    """The Region as the draft wants it: its providers, and who brings cert-manager; all else stays."""
    made = m.mapping(plan(draft, snapshot)[-1].manifest.get("spec"))
    spec = dict(m.mapping(opened.get("spec"))) | {"providers": made.get("providers", [])}
    core = safe_yaml.copied(m.mapping(spec.get("core")))
    kcm = core.setdefault("kcm", {})
    config = kcm.setdefault("config", {}) if isinstance(kcm, dict) else {}
    certificates = config.setdefault("cert-manager", {}) if isinstance(config, dict) else {}
    if draft.certificates_by_kof:
        certificates["enabled"] = False
        spec["core"] = core
    elif certificates.get("enabled") is False:
        certificates["enabled"] = True
        spec["core"] = core
    return {**opened, "spec": spec}
