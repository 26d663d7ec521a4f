"""Who manages an object from outside the cluster."""

from dataclasses import dataclass

from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest

_FLUX = "kustomize.toolkit.fluxcd.io"
_FLUX_HELM = "helm.toolkit.fluxcd.io"
_ARGO = "argocd.argoproj.io"
_HELM = "meta.helm.sh"


@dataclass(frozen=True, slots=True)
class Owner:
    """Change the object there: elsewhere the change is undone."""

    tool: str  # Flux, Argo CD, Helm
    what: str  # Kustomization, Application, release
    name: str


def owner_of(manifest: Manifest) -> Owner | None:
    """What holds this object in Git or Helm, by the marks that these tools leave; None when nothing does."""
    labels, notes = m.labels(manifest), m.annotations(manifest)
    if name := labels.get(f"{_FLUX}/name"):
        return Owner("Flux", "Kustomization", _joined(labels.get(f"{_FLUX}/namespace", ""), name))
    tracked = notes.get(f"{_ARGO}/tracking-id", "").partition(":")[0]
    if name := tracked or labels.get(f"{_ARGO}/instance") or notes.get(f"{_ARGO}/instance", ""):
        return Owner("Argo CD", "Application", name)
    if name := labels.get(f"{_FLUX_HELM}/name"):
        return Owner("Flux", "HelmRelease", _joined(labels.get(f"{_FLUX_HELM}/namespace", ""), name))
    if labels.get("app.kubernetes.io/managed-by") == "Helm" or f"{_HELM}/release-name" in notes:
        name = notes.get(f"{_HELM}/release-name", "")
        return Owner("Helm", "release", _joined(notes.get(f"{_HELM}/release-namespace", ""), name))
    return None


def is_mark(label: str) -> bool:
    """Whether this label is put there by a tool or by k0rdent itself, and is nobody's to edit."""
    return label in (f"{K0RDENT}/component", "app.kubernetes.io/managed-by") or label.startswith(
        (f"{_FLUX}/", f"{_FLUX_HELM}/", f"{_ARGO}/")
    )


def _joined(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace and name else name
