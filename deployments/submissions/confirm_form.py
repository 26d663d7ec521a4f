"""From a confirmed form to its request: what every page on which something is asked for does with a POST."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from deployments import submissions
from deployments.domain.manifests import Planned
from deployments.models import Submission
from deployments.submissions import Sent
from deployments.submissions.keys import is_key
from regions.requests import ViewedRequest


def key_of(request: HttpRequest) -> str:
    """The name of the request that this form carries, or a new one."""
    key = request.POST.get("key", "")
    return key if is_key(key) else submissions.new_key()


def confirm(request: ViewedRequest, planned: Sequence[Planned], key: str) -> tuple[Sent | None, str]:
    """What the request came to. None: this is not what was previewed; show it again, under the key beside it."""
    try:
        return submissions.submit(planned, request.POST.get("digest", ""), request.viewer, key), key
    except submissions.NotAsPreviewed:
        # Something else than was shown; or this key's request is done already, and this is another one.
        done = Submission.objects.filter(key=key, state=Submission.State.DONE).exists()
        return None, submissions.new_key() if done else key
    except submissions.NotTheirs:
        return None, submissions.new_key()


def went(sent: Sent) -> bool:
    """Whether it was done, or somebody is at it."""
    return sent.submission.state in (Submission.State.DONE, Submission.State.WRITING)


def as_data(posted: Any) -> dict[str, str]:
    """What a browser posted, last value of each name."""
    return {name: posted[name] for name in posted}
