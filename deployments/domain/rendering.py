"""What a plan looks like to people: YAML with placeholders for secrets, and how to send it by hand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.drafts import Secret
from deployments.domain.manifests import SUBMISSION, Planned, secret_kind
from regions.domain.manifest import Manifest
from regions.domain.refs import short_name

SEALING = (
    "Do not keep the Secret in Git as it is. Fill in the placeholders in memory and seal it first, for example with "
    "kubeseal (Sealed Secrets), sops with age, or an ExternalSecret that fetches it from your vault."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One object as it may be seen by anybody who may see the form."""

    cluster: str
    manifest: Manifest
    yaml: str
    why: str
    has_secret: bool
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class File:
    """All objects for one cluster: a file to download and the command that sends it."""

    cluster: str
    name: str
    yaml: str
    command: str


@dataclass(frozen=True, slots=True)
class Public:
    """A plan without its secrets."""

    objects: tuple[Shown, ...]
    files: tuple[File, ...]
    note: str  # on sealing; empty when there is nothing to seal


def public(planned: Sequence[Planned]) -> Public:
    """The same manifests with secrets as placeholders. What differs from what is sent is only these values."""
    shown = tuple(_shown(one) for one in planned)
    to_apply = [one for one, whole in zip(shown, planned, strict=True) if whole.verb != "delete"]
    clusters = list(dict.fromkeys(one.cluster for one in to_apply))
    files = tuple(_file(cluster, [one for one in to_apply if one.cluster == cluster]) for cluster in clusters)
    return Public(shown, files, SEALING if any(one.has_secret for one in shown) else "")


def _shown(one: Planned) -> Shown:
    manifest = without_submission(masked(one.manifest))
    return Shown(one.cluster, manifest, safe_yaml.dump(manifest), one.why, secret_kind(one.manifest), one.verb)


def _change(cluster: str, one: Shown) -> File:
    """One change, as kubectl sends it by hand."""
    context = f"<{short_name(cluster)}>"
    metadata = one.manifest["metadata"]
    where = f" --namespace {metadata['namespace']}" if metadata.get("namespace") else ""
    what = f"{one.manifest['kind'].lower()} {metadata['name']}"
    return File(
        cluster,
        "change.yaml",
        one.yaml,
        f"kubectl --context {context}{where} patch {what} --type merge --patch-file change.yaml",
    )


def _file(cluster: str, shown: Iterable[Shown]) -> File:
    shown = list(shown)
    if [one for one in shown if one.verb == "patch"]:
        return _change(cluster, shown[0])
    name = f"{short_name(cluster)}.yaml"
    context = f"<{short_name(cluster)}>"
    return File(cluster, name, "---\n".join(one.yaml for one in shown), f"kubectl --context {context} apply -f {name}")


def masked(value: Any, key: str = "") -> Any:
    """The value with a placeholder for every secret, named after where it stands."""
    if isinstance(value, Secret):
        return f"<{re.sub(r'[^A-Za-z0-9._-]', '-', key) or 'secret'}>"
    if isinstance(value, dict):
        return {inner: masked(below, inner) for inner, below in value.items()}
    return [masked(member, key) for member in value] if isinstance(value, list | tuple) else value


def without_submission(manifest: Manifest) -> Manifest:
    """The manifest without the annotation that names the Submission: what somebody applies by hand is nobody's."""
    metadata = dict(manifest["metadata"])
    kept = {key: value for key, value in metadata.pop("annotations", {}).items() if key != SUBMISSION}
    return {**manifest, "metadata": {**metadata, "annotations": kept} if kept else metadata}
