"""Why a list shows nothing. "There are none" is said only when we could look."""

from dataclasses import dataclass

from regions.domain.kinds import K0RDENT
from regions.domain.refs import MANAGEMENT
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


def why(sight: Visibility, plural: str, what: str, *, filtered: bool = False, none: str = "") -> Empty:
    """The state of an empty list of a k0rdent kind; `what` names its objects in words."""
    if filtered:
        return filtered_out(what)
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
