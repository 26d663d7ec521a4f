"""The form of a new region: from what was posted to a draft. A pasted kubeconfig never goes back into the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deployments.domain.drafts import ProviderDraft, RegionDraft, Secret
from deployments.domain.findings import Problem, error, errors
from deployments.domain.manifests import Planned, plan
from deployments.domain.problems import problems
from deployments.domain.region_problems import BOOTSTRAP, SERVICES
from deployments.domain.snapshot import ClusterSnapshot, KnownDeployment
from deployments.registration import probing
from regions.clusters.rights import ResourceAttributes
from regions.clusters.session import ClusterSession
from regions.domain.kinds import K0RDENT

BOXES = ("name", "source", "kubeconfig", "secret_name", "secret_key", "cluster_deployment", "providers")
SOURCES = {
    "paste": "A kubeconfig that I paste",
    "secret": "A Secret that is there already",
    "deployment": "A cluster that k0rdent made",
}


@dataclass(frozen=True, slots=True)
class AdoptableCluster:
    """One provider of the Release."""

    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RegionForm:
    """A filled form. `draft` is what it says; `problems` what is wrong with it, by all that is known here."""

    snapshot: ClusterSnapshot
    draft: RegionDraft
    source: str
    problems: tuple[Problem, ...]
    again: bool  # a kubeconfig was given, and is not kept

    @property
    def sound(self) -> bool:
        return not errors(self.problems)

    def with_problems(self, more: Sequence[Problem]) -> "RegionForm":
        """The same form, with what clusters said against it."""
        return replace(self, problems=tuple(dict.fromkeys((*self.problems, *more))))

    @property
    def offers(self) -> tuple[AdoptableCluster, ...]:
        chosen = {provider.name for provider in self.draft.providers}
        return tuple(AdoptableCluster(name, name in chosen) for name in self.snapshot.offered)

    @property
    def deployments(self) -> tuple[KnownDeployment, ...]:
        return tuple(sorted(self.snapshot.deployments.values(), key=lambda one: (one.namespace, one.name)))

    @property
    def chosen_deployment(self) -> str:
        return "/".join(self.draft.cluster_deployment or ())

    @property
    def sketch(self) -> list[Planned]:
        """The objects as far as the form says, with a stand-in for the kubeconfig."""
        stand_in = Secret("-") if self.source == "paste" else None
        return plan(replace(self.draft, name=self.draft.name or "NAME", kubeconfig=stand_in), self.snapshot)


def region_form(posted: Mapping[str, str] | None, providers: Sequence[str], snapshot: ClusterSnapshot) -> RegionForm:
    """The form as posted; None: as it is first shown, with what nearly every region needs."""
    data = posted or {}
    source = data.get("source", "paste")
    source = source if source in SOURCES else "paste"
    pasted = data.get("kubeconfig", "") if source == "paste" else ""
    namespace, _, name = data.get("cluster_deployment", "").partition("/")
    chosen = providers if posted is not None else [one for one in (SERVICES, BOOTSTRAP) if one in snapshot.offered]
    draft = RegionDraft(
        name=data.get("name", "").strip(),
        providers=tuple(ProviderDraft(one) for one in dict.fromkeys(chosen)),
        kubeconfig=Secret(pasted) if pasted.strip() else None,
        secret_name=data.get("secret_name", "").strip() if source == "secret" else "",
        secret_key=data.get("secret_key", "").strip() if source == "secret" else "",
        cluster_deployment=(namespace, name) if source == "deployment" and name else None,
        certificates_by_kof="certificates_by_kof" in data,
    )
    found = tuple(_gaps(source, draft) or problems(draft, snapshot)) if posted is not None else ()
    return RegionForm(snapshot, draft, source, found, bool(pasted.strip()))


def _gaps(source: str, draft: RegionDraft) -> list[Problem]:
    """What the chosen way needs before anything else can be said."""
    if source == "paste" and not draft.kubeconfig:
        return [error("kubeconfig", "Paste the kubeconfig of the cluster.")]
    if source == "secret" and not draft.secret_name:
        return [error("secret_name", "Name the Secret that holds the kubeconfig.")]
    if source == "deployment" and not draft.cluster_deployment:
        return [error("cluster_deployment", "Choose the cluster.")]
    return []


def probed(draft: RegionDraft, session: ClusterSession) -> list[Problem]:
    """What the cluster itself says to a pasted kubeconfig: is it there, which is it, does it let k0rdent in?"""
    if not draft.kubeconfig:
        return []
    return probing.probed(
        "kubeconfig", draft.kubeconfig, session, ResourceAttributes("create", K0RDENT, "Region"), region=True
    )
