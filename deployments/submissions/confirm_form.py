"""From a confirmed form to its request, and what is known of a request that was sent before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from deployments import submissions
from deployments.domain.manifests import Planned
from deployments.models import Submission
from deployments.submissions import ClusterSession, Sent
from deployments.submissions.keys import fingerprint, is_key, key_within, same_fingerprint
from regions.requests import ViewedRequest


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation came to. `sent` None: this is not what was previewed, so it is shown again under `key`."""

    sent: Sent | None
    key: str
    digest: str = ""
    separate: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it was done, or somebody is at it. Of separate requests each has its own answer."""
        taken = (Submission.State.DONE, Submission.State.WRITING)
        return self.sent is not None and (self.separate or self.sent.submission.state in taken)


def key_of(request: HttpRequest) -> str:
    """The name of the request that this form carries, or a new one."""
    key = request.POST.get("key", "")
    return key if is_key(key) else submissions.new_key()


def confirm(
    request: ViewedRequest, session: ClusterSession, planned: Sequence[Planned], key: str, *, separate: bool = False
) -> Confirmed:
    """Send what was previewed. `separate`: each object as a request of its own, whatever becomes of the others."""
    digest = request.POST.get("digest", "")
    try:
        if separate:
            return Confirmed(_each(session, planned, digest, key), key, digest, separate=True)
        return Confirmed(submissions.submit(session, planned, digest, key), key, digest)
    except submissions.NotAsPreviewed:
        # Something else than was shown; or this key's request is done already, and this is another one.
        keys = [key, *(_own(key, one) for one in planned if separate)]
        done = Submission.objects.filter(key__in=keys, state=Submission.State.DONE).exists()
        return Confirmed(None, submissions.new_key() if done else key)
    except submissions.NotTheirs:
        return Confirmed(None, submissions.new_key())


def _each(session: ClusterSession, planned: Sequence[Planned], digest: str, key: str) -> Sent:
    """What became of the last of them; the page after it tells of each."""
    if not same_fingerprint(fingerprint(planned, session.viewer, key), digest):
        raise submissions.NotAsPreviewed
    for one in planned:
        own = _own(key, one)
        sent = submissions.submit(session, [one], fingerprint([one], session.viewer, own), own)
    return sent


def _own(key: str, one: Planned) -> str:
    return key_within(key, f"{one.ref.namespace}/{one.ref.name}")


def done_before(request: ViewedRequest) -> HttpResponse | None:
    """Where a request went that was sent before: for what is not there any more because of it."""
    key = request.POST.get("key", "")
    found = Submission.of(request.viewer).filter(key=key).first() if is_key(key) else None
    return redirect("deployments:submission", key=key) if found else None
