"""An object that is kept in Git or Helm: what follows for whoever wants to change it here."""

from dataclasses import dataclass

from deployments.domain.gitops_managers import Owner, owner_of
from regions.domain.manifest import Manifest

_REVERTS = {
    "Flux": "Flux puts it back within minutes",
    "Argo CD": "Argo CD marks it out of sync, and puts it back where self-healing is on",
    "Helm": "the next upgrade of the release puts it back",
}
_WHERE = {
    "Kustomization": "in the repository of the Kustomization {0}",
    "HelmRelease": "in the values of the HelmRelease {0}",
    "Application": "in the repository of the Application {0}",
    "release": "in the values of the release {0}",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds an object, as sentences."""

    owner: Owner
    sentence: str  # who holds it, and where to change it
    warning: str  # what becomes of a change made here


def held(manifest: Manifest) -> Held | None:
    """Who holds this object, and what follows; None when nobody does."""
    owner = owner_of(manifest)
    if owner is None:
        return None
    where = _WHERE.get(owner.what, "with {0}").format(owner.name or "that made it")
    return Held(
        owner,
        f"This is kept by {owner.tool}. Change it {where}.",
        f"If you change it here, {_REVERTS.get(owner.tool, 'it may be put back')}.",
    )
