"""An object of k0rdent that somebody wrote as YAML: what is sent of it, what is left out, and why it will not do.

Pure, and of no kind in particular: what may stand in `spec` the cluster itself says when it is asked to try it.
"""

from typing import Any

from deployments.domain import name_rules, safe_yaml
from deployments.domain.findings import Problem, error
from deployments.domain.object_starters import CLUSTER_SCOPED, SINGLE
from deployments.domain.pasted import FIELD, NotTaken, left_out
from deployments.domain.spellings import spelled
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest

_NAME, _NAMESPACE = f"{FIELD}/metadata/name", f"{FIELD}/metadata/namespace"


def take_object(text: str, kind: str, opened: Manifest | None = None) -> tuple[Manifest, list[Problem]]:
    """The object, without what only servers write, and what is worth knowing of it, errors included.

    `opened`: the object that it changes, which it must be. Raises NotTaken when it cannot be read as an object.
    """
    manifest, surprises = _read(text, kind)
    metadata = m.mapping(manifest.get("metadata"))
    kept: dict[str, Any] = {"name": m.text(metadata.get("name"))}
    if "namespace" in metadata:
        kept["namespace"] = m.text(metadata.get("namespace"))
    kept |= {part: metadata[part] for part in ("labels", "annotations") if metadata.get(part)}
    taken = {"apiVersion": manifest["apiVersion"], "kind": kind, "metadata": kept, "spec": manifest["spec"]}
    found = spelled(FIELD, surprises) + left_out(manifest, metadata, kind)
    return taken, [*found, *(_moved(taken, opened) if opened is not None else _named(taken, kind))]


def _read(text: str, kind: str) -> tuple[Manifest, tuple[safe_yaml.Surprise, ...]]:
    try:
        manifest, surprises = safe_yaml.read(text)
    except safe_yaml.NotPlain as problem:
        raise NotTaken(f"This cannot be read: {problem}.") from None
    if not isinstance(manifest, dict):
        raise NotTaken("This is no object: it needs apiVersion, kind, metadata and spec.")
    if m.kind(manifest) != kind or m.group(manifest) != K0RDENT:
        raise NotTaken(f"This is no {kind} of k0rdent (kind and apiVersion say so).")
    if not isinstance(manifest.get("metadata"), dict):
        raise NotTaken("There is no metadata, which names it.")
    if not isinstance(manifest.get("spec"), dict):
        raise NotTaken("There is no spec.")
    for place in ("labels", "annotations"):
        values = m.part(manifest, "metadata", place)
        if not isinstance(values, dict | None) or not all(isinstance(one, str) for one in (values or {}).values()):
            raise NotTaken(f"metadata.{place} are keys with texts: put quotes around numbers and truth values.")
    return manifest, surprises


def _named(taken: Manifest, kind: str) -> list[Problem]:
    """Whether a new object may be called so."""
    metadata = taken["metadata"]
    found = []
    if why := name_rules.dns_name(metadata["name"]):
        found.append(error(_NAME, f"metadata.name: {why}"))
    elif kind in SINGLE and metadata["name"] != SINGLE[kind]:
        found.append(error(_NAME, f"k0rdent takes one {kind}, and its name is {SINGLE[kind]}."))
    if kind in CLUSTER_SCOPED:
        if metadata.get("namespace"):
            found.append(error(_NAMESPACE, f"A {kind} is of the whole cluster: take metadata.namespace away."))
    elif why := name_rules.dns_label(metadata.get("namespace", "")):
        said = "say in which namespace it is to be made." if not metadata.get("namespace") else why
        found.append(error(_NAMESPACE, f"metadata.namespace: {said}"))
    return found


def _moved(taken: Manifest, opened: Manifest) -> list[Problem]:
    """Whether what was written is still the object that was opened."""
    where = (m.namespace(taken) or m.namespace(opened), m.name(taken))
    if where == (m.namespace(opened), m.name(opened)):
        return []
    label = "/".join(part for part in (m.namespace(opened), m.name(opened)) if part)
    return [error(_NAME, f"This form is of {label}. An object cannot be renamed or moved: make a new one.")]


def as_text(opened: Manifest) -> str:
    """What an editor shows of an object that stands: what its author wrote."""
    metadata = {key: value for key, value in m.mapping(opened.get("metadata")).items() if key != "uid"}
    spec = m.mapping(opened.get("spec"))
    return safe_yaml.dump(
        {"apiVersion": opened["apiVersion"], "kind": opened["kind"], "metadata": metadata, "spec": spec}
    )
