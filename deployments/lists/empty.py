"""Why a list shows nothing. "There are none" is said only when we could look."""

from dataclasses import dataclass

from regions.clusters.rights import person_of
from regions.domain.kinds import K0RDENT, KINDS
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.inventory.visibility import Visibility
from regions.models import Stream


@dataclass(frozen=True, slots=True)
class Empty:
    """Why a list shows nothing: `kind` is none, filtered, forbidden, or unreachable."""

    kind: str
    title: str
    text: str


def filtered_out(what: str) -> Empty:
    """There are some, and none of them fits."""
    return Empty("filtered", f"No {what} fit these filters", "Take one away to see more.")


def _not_theirs(viewer: Viewer, plural: str, what: str) -> Empty | None:
    """Nothing of this kind may be shown to them, whether there is any or not."""
    rights = viewer.rights
    if rights is None:
        return None
    kind = next((one.name for one in KINDS if (one.group, one.plural) == (K0RDENT, plural)), "")
    if (K0RDENT, kind) in rights.kinds:
        return None
    person = person_of(viewer)
    asked = f"kubectl auth can-i list {plural}.{K0RDENT} --as={person.name if person else viewer.name}"
    text = viewer.trouble or f"The management cluster lets you list them nowhere. Its administrators can see: {asked}"
    return Empty("forbidden", f"No {what} are yours to see", text)


def why(sight: Visibility, plural: str, what: str, *, filtered: bool = False, none: str = "") -> Empty:
    """The state of an empty list of a k0rdent kind; `what` names its objects in words."""
    if filtered:
        return filtered_out(what)
    if sight.viewer is not None and (hidden := _not_theirs(sight.viewer, plural, what)):
        return hidden
    management = sight.links.get(MANAGEMENT)
    if management is None:
        text = "Start Pane's watcher with a kubeconfig of the management cluster."
        return Empty("unreachable", "Not connected to a management cluster yet", text)
    if sight.dark:
        text = f"{sight.why(MANAGEMENT, '')}; what there is, is not known."
        return Empty("unreachable", "Pane is not watching", text)
    stream = Stream.objects.filter(cluster=MANAGEMENT, name=f"{plural}.{K0RDENT}").first()
    if management.state == "refused" or (stream and stream.state == Stream.State.REFUSED):
        said = stream.message if stream and stream.state == Stream.State.REFUSED else management.message
        text = f"The management cluster refused: {said or 'not permitted'}. Pane's account needs get, list and watch."
        return Empty("forbidden", f"Pane may not read {what}", text)
    if management.state == "unsupported":
        return Empty("forbidden", f"Pane cannot read {what}", management.message)
    if management.blind:
        return Empty("unreachable", "The management cluster cannot be reached", management.message)
    if stream and stream.state == Stream.State.ABSENT:
        known = f"This cluster does not know {plural}.{K0RDENT}."
        text = f"{known} Is k0rdent installed, and is this the management cluster?"
        return Empty("unreachable", "k0rdent is not installed here", text)
    if stream is None or stream.synced_at is None:
        text = "The management cluster has not been listed completely yet."
        return Empty("unreachable", f"Still reading {what}", text)
    return Empty("none", f"There are no {what} yet", none)
