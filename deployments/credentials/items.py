"""Credentials as the list and the page show them, each with what it needs and what is wrong with it."""

from django.db.models import Q

from deployments.credentials.survey import Survey
from deployments.credentials.values import CredentialItem
from deployments.domain.credentials.accounts import account_of
from deployments.domain.credentials.liveness import UNTESTED
from deployments.domain.credentials.needs import IdentityNeed, Need, Needed, identity_of, needs
from deployments.domain.credentials.providers import IDENTITIES, SECRET, provider_of
from deployments.domain.credentials.troubles import CredentialFacts, troubles
from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.refs import MANAGEMENT
from regions.inventory.rows import manifests, row_of
from regions.models import Resource


def items(known: Survey, rows: list[Resource]) -> list[tuple[CredentialItem, tuple[Needed, ...]]]:
    """These credentials, in their order."""
    needed = {row.pk: _needed(known, row) for row in rows}
    lacking = {f"{row.namespace}/{row.name}" for row in rows if _may_not_propagate(needed[row.pk], row, known)}
    silent = unpropagated(lacking)
    return [(_item(known, row, needed[row.pk], silent), needed[row.pk]) for row in rows]


def _item(known: Survey, row: Resource, needed: tuple[Needed, ...], silent: set[str]) -> CredentialItem:
    body = known.bodies.get(row.pk, {})
    label = f"{row.namespace}/{row.name}"
    identity = identity_of(body)
    region = m.text(m.part(body, "spec", "region"))
    provider = provider_of(identity.kind, _keys(identity, needed), sorted(known.made.get(label, ())))
    takes = known.takes(region or MANAGEMENT, provider) if provider else None
    identities = [one.need for one in needed if one.need.role == "identity"]
    in_use = next((one for one in identities if not one.original), None)
    of_region = known.regions.get(region)
    facts = CredentialFacts(
        credential=body,
        identity=identity,
        identity_body=known.read(*in_use.place) if in_use else None,
        needed=needed,
        provider=provider,
        takes=None if takes is None else frozenset(takes),
        region_known=of_region is not None,
        region_deleting=bool(of_region and of_region.deleting_at),
        system=known.system,
        copies=known.copies,
        used=known.used.get(label, 0),
        propagates=label not in silent,
    )
    return CredentialItem(
        row=row_of(row, known.sight),
        provider=provider,
        identity=identity,
        account=next(filter(None, (account_of(known.read(*one.place)) for one in identities)), ""),
        description=m.text(m.part(body, "spec", "description")),
        liveness=known.liveness.get(label, UNTESTED),
        used=known.used.get(label, 0),
        problems=troubles(facts),
    )


def _needed(known: Survey, row: Resource) -> tuple[Needed, ...]:
    body: Manifest = known.bodies.get(row.pk, {})
    found: tuple[Need, ...] = needs(body, system=known.system, copies=known.copies, read=known.read)
    return tuple(known.look_for(need, row) for need in found)


def _keys(identity: IdentityNeed, needed: tuple[Needed, ...]) -> tuple[str, ...] | None:
    """The keys of a Secret that is the identity itself; None when it is none, or was not seen."""
    if identity.kind != SECRET:
        return None
    return next((one.keys for one in needed if one.need.role == "secret" and one.created_at), None)


def _may_not_propagate(needed: tuple[Needed, ...], row: Resource, known: Survey) -> bool:
    """Whether it matters what its deployments say: what only propagation needs is not as it should be."""
    identity = identity_of(known.bodies.get(row.pk, {}))
    scoped = identity.kind in IDENTITIES and identity.cluster_scoped and row.namespace != known.system
    return scoped or any(one.state == "missing" and one.need.role == "template" for one in needed)


def unpropagated(labels: set[str]) -> set[str]:
    """Those whose deployments, and there are some, all say propagateCredentials: false."""
    if not labels:
        return set()
    rows = list(Resource.objects.filter(Q(kind="ClusterDeployment", group=K0RDENT), credential__in=labels))
    bodies = manifests(rows)
    said: dict[str, list[bool]] = {}
    for row in rows:
        off = m.part(bodies.get(row.pk, {}), "spec", "propagateCredentials") is False
        said.setdefault(row.credential, []).append(off)
    return {label for label, answers in said.items() if all(answers)}
