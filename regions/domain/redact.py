"""Make a manifest fit for the database: no secret value, no managed fields, no last-applied copy.

What is hidden keeps its place and its keys, so one sees *that* something is set: `‹redacted›`. Where people may write
what they like (`spec.config`, Helm values, files, commands) everything is hidden but scalars under an allow-list of
harmless keys. Redacting twice changes nothing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from regions.domain import manifest as m
from regions.domain.bounds_kept import LARGEST, LONGEST, MOST, MOST_CONDITIONS, SHORT, bounded, too_large
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.redact_data import config_map_data
from regions.domain.redact_text import CLEAN, HIDDEN, SHORTEST, Secrets, secretive_name, without_credentials

__all__ = ["HIDDEN", "redact", "whole_copies", "without_credentials"]

_DROPPED = frozenset({"managedFields"})
_DROPPED_ANNOTATIONS = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "kapp.k14s.io/original",
        "objectset.rio.cattle.io/applied",
        "banzaicloud.com/last-applied",
    }
)
"""Annotations that hold a copy of the whole object, secrets included."""

_FREE = frozenset(
    {
        "additionalconfig",
        "additionaluserdatafiles",
        "args",
        "binarydata",
        "cloudinit",
        "config",
        "content",
        "controllerplaneflags",
        "controlplaneflags",
        "customdata",
        "customuserdata",
        "customvmxkeys",
        "data",
        "datasourceurl",
        "env",
        "extraargs",
        "extraconfig",
        "files",
        "inlinepolicy",
        "k0s",
        "k0sconfig",
        "kinedatasourceurl",
        "kubeletextraargs",
        "manifests",
        "networkdata",
        "networkdatabase64",
        "parameters",
        "patch",
        "patches",
        "postrenderers",
        "script",
        "stringdata",
        "userdata",
        "userdatabase64",
        "values",
        "variables",
    }
)
"""Keys under which people write freely, in lower case."""

_FREE_ENDINGS = ("commands", "commandsfrom")

_CHART_DEFAULTS = frozenset({"ClusterTemplate", "ServiceTemplate", "ProviderTemplate"})
"""Their `status.config` is the chart's published defaults, which forms are drawn from."""

_ALLOWED = frozenset(
    {
        "arch",
        "availabilityzone",
        "cidrblocks",
        "cloudname",
        "consecutivefailurethreshold",
        "controlplanenumber",
        "count",
        "cpus",
        "datacenter",
        "disksizegb",
        "enableautoscaling",
        "enabled",
        "flavor",
        "imagetype",
        "instancetype",
        "kubernetesversion",
        "location",
        "machinetype",
        "managementclustername",
        "maxcount",
        "memory",
        "mincount",
        "mode",
        "osdisksizegb",
        "project",
        "provider",
        "publicip",
        "region",
        "replicas",
        "rootdevicesize",
        "rootvolumesize",
        "version",
        "vmsize",
        "workersnumber",
        "zone",
    }
)
"""Keys whose scalars may be shown wherever they stand in free configuration."""

_DEEPEST = 64
"""Nothing that a cluster reports lies deeper; what does was made to break its reader."""

_HARMLESS = re.compile(r"[\w.+:/-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key means for what lies under it: found out once for each name."""

    name: str
    dropped: bool
    free: bool  # people write there what they like
    secret: bool  # by its name it holds a secret itself
    allowed: bool  # its scalars may be shown in free configuration
    annotations: bool


@lru_cache(maxsize=4096)
def _key(key: object) -> _Key:
    name = m.text(key)
    lowered = name.lower()
    return _Key(
        name,
        dropped=name in _DROPPED,
        free=lowered in _FREE or lowered.endswith(_FREE_ENDINGS),
        secret=secretive_name(name),
        allowed=lowered in _ALLOWED,
        annotations=name.endswith(("annotations", "Annotations")),
    )


_ROOT, _STATUS = _key(""), _key("status")


def redact(manifest: Manifest) -> Manifest:
    """A new manifest without anything that may be a secret. The one given is not touched. Never raises."""
    if m.kind(manifest) == "Secret" and not m.group(manifest):
        return _secret(manifest)
    secrets = Secrets()
    special = {"status", "data"} if m.kind(manifest) == "ConfigMap" else {"status"}
    redacted = _walk(_ROOT, {key: value for key, value in manifest.items() if key not in special}, secrets)
    if "data" in special and "data" in manifest:
        redacted["data"] = config_map_data(manifest)
    if "status" in manifest:
        # Last, because controllers quote in messages what people wrote in the spec.
        redacted["status"] = secrets.without(_status(manifest, secrets))
    # After what is hidden was hidden, for half a secret is not known for one.
    return bounded(redacted) if secrets.large or secrets.letters > LARGEST else redacted


def whole_copies(manifest: Manifest) -> tuple[str, ...]:
    """Names of the annotations in which an object carries a copy of itself, its secrets in clear text among it.

    `kubectl apply` writes such a one, and k0rdent takes it along to a region (seen of its manager 1.11.4).
    """
    return tuple(sorted(_DROPPED_ANNOTATIONS & m.mapping(m.part(manifest, "metadata", "annotations")).keys()))


def _secret(manifest: Manifest) -> Manifest:
    """Of a Secret only what it is called, its labels, its key names, and that it carries a copy of itself."""
    metadata = m.mapping(manifest.get("metadata"))
    kept = {key: value for key, value in metadata.items() if key not in ("annotations", "managedFields")}
    redacted: Manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": kept, "type": m.text(manifest.get("type"))}
    if copies := whole_copies(manifest):
        kept["annotations"] = dict.fromkeys(copies, HIDDEN)
    keys = {*m.mapping(manifest.get("data")), *m.mapping(manifest.get("stringData"))}
    redacted["data"] = {m.text(key): HIDDEN for key in sorted(keys, key=str)}
    return redacted


def _status(manifest: Manifest, secrets: Secrets) -> Any:
    status = manifest["status"]
    published = m.kind(manifest) in _CHART_DEFAULTS and m.group(manifest) == K0RDENT and isinstance(status, dict)
    if not published or "config" not in status:
        return _walk(_STATUS, status, secrets)
    others = {key: value for key, value in status.items() if key != "config"}
    return {**_walk(_STATUS, others, secrets), "config": _published(status["config"])}


def _walk(key: _Key, value: Any, secrets: Secrets, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        if key.annotations:
            return _annotations(value, secrets)
        return _mapping(value, secrets, depth + 1)
    if isinstance(value, list):
        secrets.large = secrets.large or (len(value) > MOST_CONDITIONS and too_large(value, key.name))
        return [_walk(key, member, secrets, depth + 1) for member in value]
    return _text(key, value, secrets) if isinstance(value, str) and value else value


def _mapping(value: dict[Any, Any], secrets: Secrets, depth: int) -> dict[str, Any]:
    if len(value) > MOST:
        secrets.large = True
    if depth <= _DEEPEST and len(value) <= _SHAPELY and _ordinary(tuple(value)):
        # Most of what a manifest says: a copy, in which little is another.
        found = value.copy()
        for name, below in value.items():
            if type(below) is str:
                if len(below) >= SHORTEST and below not in CLEAN:
                    found[name] = _text(_ROOT, below, secrets)
            elif type(below) not in _SCALARS:
                found[name] = _walk(_key(name), below, secrets, depth)
        return found
    found = {}
    for name, below in value.items():
        key = _key(name)
        if not key.dropped:
            hide = key.free and not _is_plain(key.name, below, value)
            found[key.name] = (_free if hide else _walk)(key, below, secrets, depth)
    return found


_SCALARS = frozenset({bool, int, float, type(None)})
_SHAPELY = 50  # keys; what has more is no part of an API, but somebody's own


@lru_cache(maxsize=4096)
def _ordinary(names: tuple[object, ...]) -> bool:
    """Whether none of these keys says anything of what lies under it. The mappings of an API have a few shapes."""
    keys = [(name, _key(name)) for name in names]
    return not any(key.dropped or key.free or key.secret or key.name != name for name, key in keys)


def _text(key: _Key, value: str, secrets: Secrets) -> str:
    if len(value) > SHORT:
        secrets.letters += len(value)
        secrets.large = secrets.large or len(value) > LONGEST
    return secrets.hide(value) if key.secret else without_credentials(value)


def _is_plain(key: str, value: Any, parent: dict[Any, Any]) -> bool:
    """True where a key of that name holds nothing that a person writes freely."""
    if key == "values" and isinstance(value, list) and {"key", "operator"} <= parent.keys():
        return not any(isinstance(member, dict | list) for member in value)  # of a label selector
    return key == "cloudInit" and isinstance(value, dict)  # of an AWSMachine: switches; user data has its own key


def _free(key: _Key, value: Any, secrets: Secrets, depth: int = 0) -> Any:
    """The shape of what somebody wrote freely, with only the harmless said."""
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        secrets.large = secrets.large or len(value) > MOST
        keys = ((_key(inner), below) for inner, below in value.items())
        return {inner.name: _free(inner, below, secrets, depth + 1) for inner, below in keys}
    if isinstance(value, list):
        secrets.large = secrets.large or len(value) > MOST
        return [_free(key, member, secrets, depth + 1) for member in value]
    if value is None or value == "":
        return value
    if key.allowed and (not isinstance(value, str) or _HARMLESS.fullmatch(value)):
        return value if not isinstance(value, str) else without_credentials(value)
    return secrets.hide(value)


def _annotations(value: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Annotations, but no copies of objects, no documents, nothing under a name that speaks of a secret."""
    found: dict[str, Any] = {}
    secrets.large = secrets.large or len(value) > MOST
    for key, inner in value.items():
        if key in _DROPPED_ANNOTATIONS:
            continue
        said = m.text(inner)
        secrets.letters += len(said) if len(said) > SHORT else 0
        secrets.large = secrets.large or len(said) > LONGEST
        document = "\n" in said or said.lstrip().startswith(("{", "["))
        secret = secretive_name(key.rpartition("/")[2]) or key.endswith("-values")
        found[key] = HIDDEN if said and (document or secret) else without_credentials(said)
    return found


def _published(value: Any, key: str = "", depth: int = 0) -> Any:
    """A chart's defaults as published, but for what has a name like a secret's."""
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {m.text(inner): _published(below, m.text(inner), depth + 1) for inner, below in value.items()}
    if isinstance(value, list):
        return [_published(member, key, depth + 1) for member in value]
    if isinstance(value, str) and value:
        return HIDDEN if secretive_name(key) else without_credentials(value)
    return value
