"""Whether copies hold what their originals hold: the clusters are asked, with the rights of whoever asks.

Values are held in memory only as long as it takes to make a keyed hash of them, under a key that nobody has but this
call. What leaves this module are words.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deployments.domain.credentials.needs import MANAGED, Need, Needed, Place
from deployments.domain.credentials.providers import IDENTITIES, SECRET
from regions.clusters.session import ClusterSession
from regions.domain import manifest as m
from regions.domain.kinds import INFRASTRUCTURE
from regions.domain.manifest import Manifest
from regions.domain.redact import whole_copies
from regions.domain.refs import MANAGEMENT
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound, Refused

DEADLINE = 10.0
DIFFERS = "It does not hold what the original holds."
BY_HAND = "Made by hand: k0rdent does not keep it in step."


@dataclass(frozen=True, slots=True)
class _Seen:
    """One object as a cluster has it. `print` is the keyed hash of what it holds."""

    state: str  # present, missing, forbidden, unknown
    note: str = ""
    print: bytes = b""
    managed: bool = False
    whole_copies: tuple[str, ...] = ()


def compare(session: ClusterSession, rows: Sequence[tuple[Needed, ...]]) -> list[tuple[Needed, ...]]:
    """The same objects as their clusters have them at this moment: for each credential what it needs.

    States beside those of `Needed`: same and differs, of copies. A copy is looked at only for who may read the
    original on the management cluster. Never raises for what a cluster says.
    """
    places = {one.need.place: one.need for found in rows for one in found}
    seen = session.run(_look(session, places))
    return [tuple(_judged(one, found, seen) for one in found) for found in rows]


def _judged(one: Needed, of_credential: Iterable[Needed], seen: Mapping[Place, _Seen]) -> Needed:
    mine = seen[one.need.place]
    originals = (each.need for each in of_credential if each.need.original and each.need.kind == one.need.kind)
    original = next((seen[need.place] for need in originals), None)
    state, note = mine.state, mine.note
    if one.need.copy and original is not None and original.state == "forbidden":
        state, note = "forbidden", original.note
    elif one.need.copy and mine.state == "present":
        same = original is not None and original.print == mine.print
        known = original is not None and original.state == "present"
        if not mine.managed:
            state, note = "unmanaged", BY_HAND if same or not known else f"{BY_HAND} {DIFFERS}"
        elif known:
            state, note = ("same", "") if same else ("differs", f"{DIFFERS} k0rdent renews it within 15 minutes.")
    return replace(one, state=state, note=note, blind=False, whole_copies=mine.whole_copies)


async def _look(session: ClusterSession, places: Mapping[Place, Need]) -> dict[Place, _Seen]:
    key = secrets.token_bytes(32)

    async def look(need: Need) -> _Seen:
        async with session.clusters.turn(need.cluster):
            try:
                return await _read(session, need, key)
            except NotFound:
                return _Seen("missing")
            except Refused as refused:
                return _Seen("forbidden", refused.message)
            except KubeError as failure:
                session.clusters.failed(need.cluster, failure)
                return _Seen("unknown", failure.message)

    found = await asyncio.gather(*map(look, places.values()))
    return dict(zip(places, found, strict=True))


async def _read(session: ClusterSession, need: Need, key: bytes) -> _Seen:
    client = await session.clusters.client(need.cluster)
    person = session.person if need.cluster == MANAGEMENT else None
    if (
        need.kind == SECRET
        and need.cluster != MANAGEMENT
        and not await session.may_read_secret(need.namespace, need.name)
    ):
        raise Refused(f"You may not read the Secrets of {need.namespace} on the management cluster.")
    path = await client.path_of(await _version(client, need.kind), need.kind, need.name, need.namespace)
    found = await client.get(path, on_behalf=person, deadline=DEADLINE)
    copies = whole_copies(found) if need.kind == SECRET else ()
    return _Seen("present", "", _print(found, key), m.labels(found).get(MANAGED) == "true", copies)


async def _version(client: Client, kind: str) -> str:
    """apiVersion of a kind as this cluster serves it."""
    if kind not in IDENTITIES:
        return "v1"
    found = (await client.discover(300)).find(INFRASTRUCTURE, kind)
    if found is None:
        raise NotFound(f"It does not know the kind {kind}")
    return f"{INFRASTRUCTURE}/{found.versions[0]}"


def _print(found: Manifest, key: bytes) -> bytes:
    """A keyed hash of what an object holds; k0rdent rewrites the namespaces that copies name."""
    held = (
        {name: found.get(name) for name in ("type", "data")}
        if "data" in found or not found.get("spec")
        else {"spec": _without_namespaces(found.get("spec"))}
    )
    return hmac.new(key, json.dumps(held, sort_keys=True).encode(), hashlib.sha256).digest()


def _without_namespaces(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_namespaces(inner) for name, inner in value.items() if name != "namespace"}
    return [_without_namespaces(member) for member in value] if isinstance(value, list) else value
