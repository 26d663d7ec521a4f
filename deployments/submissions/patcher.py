"""Changing one object that stands: a merge patch, sent only while what was seen of it still stands so."""

from deployments.domain import diffs
from deployments.domain.diffs import DiffLine
from deployments.domain.findings import Problem, error
from deployments.domain.manifests import SUBMISSION, Planned, wire
from deployments.domain.rendering import without_submission
from deployments.submissions import comparison
from regions.domain import manifest as m
from regions.domain.manifest import Manifest
from regions.kube.client import Answer, Client
from regions.kube.errors import Conflict
from regions.kube.persons import Person

TRIES = 5
DEADLINE = 20.0


class MovedSincePreview(Exception):
    """Somebody changed it since it was looked at, or it is another object by now (`lines` is empty then)."""

    def __init__(self, stands: Manifest, lines: tuple[DiffLine, ...]) -> None:
        super().__init__("changed meanwhile")
        self.stands = stands
        self.lines = lines

    def problem(self, one: Planned) -> Problem:
        what = f"{one.ref.kind} {one.ref.name}"
        if not self.lines:
            return error("", f"{what} is another one than was shown. It was left alone; look again.")
        places = ", ".join(line.path for line in self.lines[:5]) + (" and more" if len(self.lines) > 5 else "")
        return error("", f"Somebody changed {what} meanwhile ({places}). It was left as it is; look again.")


async def read(client: Client, one: Planned, who: Person | None, *, deadline: float = DEADLINE) -> Manifest:
    """The object to be changed, as this person may see it. Raises what a cluster may say."""
    ref = one.ref
    path = await client.path_of(m.text(one.manifest.get("apiVersion")), ref.kind, ref.name, ref.namespace)
    return await client.get(path, on_behalf=who, deadline=deadline)


async def patch(
    client: Client, one: Planned, who: Person | None, key: str, *, dry_run: bool = False
) -> tuple[Manifest, Answer | None]:
    """What stood, and what the cluster made of the patch; no answer when this request has changed it before.

    Bound to the resource version that was compared with `seen`. A version that only the status moved is compared again.
    Raises Moved, and what a cluster may say.
    """
    ref = one.ref
    path = await client.path_of(m.text(one.manifest.get("apiVersion")), ref.kind, ref.name, ref.namespace)
    for again in range(TRIES):
        stands = await client.get(path, on_behalf=who, deadline=DEADLINE)
        if one.uid and m.text(m.part(stands, "metadata", "uid")) != one.uid:
            raise MovedSincePreview(stands, ())
        if done(one, stands, key):
            return stands, None
        if lines := since(one.seen, stands):
            raise MovedSincePreview(stands, lines)
        version = m.text(m.part(stands, "metadata", "resourceVersion"))
        try:
            answer = await client.patch(
                path, wire(one.manifest), dry_run=dry_run, on_behalf=who, resource_version=version, deadline=DEADLINE
            )
        except Conflict:
            if again == TRIES - 1:
                raise
            continue
        return stands, answer
    raise AssertionError("unreachable: the last try returns or raises")


def done(one: Planned, stands: Manifest, key: str) -> bool:
    """Whether what stands is what this very request made of it."""
    return m.annotations(stands).get(SUBMISSION) == key and not comparison.differences(wire(one.manifest), stands)


def since(seen: Manifest | None, stands: Manifest) -> tuple[DiffLine, ...]:
    """What of it stands otherwise than it was seen: `before` as it was seen, `after` as it is."""
    found = comparison.differences(seen, stands) if seen else ()
    return tuple(DiffLine(line.path, line.after, line.before) for line in found if SUBMISSION not in line.path)


def told(stands: Manifest, would: Manifest) -> tuple[DiffLine, ...]:
    """What of an object its author would see changed."""
    return tuple(diffs.changes(without_submission(stands), without_submission(would)))
