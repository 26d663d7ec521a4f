"""What of all that is said has weight, and which words of controllers mislead.

Tables of reasons, as kcm, Flux, Cluster API, its providers and Sveltos use them.
"""

from regions.domain.kinds import INFRASTRUCTURE

MAIN = frozenset(
    {
        "AccessManagement",
        "ClusterDeployment",
        "Credential",
        "Management",
        "ManagementBackup",
        "MultiClusterService",
        "Region",
        "Release",
        "StateManagementProvider",
    }
)
"""What people made. What is observed of it has a line of its own; of what it is made of, only what counts."""

_REPORTED: dict[str, frozenset[str]] = {
    "ClusterDeployment": frozenset(
        {
            "CAPIClusterIsDeleting",
            "CAPIClusterIsProvisioning",
            "CAPIClusterIsReady",
            "ClusterDataSourceDeleted",
            "ClusterDataSourceReady",
            "ClusterDeleted",
            "DryRunEnabled",
            "HelmReleaseCreated",
            "HelmReleaseDeleted",
            "HelmReleaseIsReady",
            "HelmReleaseUpdated",
            "RegionPaused",
            "RegionUnpaused",
            "ServiceSetsDeleted",
            "SuccessfulDelete",
        }
    ),
    "Region": frozenset(
        {
            "ComponentRemoved",
            "HelmReleaseCreated",
            "HelmReleaseUpdated",
            "RegionIsReady",
            "RemovedRegion",
            "RemovingComponent",
            "RemovingRegion",
        }
    ),
    "Credential": frozenset({"RemovedCredential"}),
    "Management": frozenset(
        {
            "ClusterDeploymentControllerEnabled",
            "ComponentRemoved",
            "CreatedManagementBackup",
            "HelmReleaseCreated",
            "HelmReleaseUpdated",
            "ManagementIsReady",
            "MultiClusterServiceControllerEnabled",
            "RemovedManagement",
            "RemovingManagement",
        }
    ),
    "HelmRelease": frozenset(
        {
            "InstallSucceeded",
            "RollbackSucceeded",
            "UninstallSucceeded",
            "UpgradeSucceeded",
        }
    ),
    "Cluster": frozenset(
        {
            "ControlPlaneInitialized",
            "Deleted",
            "Deleting",
            "Failed",
            "InfrastructureReady",
            "Provisioned",
            "Provisioning",
        }
    ),
    "MachineDeployment": frozenset({"SuccessfulCreate", "SuccessfulDelete", "SuccessfulScale"}),
    "Machine": frozenset({"SuccessfulDeleteNode", "SuccessfulDrainNode", "SuccessfulSetNodeRef"}),
    "ClusterSummary": frozenset({"Sveltos"}),
}
_OF_PROVIDERS = frozenset({"SuccessfulCreate", "SuccessfulDelete", "SuccessfulTerminate"})  # of any AWSMachine, …

_EVENTFUL = frozenset(
    {
        "ClusterReplaced",
        "ComponentChanged",
        "Created",
        "Deleted",
        "DeletionRequested",
        "HealthChanged",
        "LinkConnected",
        "LinkBroken",
        "LinkRefused",
        "LinkRestored",
        "LinkSilent",
        "LinkUnsupported",
        "NotRecorded",
        "Paused",
        "PhaseChanged",
        "ReplicasChanged",
        "Resumed",
        "ServiceStateChanged",
        "SpecChanged",
        "TemplateChanged",
        "VersionChanged",
    }
)
_SETTLED = frozenset({"Ready", "Failed", "Degraded", "Validated"})


def is_milestone(group: str, kind: str, reason: str) -> bool:
    """Whether a report is a step of the way, not a word on it."""
    if reason in _REPORTED.get(kind, ()):
        return True
    return group == INFRASTRUCTURE and kind.endswith("Machine") and reason in _OF_PROVIDERS


def is_eventful(kind: str, reason: str, health: str) -> bool:
    """Whether an observed change deserves a line: much that differs between two manifests is talk."""
    if kind in MAIN:
        return reason in _EVENTFUL or reason.endswith(("BecameTrue", "BecameFalse"))
    return reason == "HealthChanged" and health in _SETTLED


_KCM = "kcm-controller-manager"
_MISLEADING = {
    "RegionUnpaused": "k0rdent says this also when it first looks at a deployment: nothing need have been paused.",
    "DryRunEnabled": "k0rdent says this again at every reconcile, for as long as spec.dryRun is set.",
    "RegionIsNotReady": "k0rdent says this only of errors of its own, not of components that fail: look at those.",
    "RegionComponentsInstallationFailed": "k0rdent sends this text with a formatting fault (%!w); Pane takes it out.",
}
_FOLDED = "k0rdent counts what repeats within six minutes under its first text: what later ones said is not to be had."


def explanation(kind: str, reason: str, controller: str, times: int, condition: str = "") -> str:
    """What a reader should know of a report that misleads; empty when it says what it means.

    `condition`: what HelmReleaseReady was seen to be at the time ("True", "False", "Unknown"), if it was.
    """
    found = ""
    if reason == "HelmReleaseIsReady" and kind == "ClusterDeployment":
        found = "k0rdent says this whenever the condition HelmReleaseReady changes, also when it turns bad"
        found += f": it was {condition} then." if condition else ": look at the condition."
    elif kind in ("ClusterDeployment", "Region"):
        found = _MISLEADING.get(reason, "")
    if times > 1 and controller == _KCM and reason not in ("DryRunEnabled",):
        found = f"{found} {_FOLDED}".strip()
    return found
