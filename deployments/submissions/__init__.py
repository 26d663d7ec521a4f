"""The one way by which what somebody asks for reaches clusters. Every form and the API go through here.

    new_key() -> str                                              names a request; a hidden field of its form
    preview(session, planned, key) -> Preview                     nothing is changed; the digest binds confirm to it
    submit(session, planned, digest, key) -> Sent                 raises NotAsPreviewed; never for what a cluster says
    remove(session, submission) -> Submission                     takes away what it made, and only that

`planned` is what `deployments.domain.manifests.plan` gives; secrets in it stay `Secret` until the request that carries
them. `session` holds who asks, and their connections for this request. The same key sent twice is done once: a second
`submit` with a key that is done answers with what the first came to, one after a failure goes on where that stood.
"""

from deployments.submissions.confirmation import Sent, submit
from deployments.submissions.keys import new_key
from deployments.submissions.outcomes import Looked, NotAsPreviewed, NotTheirs, Outcome, Preview
from deployments.submissions.previewer import preview
from deployments.submissions.rollback import remove
from regions.clusters.session import ClusterSession

__all__ = [
    "ClusterSession",
    "Looked",
    "NotAsPreviewed",
    "NotTheirs",
    "Outcome",
    "Preview",
    "Sent",
    "new_key",
    "preview",
    "remove",
    "submit",
]
