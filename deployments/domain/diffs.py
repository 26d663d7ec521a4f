"""What differs between what is there and what is wanted, to be read and to be sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployments.domain import safe_yaml
from deployments.domain.drafts import Secret
from regions.domain import manifest as m
from regions.domain.manifest import Manifest

HIDDEN = "‹hidden›"
_SERVER_SIDE = frozenset(
    {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "finalizers",
        "ownerReferences",
    }
)
_NO_ANNOTATION = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One place that differs: `before` empty where it is added, `after` empty where it is removed. YAML or a word."""

    path: str
    before: str
    after: str

    @property
    def what(self) -> str:
        return "added" if not self.before else "removed" if not self.after else "changed"


def changes(live: Manifest | None, wanted: Manifest, *, partial: bool = False) -> list[DiffLine]:
    """The places that differ, in reading order; empty when nothing would change. Values of Secrets are hidden.

    `partial`: what `wanted` does not speak of stays as it is, as a create over an existing object or a patch would.
    """
    before = owned(live) if live is not None else {}
    secret = "Secret" in (m.kind(wanted), m.kind(before))
    return list(_lines(_settled(before), _settled(owned(wanted)), "", partial, secret))


def owned(manifest: Manifest) -> Manifest:
    """The part of an object that its author wrote: no status, nothing that the server adds."""
    kept = {key: value for key, value in manifest.items() if key != "status"}
    metadata = {key: value for key, value in m.mapping(manifest.get("metadata")).items() if key not in _SERVER_SIDE}
    annotations = {key: value for key, value in m.annotations(manifest).items() if key not in _NO_ANNOTATION}
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    return {**kept, "metadata": metadata} if "metadata" in manifest else kept


def _settled(manifest: Manifest) -> Manifest:
    """A Secret's two ways to write its data as one: by key."""
    if m.kind(manifest) != "Secret":
        return manifest
    rest = {key: value for key, value in manifest.items() if key not in ("data", "stringData")}
    data = {**m.mapping(manifest.get("data")), **m.mapping(manifest.get("stringData"))}
    return {**rest, "data": data} if data else rest


def _lines(before: Any, after: Any, path: str, partial: bool, secret: bool) -> Iterator[DiffLine]:
    if secret and path == "data":
        # Key by key even where one side has none at all: values are hidden one by one.
        before, after = m.mapping(before), m.mapping(after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            here = f"{path}.{_step(key)}" if path else _step(key)
            if key not in after and partial:
                continue
            known = (before.get(key, _ABSENT), after.get(key, _ABSENT))
            yield from _lines(*known, here, partial, secret)
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            known = (before[place] if place < len(before) else _ABSENT, after[place] if place < len(after) else _ABSENT)
            yield from _lines(*known, f"{path}[{place}]", partial, secret)
    elif (secret and path.startswith("data.")) or isinstance(before, Secret) or isinstance(after, Secret):
        yield from _hidden(before, after, path)
    elif before is _ABSENT or after is _ABSENT or not safe_yaml.same(before, after):
        yield DiffLine(path, _shown(before), _shown(after))


def _hidden(before: Any, after: Any, path: str) -> Iterator[DiffLine]:
    """A secret that is there on both sides may be the same: that is not known, and shown as set anew."""
    if before is _ABSENT or after is _ABSENT or isinstance(after, Secret) or before != after:
        yield DiffLine(
            path,
            "" if before is _ABSENT else HIDDEN,
            "" if after is _ABSENT else f"{HIDDEN} (set anew)" if before is not _ABSENT else HIDDEN,
        )


class _Absent:
    pass


_ABSENT: Any = _Absent()


def _step(key: Any) -> str:
    said = str(key)
    return f'"{said}"' if "." in said or "[" in said else said


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return safe_yaml.dump(_masked(value)).rstrip("\n")


def _masked(value: Any) -> Any:
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Mapping):
        secret = m.kind(dict(value)) == "Secret"
        return {
            key: dict.fromkeys(inner, HIDDEN) if secret and key in ("data", "stringData") else _masked(inner)
            for key, inner in value.items()
        }
    return [_masked(member) for member in value] if isinstance(value, list | tuple) else value


def merge_patch(opened: Manifest, wanted: Manifest) -> Manifest:
    """The JSON merge patch that makes of the opened object the wanted one; empty when they are the same.

    Only what its author writes is compared: status and what the server adds are never in it. Where the wanted manifest
    says nothing of labels or annotations that are there, they stay: controllers put theirs there as well.
    """
    before, after = owned(opened), owned(wanted)
    metadata = {}
    for part in ("labels", "annotations"):
        # Not m.labels: there a null, which asks for removal, would be text.
        asked = m.mapping(m.part(wanted, "metadata", part))
        changed = _patch(m.mapping(m.part(before, "metadata", part)), asked)
        if kept := {key: value for key, value in changed.items() if key in asked}:
            metadata[part] = kept
    outside = ("metadata", "apiVersion", "kind")
    if m.kind(wanted) == "Secret":
        patch = _secret_patch(before, after)
    else:
        patch = {key: value for key, value in _patch(before, after).items() if key not in outside}
    return {**patch, "metadata": metadata} if metadata else patch


def _secret_patch(before: Manifest, after: Manifest) -> Manifest:
    """Every value anew, because what is there is not read; keys that are no longer wanted go."""
    wanted = {**m.mapping(after.get("data")), **m.mapping(after.get("stringData"))}
    gone = {key: None for key in m.mapping(before.get("data")) if key not in wanted}
    patch = {key: after[key] for key in ("data", "stringData") if after.get(key)}
    return {**patch, "data": {**m.mapping(patch.get("data")), **gone}} if gone else patch


def unpatchable(opened: Manifest, wanted: Manifest) -> list[str]:
    """Places below the spec where null itself is wanted (it makes Helm drop a default) and is not there yet.

    A merge patch cannot say so, because null in it removes the key: such a change needs another way to be written.
    """
    return list(_nulls(opened.get("spec"), wanted.get("spec"), "spec"))


def _nulls(before: Any, after: Any, path: str) -> Iterator[str]:
    for key, value in after.items() if isinstance(after, Mapping) else ():
        was = before.get(key, _ABSENT) if isinstance(before, Mapping) else _ABSENT
        if value is None and was is not None:
            yield f"{path}.{_step(key)}"
        yield from _nulls(was, value, f"{path}.{_step(key)}")


def _patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        was = before.get(key, _ABSENT)
        if isinstance(value, Mapping) and isinstance(was, Mapping):
            if below := _patch(was, value):
                found[key] = below
        elif was is _ABSENT and value is None:
            continue
        elif was is _ABSENT or isinstance(value, Secret) or not safe_yaml.same(was, value):
            found[key] = value
    return found


def seen(opened: Manifest, patch: Manifest) -> Manifest:
    """What must still stand for a patch to be what was meant: all that was opened, and nothing where it only adds."""
    before = owned(opened)
    return _filled(before, {key: value for key, value in patch.items() if key not in ("apiVersion", "kind")})


def _filled(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(before)
    for key, value in patch.items():
        if isinstance(value, Mapping) and isinstance(before.get(key), Mapping):
            found[key] = _filled(before[key], value)
        elif key not in before:
            found[key] = None
    return found


def patched(manifest: Manifest, patch: Mapping[str, Any]) -> Manifest:
    """The object with a merge patch laid over it, as a server would: null removes."""
    found = dict(manifest)
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping):
            below = found.get(key)
            found[key] = patched(below if isinstance(below, dict) else {}, value)
        else:
            found[key] = value
    return found
