"""What fleets are made of here: copies of one deployment and all that hangs on it (`objects.yaml`)."""

import copy
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from regions.domain.refs import MANAGEMENT

PROTO = "PROTO"
NAMESPACE = "fleet"
REGIONS = ("fra1", "dc-lund")
GROUP = "k0rdent.mirantis.com"

Manifest = dict[str, Any]


def name_of(number: int) -> str:
    """A deployment's name; names sort as numbers do."""
    return f"d{number:06d}"


@lru_cache
def of_one_deployment(region: str) -> tuple[Manifest, ...]:
    """The ten objects of one deployment in this region, named PROTO. Not to be altered."""
    text = (Path(__file__).parent / "objects.yaml").read_text()
    # k0rdent names no region for what management hosts itself.
    text = text.replace("region: REGION", f"region: {'' if region == MANAGEMENT else region}")
    return tuple(yaml.safe_load_all(text.replace("REGION", region.strip("~"))))


def one_deployment(region: str) -> Manifest:
    """Only the ClusterDeployment."""
    return of_one_deployment(region)[0]


def on_management(manifest: Manifest) -> bool:
    """Whether it lives on management, wherever the deployment runs."""
    return manifest["kind"] in ("ClusterDeployment", "HelmRelease")


def renamed(manifest: Manifest, number: int) -> Manifest:
    """A copy with a name of its own."""
    renamed: dict[str, Any] = _renamed(manifest, name_of(number))
    return renamed


def _renamed(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(below, name) for key, below in value.items()}
    if isinstance(value, list):
        return [_renamed(below, name) for below in value]
    return value.replace(PROTO, name) if isinstance(value, str) else value


def varied(deployment: Manifest, number: int, regions: Sequence[str]) -> Manifest:
    """A copy as a company has them: of 23 teams, each in three regions, on two clouds, by two templates of each.

    One in twenty fails; they began over half a year, in no order. So groups do not grow with the fleet.
    """
    made = copy.deepcopy(deployment)
    meta, spec, status = made["metadata"], made["spec"], made["status"]
    team, turn = number % 23, number // 23
    cloud = ("aws", "azure", "vsphere", "gcp")[(team + turn % 2) % 4]
    meta["namespace"] = f"team-{team:02d}"
    labels = {"team": f"t{team:02d}", "stage": ("prod", "test", "dev")[turn % 3], "batch": f"b{number // 7}"}
    meta["labels"] |= labels
    began = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number * 7919 % 259_200)
    meta["creationTimestamp"] = began.strftime("%Y-%m-%dT%H:%M:%SZ")
    spec["template"], spec["credential"] = f"{cloud}-standalone-cp-1-0-{turn // 2 % 2}", f"{cloud}-{team}"
    status["region"] = regions[(team + turn // 4 % 3) % len(regions)]
    if number % 20 == 0:
        status["conditions"] = failing(status["conditions"], f"quota of account {number % 400} is used up")
    return made


def changed(deployment: Manifest, message: str) -> Manifest:
    """A copy whose Ready condition is False, for this reason."""
    made = copy.deepcopy(deployment)
    made["status"]["conditions"] = failing(made["status"]["conditions"], message)
    return made


def failing(conditions: list[Manifest], message: str) -> list[Manifest]:
    others = [condition for condition in conditions if condition["type"] != "Ready"]
    since = {"lastTransitionTime": "2026-08-20T10:30:00Z", "observedGeneration": 1}
    return [*others, {"type": "Ready", "status": "False", "reason": "Failed", "message": message, **since}]


QUOTA = (
    "failed to create AWSMachine instance: failed to run instance: VcpuLimitExceeded: You have requested more "
    "vCPU capacity than your current vCPU limit of 64 allows for the instance bucket of this type"
)


def whole_deployment(region: str, number: int, *, ill: bool) -> list[Manifest]:
    """All ten objects. `ill`: a quota is used up, and its worker says so, as does all that stands above it."""
    made = [renamed(manifest, number) for manifest in of_one_deployment(region)]
    return [_short_of_quota(one) for one in made] if ill else made


def _short_of_quota(manifest: Manifest) -> Manifest:
    since, name = {"lastTransitionTime": "2026-08-20T10:30:00Z"}, manifest["metadata"]["name"]
    status = manifest.setdefault("status", {})
    if manifest["kind"] in ("Machine", "AWSMachine") and "-md-" in name:
        status["phase" if manifest["kind"] == "Machine" else "instanceState"] = "Provisioning"
        status.pop("nodeRef", None)
        kind = "InfrastructureReady" if manifest["kind"] == "Machine" else "Ready"
        bad = {"type": kind, "status": "False", "reason": "CreateError", "message": QUOTA, **since}
        status["conditions"] = [one for one in status["conditions"] if one["type"] != kind] + [bad]
    elif manifest["kind"] == "MachineDeployment":
        status |= {"readyReplicas": 0, "availableReplicas": 0}
    elif manifest["kind"] == "ClusterDeployment":
        said = f"Cluster is not ready. Check the provider logs for more details.\n* WorkerMachinesReady: {QUOTA}"
        status["conditions"] = failing(status["conditions"], said)
    return manifest
