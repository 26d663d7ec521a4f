"""All objects of a fleet, cluster by cluster, in the same order every time."""

from collections.abc import Iterator
from typing import Any

from dashboard.demo.fleet import capi, catalogue, cld, extras, happened, kof, logins, places
from dashboard.demo.fleet.kof import Address, nowhere
from dashboard.demo.fleet.model import HERE, MANAGEMENT, Fleet, Place
from dashboard.demo.fleet.places import Kubeconfig

Manifest = dict[str, Any]


def scope_of(fleet: Fleet) -> str:
    return f"pane-demo/{fleet.seed}"


def management(fleet: Fleet, kubeconfig: Kubeconfig, address: Address = nowhere) -> Iterator[Manifest]:
    """What management holds. `kubeconfig` answers how a region is reached, `address` how a metrics store is."""
    scope = scope_of(fleet)
    yield from extras.namespaces(fleet, HERE, scope)
    yield from catalogue.objects(fleet, scope)
    yield from catalogue.team_objects(fleet, scope)
    yield from extras.people(fleet, scope)
    for place in fleet.places:
        yield from places.objects(place, fleet, scope, kubeconfig)
        yield from happened.to_place(place, fleet, scope)
    for login in fleet.logins:
        yield from logins.objects(login, scope)
    for d in fleet.deployments:
        made = list(cld.objects(d, scope, fleet.now))
        yield from made
        yield from happened.to_deployment(d, made[0], scope, fleet)
    yield from extras.multi_cluster_services(fleet, scope)
    yield from extras.backups(fleet, scope)
    yield from kof.objects(fleet, scope, address)
    yield from _hosted(fleet, MANAGEMENT, scope)


def region(fleet: Fleet, place: Place) -> Iterator[Manifest]:
    """What a region holds."""
    scope = scope_of(fleet)
    yield from extras.namespaces(fleet, place, scope)
    yield from places.inside(place, scope)
    for login in fleet.logins:
        if login.region == place.name:
            yield from logins.copies(login, scope, place.name)
    yield from _hosted(fleet, place.name, scope)


def _hosted(fleet: Fleet, cluster: str, scope: str) -> Iterator[Manifest]:
    for d in fleet.on(cluster):
        made = list(capi.Cluster(d, scope).objects())
        yield from made
        yield from happened.to_machines(d, made, scope, fleet)
        if made:
            yield cld.cluster_summary(d, scope)
