"""The list of credentials. There are tens, at most hundreds: all are judged, so that problems can be filtered by."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from deployments.credentials.filters import FACETS, STATES, CredentialFilters
from deployments.credentials.items import items
from deployments.credentials.survey import survey
from deployments.credentials.values import CredentialItem, CredentialListing
from deployments.domain.credentials.liveness import Proof
from deployments.domain.credentials.needs import Needed
from deployments.domain.credentials.providers import title
from deployments.lists import Facet, Page, facet, gone, label, why
from regions.domain.health import Health
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer

_TITLES = {
    "region": "Region",
    "health": "Health",
    "proof": "Accepted",
    "provider": "Provider",
    "namespace": "Namespace",
    "state": "Show",
}
PROOFS = {Proof.PROVEN: "proven", Proof.REJECTED: "rejected", Proof.UNTESTED: "not yet tried"}
_ORDERS: dict[str, tuple[str, ...]] = {"health": tuple(Health), "proof": tuple(PROOFS), "state": tuple(STATES)}
_WORDS: dict[str, Callable[[str], str]] = {
    "proof": lambda value: PROOFS[Proof(value)],
    "state": lambda value: STATES[value],
    "provider": lambda value: title(value) if value != "none" else "not known",
}
_PAST = datetime(1970, 1, 1, tzinfo=UTC)


def list_credentials(filters: CredentialFilters, *, viewer: Viewer) -> CredentialListing:
    """One page of the credentials that fit, and how many there are of each value of each facet."""
    known = survey(viewer)
    every = [item for item, _ in items(known, known.shown)]
    worded = [item for item in every if _fits_text(item, filters.text)]
    fitting = [item for item in worded if all(_fits(item, filters, name) for name in FACETS)]
    ordered = _ordered(fitting, filters.sort)
    page = Page(filters.page, filters.page_size, len(ordered))
    count = Counter(item.row.health for item in fitting)
    facets = tuple(_facet(name, worded, filters) for name in FACETS)
    return CredentialListing(
        filters=filters,
        items=page.of(ordered),
        of=len(every),
        page=page,
        facets=facets,
        by_health={health.value: count[health] for health in Health if count[health]},
        empty=None
        if ordered
        else why(
            known.sight,
            "credentials",
            "credentials",
            filtered=bool(every),
            none="A credential is what k0rdent signs in to a cloud with. Make one, and deployments can use it.",
        ),
        gone=gone(
            facets,
            "credential",
            lambda name, value: name in _ORDERS or any(value in _values(item, name) for item in every),
        ),
    )


def chosen(filters: CredentialFilters, viewer: Viewer) -> list[tuple[CredentialItem, tuple[Needed, ...]]]:
    """The credentials that fit, each with what it needs, by name."""
    known = survey(viewer)
    found = [
        (item, needed)
        for item, needed in items(known, known.shown)
        if _fits_text(item, filters.text) and all(_fits(item, filters, name) for name in FACETS)
    ]
    return sorted(found, key=lambda pair: (pair[0].row.target.namespace, pair[0].row.target.name))


def _values(item: CredentialItem, name: str) -> tuple[str, ...]:
    """What it has under a facet; the last facet is a question of which several may be answered yes."""
    if name == "region":
        return (item.row.region or MANAGEMENT,)
    if name == "health":
        return (item.row.health.value,)
    if name == "proof":
        return (item.liveness.proof.value,)
    if name == "provider":
        return (item.provider or "none",)
    if name == "namespace":
        return (item.row.target.namespace,)
    return tuple(key for key, yes in (("problems", item.troubles), ("unused", not item.used)) if yes)


def _fits(item: CredentialItem, filters: CredentialFilters, name: str) -> bool:
    chosen = getattr(filters, name)
    return not chosen or bool(set(chosen) & set(_values(item, name)))


def _fits_text(item: CredentialItem, text: str) -> bool:
    target = item.row.target
    said = (target.name, target.namespace, item.description, item.identity.name, item.row.message)
    whole = "\n".join((*said, item.liveness.message)).lower()
    return all(word in whole for word in text.lower().split())


def _facet(name: str, worded: list[CredentialItem], filters: CredentialFilters) -> Facet:
    others = [facet for facet in FACETS if facet != name]
    counts: Counter[str] = Counter(dict.fromkeys(getattr(filters, name), 0))
    for item in worded:
        if all(_fits(item, filters, other) for other in others):
            counts.update(_values(item, name))
    order, words = _ORDERS.get(name, ()), _WORDS.get(name, label)
    return facet(name, _TITLES[name], counts, getattr(filters, name), order=order, words=words)


def _ordered(found: list[CredentialItem], sort: str) -> list[CredentialItem]:
    name, back = sort.removeprefix("-"), sort.startswith("-")
    keys = {
        "health": lambda item: (item.row.health.rank, -item.troubles),
        "name": lambda item: (item.row.target.name,),
        "region": lambda item: (item.row.region,),
        "provider": lambda item: (item.provider_title,),
        "proof": lambda item: (list(Proof).index(item.liveness.proof), item.liveness.at or _PAST),
        "used": lambda item: (-item.used,),
        "problems": lambda item: (-item.troubles,),
        "created": lambda item: (-(item.row.created_at or _PAST).timestamp(),),
    }
    by_name = sorted(found, key=lambda item: (item.row.target.namespace, item.row.target.name), reverse=back)
    return sorted(by_name, key=keys[name], reverse=back)
