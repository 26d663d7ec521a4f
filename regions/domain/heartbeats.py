"""What moves in a status without anything having happened."""

import re
from typing import Any

HEARTBEATS = frozenset(
    {
        "agentLastReportTime",
        "connectionFailures",
        "consecutiveFailures",
        "deployedGVKs",
        "hash",
        "lastAppliedTime",
        "lastAttemptedConfigDigest",
        "lastAttemptedGeneration",
        "lastAttemptedReleaseActionDuration",
        "lastAttemptedValuesChecksum",
        "lastCheckedTime",
        "lastDeployedHash",
        "lastHandledForceAt",
        "lastHandledReconcileAt",
        "lastHandledResetAt",
        "lastHeartbeatTime",
        "lastObservedTime",
        "lastProbeTime",
        "lastReconciledTokenRequestAt",
        "lastStateTransitionTime",
        "lastTransitionTime",
        "lastUpdateTime",
        "lastUpdated",
        "nextAttempt",
        "nextPause",
        "nextReconcileTime",
        "nextUnpause",
        "observedCommonMetadataDigest",
        "observedGeneration",
        "observedPostRenderersDigest",
        "patchesHash",
        "selector",
        "valuesHash",
    }
)
"""Fields that move without anything having happened."""

_MOVING = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\s?[+-]\d\d:?\d\d)?( UTC)?"  # moments
    r"|\b(\d+(\.\d+)?(h|m|s|ms|µs))+\b"  # durations
    r"|\b0x[0-9a-f]+\b"
)
"""Parts of messages that differ each time the same thing is said."""


def essence(value: Any) -> Any:
    """A value without heartbeats: equal for two manifests between which nothing happened."""
    if isinstance(value, dict):
        return {key: essence(inner) for key, inner in value.items() if key not in HEARTBEATS}
    if isinstance(value, list):
        return [essence(member) for member in value]
    return _MOVING.sub("", value) if isinstance(value, str) else value


def without_moments(text: str) -> str:
    """A message without moments and durations, which differ each time the same thing is said."""
    return _MOVING.sub("", text)
