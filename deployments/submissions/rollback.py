"""Taking away what a request made before it failed."""

from django.utils import timezone

from deployments.models import Step, Submission
from deployments.submissions import recording
from deployments.submissions.confirmation import OPEN, keep, settle
from deployments.submissions.outcomes import NotTheirs
from deployments.submissions.writer import Writer
from regions.clusters.session import ClusterSession


def remove(session: ClusterSession, submission: Submission) -> Submission:
    """Remove, last made first, what stands of a request that did not succeed. A finished one is left as it is.

    Raises NotTheirs when it is somebody else's.
    """
    if not submission.is_of(session.viewer):
        raise NotTheirs
    if submission.state == Submission.State.DONE:
        return submission
    submission.state, submission.updated_at = Submission.State.WRITING, timezone.now()
    submission.save(update_fields=["state", "updated_at"])
    writer = Writer(session, (), submission.key)
    standing = list(submission.steps.filter(state__in=OPEN, verb="create").order_by("-place"))
    act = recording.taken_back(session.viewer, submission, standing)
    for step in standing:
        keep(step, session.run(writer.remove(step)))
    submission.steps.filter(state__in=(Step.State.SHARED, Step.State.WAITING)).update(state=Step.State.WAITING)
    settle(submission)
    recording.ended(act, submission, standing)
    return submission
