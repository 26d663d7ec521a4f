"""From a draft to the objects it means, on every cluster concerned, in the order in which they are written.

Pure. Secret values stay `Secret` in these manifests until `wire` reveals them for the request that carries them.
The last object is the one that k0rdent acts on (Credential, ClusterDeployment, Region), so what it needs is there
when it looks, and nothing half-made is acted on.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deployments.domain.drafts import CredentialDraft, DeploymentDraft, Draft, RegionDraft, Secret, ServiceDraft
from deployments.domain.recipes import RECIPES
from deployments.domain.recipes.base import COMPONENT, SECRET, Recipe, SecretPlace
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT, Ref

API = f"{K0RDENT}/v1beta1"
SUBMISSION = "pane.k0rdent.dev/submission"
"""Annotation on everything that Pane creates: the Submission that asked for it."""

RENDERED = "projectsveltos.io/template"


@dataclass(frozen=True, slots=True)
class Planned:
    """One object to create on one cluster, or to change or delete there.

    `shared`: others may have made it already, which is as good (a namespace, an identity of which there is only one).
    To change one, `manifest` is the merge patch (with apiVersion, kind and name); it is sent only while all that was
    `seen` still stands so (null: is not there), and only to the object with this `uid`.
    """

    cluster: str
    manifest: Manifest  # to delete: only apiVersion, kind and metadata
    why: str
    shared: bool = False
    verb: str = "create"  # patch or delete
    uid: str = ""  # of the object to change or delete, as it was seen: another that took its name is left alone
    seen: Manifest | None = None
    serves: Ref | None = None  # on management: for what a region is written to, when nothing is planned on management

    @property
    def ref(self) -> Ref:
        return ref_of(self.cluster, self.manifest)


def deletion(of: Manifest, uid: str, why: str, cluster: str = MANAGEMENT, serves: Ref | None = None) -> Planned:
    """That very object deleted: another that took its name is left alone. Of its manifest only the name is sent."""
    metadata = {"name": m.name(of)} | ({"namespace": m.namespace(of)} if m.namespace(of) else {})
    manifest: Manifest = {"apiVersion": m.text(of.get("apiVersion")), "kind": m.kind(of), "metadata": metadata}
    return Planned(cluster, manifest, why, verb="delete", uid=uid, serves=serves)


def main_of(planned: Sequence[Planned]) -> tuple[Ref, str]:
    """What a plan is about, which k0rdent acts on, with what is done to it: made last, deleted first."""
    if serves := next((one.serves for one in planned if one.serves), None):
        return serves, "patch"
    if planned[0].verb == "delete":
        return planned[0].ref, "delete"
    main = next((one for one in reversed(planned) if one.cluster == MANAGEMENT), planned[-1])
    return main.ref, main.verb


def ref_of(cluster: str, manifest: Manifest) -> Ref:
    """The object that this manifest describes, on this cluster."""
    return Ref(cluster, m.group(manifest), m.kind(manifest), m.namespace(manifest), m.name(manifest))


def plan(draft: Draft, snapshot: ClusterSnapshot) -> list[Planned]:
    """Every object that the draft means, in order. The draft must have no errors (`problems`)."""
    if isinstance(draft, CredentialDraft):
        return _credential(draft, snapshot)
    if isinstance(draft, RegionDraft):
        return _region(draft, snapshot)
    return [Planned(MANAGEMENT, deployment_manifest(draft), "What k0rdent makes the cluster from.")]


def deployment_manifest(draft: DeploymentDraft) -> Manifest:
    """The ClusterDeployment. `config` is always there: without it k0rdent silently only validates."""
    spec: Manifest = {"template": draft.template, "credential": draft.credential, "config": dict(draft.config)}
    if draft.validate_only:
        spec["dryRun"] = True
    if not draft.propagate_credentials:
        spec["propagateCredentials"] = False
    if draft.cleanup_on_deletion:
        spec["cleanupOnDeletion"] = True
    kept = draft.kept or {}
    if draft.services:
        spec["serviceSpec"] = {"services": [_service(service) for service in draft.services]}
    if more := kept.get("serviceSpec"):
        spec["serviceSpec"] = {**more, **spec.get("serviceSpec", {})}
    made = _object(API, "ClusterDeployment", draft.name, draft.namespace, labels=dict(draft.labels))
    if notes := kept.get("annotations"):
        made["metadata"]["annotations"] = dict(notes)
    return made | {"spec": {**spec, **kept.get("spec", {})}}


def _service(service: ServiceDraft) -> Manifest:
    made: Manifest = {
        **service.kept,
        "name": service.name,
        "namespace": service.namespace,
        "template": service.template,
    }
    if service.values.strip():
        made["values"] = service.values
    if service.depends_on:
        made["dependsOn"] = [{"name": name, "namespace": namespace} for namespace, name in service.depends_on]
    return made


def _credential(draft: CredentialDraft, snapshot: ClusterSnapshot) -> list[Planned]:
    recipe = RECIPES[draft.recipe]
    hosting = draft.region
    reference = identity_reference(draft, recipe, snapshot)
    rendered_in = reference.get("namespace") or draft.namespace
    copied = draft.regional and snapshot.copies_identities
    home = MANAGEMENT if copied else hosting
    # k0rdent copies originals out of the system namespace; where it copies none, they lie where they are used.
    inside = snapshot.system_namespace if copied or recipe.secret_in_system else draft.namespace
    needed = {rendered_in, inside if home == hosting else rendered_in}
    planned = [
        Planned(hosting, _object("v1", "Namespace", name), "The namespace that the cluster's objects live in.", True)
        for name in sorted(needed)
        if snapshot.has_namespace(hosting, name) is False
    ]
    keeps = "k0rdent copies it to the region." if copied else "The provider reads it here."
    place = SecretPlace(inside, recipe.secret_name(draft))
    secret = None if recipe.secret is None else recipe.secret(draft)
    if secret is not None:
        made = _object("v1", "Secret", place.secret_name, inside) | {"type": "Opaque"}
        if secret:
            made["stringData"] = dict(secret)
        planned.append(Planned(home, made, f"The secret. {keeps}"))
    if recipe.spec is not None:
        identity = _object(
            recipe.identity.api_version,
            recipe.identity.kind,
            recipe.identity_name(draft),
            inside if recipe.identity.namespaced else "",
            labels=dict(recipe.labels or {}),
        )
        single = recipe.identity_name(draft) != draft.name
        planned.append(Planned(home, identity | {"spec": recipe.spec(draft, place)}, f"The identity. {keeps}", single))
    planned.append(_resource_template(draft, recipe, hosting, rendered_in))
    spec: Manifest = {"identityRef": reference}
    if draft.regional:
        spec["region"] = draft.region
    if draft.description.strip():
        spec["description"] = draft.description.strip()
    credential = _object(API, "Credential", draft.name, draft.namespace) | {"spec": spec}
    planned.append(Planned(MANAGEMENT, credential, "What deployments name."))
    return planned


def identity_reference(draft: CredentialDraft, recipe: Recipe, snapshot: ClusterSnapshot) -> Manifest:
    """The Credential's identityRef; for namespaced identities in the Credential's own namespace."""
    kind = recipe.identity
    reference: Manifest = {"apiVersion": kind.api_version, "kind": kind.kind, "name": recipe.identity_name(draft)}
    if kind.namespaced:
        reference["namespace"] = draft.namespace
    elif recipe.key == "vsphere":
        # The identity has no namespace, but the Secret beside it is looked for in the one that is named here.
        reference["namespace"] = snapshot.system_namespace
    return reference


def _resource_template(draft: CredentialDraft, recipe: Recipe, cluster: str, namespace: str) -> Planned:
    identity = recipe.identity_name(draft)
    made = _object("v1", "ConfigMap", f"{identity}-resource-template", namespace)
    made["metadata"]["annotations"] = {RENDERED: "true"}
    if content := dict(recipe.template(draft)):
        made["data"] = content
    why = "What new clusters get of the credential; k0rdent never copies it, so it is made where the clusters are run."
    return Planned(cluster, made, why, shared=identity != draft.name)


def _region(draft: RegionDraft, snapshot: ClusterSnapshot) -> list[Planned]:
    spec: Manifest = {}
    planned: list[Planned] = []
    if draft.cluster_deployment:
        namespace, name = draft.cluster_deployment
        spec["clusterDeployment"] = {"namespace": namespace, "name": name}
    else:
        name, key = draft.kubeconfig_secret
        spec["kubeConfig"] = {"name": name, "key": key}
        if draft.kubeconfig:
            made = _object("v1", "Secret", name, snapshot.system_namespace)
            made |= {"type": "Opaque", "stringData": {key: draft.kubeconfig}}
            planned.append(Planned(MANAGEMENT, made, "The kubeconfig by which k0rdent reaches the region."))
    if draft.certificates_by_kof:
        spec["core"] = {"kcm": {"config": {"cert-manager": {"enabled": False}}}}
    providers: list[Manifest] = []
    for provider in draft.providers:
        entry: Manifest = {"name": provider.name}
        if provider.template:
            entry["template"] = provider.template
        if provider.config is not None:
            entry["config"] = dict(provider.config)
        providers.append(entry)
    if providers:
        spec["providers"] = providers
    region = _object(API, "Region", draft.name) | {"spec": spec}
    return [*planned, Planned(MANAGEMENT, region, "What k0rdent sets the region up from.")]


def _object(
    api_version: str, kind: str, name: str, namespace: str = "", labels: dict[str, str] | None = None
) -> Manifest:
    metadata: Manifest = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    metadata["labels"] = {**(labels or {}), **COMPONENT}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def stamped(planned: Iterable[Planned], submission: str) -> list[Planned]:
    """The same with the annotation that names the Submission; what is shared is nobody's."""
    return [
        one if one.shared or one.verb == "delete" else replace(one, manifest=_stamp(one.manifest, submission))
        for one in planned
    ]


def _stamp(manifest: Manifest, submission: str) -> Manifest:
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), SUBMISSION: submission}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def wire(value: Any) -> Any:
    """The value with every secret revealed: only for the request that carries it."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: wire(inner) for key, inner in value.items()}
    return [wire(member) for member in value] if isinstance(value, list | tuple) else value


def digest(planned: Sequence[Planned], key: bytes | str) -> str:
    """A keyed fingerprint of all of it, secrets included, the Submission's annotation left out.

    Confirm is refused when it differs from the preview's; without the key nobody can guess a secret from it.
    """
    whole = [
        [one.cluster, wire(_unstamped(one.manifest)), *([one.verb, one.uid, one.seen] if one.verb != "create" else [])]
        for one in planned
    ]
    said = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return hmac.new(key.encode() if isinstance(key, str) else key, b"pane.plan\0" + said, hashlib.sha256).hexdigest()


def _unstamped(manifest: Manifest) -> Manifest:
    annotations = {key: value for key, value in m.annotations(manifest).items() if key != SUBMISSION}
    metadata = {key: value for key, value in m.mapping(manifest.get("metadata")).items() if key != "annotations"}
    if annotations:
        metadata["annotations"] = annotations
    return {**manifest, "metadata": metadata}


def secret_kind(manifest: Manifest) -> bool:
    """True for a Secret."""
    return m.kind(manifest) == SECRET.kind and manifest.get("apiVersion") == SECRET.api_version
