"""A ClusterDeployment that somebody wrote as YAML, as a draft: what no form shows is kept, what is dropped is said."""

from dataclasses import replace
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.editing import draft_of
from deployments.domain.findings import Problem, note, warning
from deployments.domain.recipes.base import COMPONENT
from deployments.domain.spellings import spelled
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.words import listed

FIELD = "yaml"
_KNOWN = frozenset(
    {
        "template",
        "credential",
        "config",
        "dryRun",
        "propagateCredentials",
        "cleanupOnDeletion",
        "serviceSpec",
        "clusterAuth",
        "auditPolicy",
        "dataSource",
        "ipamClaim",
    }
)
_MADE = frozenset(
    {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "selfLink",
        "ownerReferences",
        "finalizers",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    }
)
_METADATA = frozenset({"name", "namespace", "labels", "annotations"})
_SWITCHES = ("dryRun", "propagateCredentials", "cleanupOnDeletion")


class NotTaken(ValueError):
    """This text is no such object. The text of the error is a sentence."""


def take(text: str, namespace: str, name: str = "") -> tuple[DeploymentDraft, list[Problem]]:
    """The draft, and what is worth knowing of what was read. With a `name`, only that very object. Raises NotTaken."""
    manifest, surprises = _object(text)
    metadata, spec = m.mapping(manifest.get("metadata")), manifest["spec"]
    if (said := metadata.get("namespace")) not in (None, namespace):
        raise NotTaken(f"This is of the namespace {said}, and the form is of {namespace}.")
    if name and metadata.get("name") not in (None, name):
        raise NotTaken(f"This is {metadata.get('name')}, and the form is of {name}. A deployment cannot be renamed.")
    found: list[Problem] = []
    services = [_service(one, found) for one in m.part(spec, "serviceSpec", "services") or ()]
    if isinstance(spec.get("serviceSpec"), dict) and services:
        spec = {**spec, "serviceSpec": {**spec["serviceSpec"], "services": services}}
    found += spelled(FIELD, surprises)
    found += left_out(manifest, metadata, "ClusterDeployment")
    draft = draft_of({**manifest, "spec": spec})
    strange = sorted(str(key) for key in spec if key not in _KNOWN)
    if strange:
        found.append(
            warning(
                FIELD, f"k0rdent knows no spec.{listed(strange)}: it is sent, and the cluster drops it with a warning."
            )
        )
    hidden = sorted(str(key) for key in (draft.kept or {}).get("spec", {}) if key in _KNOWN)
    hidden += sorted(f"serviceSpec.{key}" for key in (draft.kept or {}).get("serviceSpec", {}))
    if hidden:
        found.append(note(FIELD, f"Kept, though this form has no box for it: {listed(hidden)}."))
    labels = {key: value for key, value in draft.labels.items() if key not in COMPONENT}
    return replace(draft, namespace=namespace, name=name or draft.name, labels=labels), found


def _object(text: str) -> tuple[Manifest, tuple[safe_yaml.Surprise, ...]]:
    try:
        manifest, surprises = safe_yaml.read(text)
    except safe_yaml.NotPlain as problem:
        raise NotTaken(f"This cannot be read: {problem}.") from None
    if not isinstance(manifest, dict):
        raise NotTaken("This is no object: it needs apiVersion, kind, metadata and spec.")
    if m.kind(manifest) != "ClusterDeployment" or m.group(manifest) != K0RDENT:
        raise NotTaken("This is no ClusterDeployment of k0rdent (kind and apiVersion say so).")
    spec = manifest.get("spec")
    if not isinstance(spec, dict):
        raise NotTaken("There is no spec.")
    if not isinstance(spec.get("config"), dict):
        raise NotTaken(
            "spec.config is missing: k0rdent would only validate the cluster, and not make it. Write at "
            "least “config: {}”."
        )
    for place in ("labels", "annotations"):
        values = m.part(manifest, "metadata", place)
        if not isinstance(values, dict | None) or not all(isinstance(one, str) for one in (values or {}).values()):
            raise NotTaken(f"metadata.{place} are keys with texts: put quotes around numbers and truth values.")
    for switch in _SWITCHES:
        if not isinstance(spec.get(switch), bool | None):
            raise NotTaken(f"spec.{switch} is true or false.")
    services = m.part(spec, "serviceSpec", "services")
    if not isinstance(services, list | None) or not all(isinstance(one, dict) for one in services or ()):
        raise NotTaken("spec.serviceSpec.services is a list of services.")
    return manifest, surprises


def _service(one: dict[str, Any], found: list[Problem]) -> dict[str, Any]:
    values = one.get("values")
    if values is None or isinstance(values, str):
        return one
    # What people write by mistake is plain enough.
    found.append(note(FIELD, f"The values of {one.get('name')} are taken as text, as k0rdent wants them."))
    return {**one, "values": safe_yaml.dump(values)}


def left_out(manifest: Manifest, metadata: Manifest, kind: str) -> list[Problem]:
    """A warning of what no such object has, and is not sent."""
    top = sorted(str(key) for key in manifest if key not in ("apiVersion", "kind", "metadata", "spec", "status"))
    inner = sorted(f"metadata.{key}" for key in metadata if key not in _METADATA | _MADE)
    lost = top + inner
    return [warning(FIELD, f"Left out, because no {kind} has it: {listed(lost)}.")] if lost else []
