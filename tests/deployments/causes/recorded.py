"""Manifests into the copy, as the watcher would have brought them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from regions import journal
from regions.domain import manifest as m
from regions.domain.kinds import KINDS, NAMED_KINDS, Kind, Where
from regions.domain.notes import Heard, Put, Reached
from regions.domain.refs import MANAGEMENT

Manifest = dict[str, Any]
_BY_NAME = {(kind.group, kind.name): kind for kind in reversed(KINDS)}


def record(
    clusters: Mapping[str, Iterable[Manifest]],
    now: datetime,
    *,
    links: Mapping[str, Mapping[str, Any]] | None = None,
    at: datetime | None = None,
) -> int:
    """The watcher saw these objects `at` (else `now`) and hears these clusters. Answers the term."""
    term = journal.claim("test", now)
    assert term is not None
    soon = now + timedelta(minutes=10)  # a slow machine must not fall silent while it is asked
    notes: list[Any] = []
    for cluster, manifests in clusters.items():
        notes.append(Heard(cluster, now, {"state": "connected", "heard_at": soon, "synced_at": now, "since": now}))
        notes += [
            Reached(cluster, kind.stream, "watching", "1", now, kind.versions[0], "")
            for kind in KINDS
            if kind.where is Where.HOSTS or cluster == MANAGEMENT
        ]
        notes += [
            Put(cluster, kind_of(manifest), manifest, at or now)
            for manifest in manifests
            if (m.group(manifest), m.kind(manifest)) != ("", "Namespace") and known(manifest)
        ]
    for cluster, fields in (links or {}).items():
        notes.append(Heard(cluster, now, dict(fields)))
    journal.record(term, notes, at or now)
    journal.beat(term, soon)
    return term


def known(manifest: Manifest) -> bool:
    """Whether the watcher follows such objects."""
    group = m.group(manifest)
    if group in ("", "events.k8s.io"):
        return True
    return "." in group and not group.endswith(("rbac.authorization.k8s.io", "velero.io"))


def kind_of(manifest: Manifest) -> Kind:
    """The stream that such an object comes by."""
    group, name = m.group(manifest), m.kind(manifest)
    if not group and name in NAMED_KINDS:
        return NAMED_KINDS[name]
    if found := _BY_NAME.get((group, name)):
        return found
    version = m.text(manifest.get("apiVersion")).rpartition("/")[2]
    return Kind(group, name, f"{name.lower()}s", (version,), Where.HOSTS)
