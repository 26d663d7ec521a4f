"""Deleting one object of a plan: that very object, on its cluster."""

from deployments.domain.findings import Problem, error
from deployments.domain.manifests import Planned
from regions.domain import manifest as m
from regions.kube.client import Answer, Client
from regions.kube.persons import Person

DEADLINE = 20.0


async def delete(client: Client, one: Planned, who: Person | None, *, dry_run: bool = False) -> Answer:
    """Raises what a cluster may say: NotFound when it is gone, Conflict when another has taken its name."""
    ref = one.ref
    path = await client.path_of(m.text(one.manifest.get("apiVersion")), ref.kind, ref.name, ref.namespace)
    return await client.delete(path, dry_run=dry_run, on_behalf=who, uid=one.uid, deadline=DEADLINE)


def another(one: Planned) -> Problem:
    """The problem of an object that is not the one that was looked at."""
    return error("", f"{one.ref.kind} {one.ref.name} is another one than was shown. It was left alone; look again.")
