"""A deployment that is being deleted: what it waits for, and what keeps it from going."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.domain.rules.common import holds_deletion
from regions.domain.words import clock

LONG = timedelta(minutes=45)
_STAGES = {
    "WaitingForCloudResourcesDeletion": "Load balancers and volumes that the cluster made at the cloud are taken away.",
    "WaitingForClusterDeletion": "Cluster API takes the machines down.",
    "WaitingForHelmReleaseDeletion": "Flux uninstalls what was rendered for the cluster.",
    "WaitingForServiceSetsDeletion": "Its services are taken away.",
    "WaitingForClusterDataSourceDeletion": "Its data source is given back.",
    "DeletionCompleted": "Everything is gone; the object goes next.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it does not go on, and what to do."""

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class DeletionProgress:
    """`stage` is what k0rdent is at, `said` its own words, `left` what is still there, `stuck` what is in the way."""

    stage: str
    said: str
    left: tuple[str, ...]
    stuck: tuple[Reason, ...]


def leaving(
    deployment: Manifest, parts: Iterable[Manifest], *, credential: bool | None, blind: bool, now: datetime
) -> DeletionProgress | None:
    """How its deletion stands; None when it is not being deleted.

    `parts` are the objects that belong to it; `credential`: whether its Credential is there (None: not known);
    `blind`: whether its region is not heard now.
    """
    since = m.deleting_at(deployment)
    if since is None:
        return None
    condition = m.condition(deployment, "Deleting")
    reason, said = (condition["reason"], condition["message"]) if condition else ("", "")
    found = list(parts)
    stuck = list(_stuck(deployment, found, reason, said, credential, blind, now))
    if not stuck and now - since > LONG:
        stuck.append(
            Reason(
                "It takes longer than deletions do.",
                "Look at the machines and at the cloud: what is attached to them there may keep them.",
            )
        )
    stage = _STAGES.get(reason, "k0rdent has not said yet what it waits for." if not reason else "")
    return DeletionProgress(stage, said, tuple(_left(found)), tuple(stuck))


def _left(parts: list[Manifest]) -> Iterable[str]:
    for kind, one, many in (
        ("Machine", "machine", "machines"),
        ("Cluster", "Cluster", "Clusters"),
        ("HelmRelease", "HelmRelease", "HelmReleases"),
        ("ServiceSet", "ServiceSet", "ServiceSets"),
    ):
        if count := sum(1 for part in parts if m.kind(part) == kind):
            yield f"{count} {one if count == 1 else many}"


def _stuck(
    deployment: Manifest,
    parts: list[Manifest],
    reason: str,
    said: str,
    credential: bool | None,
    blind: bool,
    now: datetime,
) -> Iterable[Reason]:
    name = m.text(m.part(deployment, "spec", "credential"))
    if credential is False:
        yield Reason(
            f"Its credential {name} is gone, and without it k0rdent does not go on.",
            f"Make a credential {name} in {m.namespace(deployment)} again, and it goes on.",
        )
    if blind:
        yield Reason(
            "We do not hear its region, and k0rdent may not either: what runs there stays until it answers.",
            "Bring the region's API back, or its kubeconfig Secret where that is missing.",
        )
    if reason == "Failed" and not blind:
        yield Reason(
            f"k0rdent could not go on: {said}" if said else "k0rdent could not go on, and did not say why.",
            "It tries again by itself; what it names must be put right first.",
        )
    for part in parts:
        if m.kind(part) == "HelmRelease" and m.part(part, "spec", "suspend") is True:
            yield Reason(
                "Its HelmRelease is suspended, and Flux does not uninstall what is suspended.",
                "Resume it (“Pause or resume”).",
            )
    yield from _machines([part for part in parts if m.kind(part) == "Machine"])
    for part in parts:
        if m.kind(part) in ("Machine", "HelmRelease", "ServiceSet") or m.deleting_at(part) is None:
            continue
        words, since = holds_deletion(part)
        if words and not words.startswith("Held by "):
            told = f" (since {clock(since, now)})" if since else ""
            advice = "It is the provider's object that is in the way: see its cloud, and its controller's log."
            yield Reason(f"{m.kind(part)} {m.name(part)} waits{told}: {words}", advice)


def _machines(machines: list[Manifest]) -> Iterable[Reason]:
    waits: dict[str, list[str]] = {}
    for one in machines:
        condition = m.condition(one, "Deleting")
        if condition and condition["status"] == "True" and condition["message"]:
            waits.setdefault(condition["message"], []).append(m.name(one))
    for message, names in waits.items():
        who = names[0] if len(names) == 1 else f"{len(names)} machines"
        yield Reason(f"{who}: {message}", "Pods that may not be evicted and volumes that do not detach keep a machine.")
