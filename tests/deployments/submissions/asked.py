"""What people ask for in these tests: drafts as plans."""

from collections.abc import Sequence
from typing import Any

from deployments import submissions
from deployments.domain.drafts import CredentialDraft, DeploymentDraft, Secret
from deployments.domain.manifests import Planned, plan
from deployments.domain.snapshot import ClusterSnapshot, KnownRegion
from deployments.models import Submission
from deployments.submissions import ClusterSession, Preview, Sent
from regions.domain.viewer import Viewer

KEY = "canary-key-1234567890/abcdefghijklmnopqrs"
WORLD = ClusterSnapshot(
    release="1.11.4",
    regions={"eu-west": KnownRegion("eu-west")},
    namespaces={"~management": {"search", "kcm-system"}, "eu-west": {"search", "kcm-system"}},
)


def deployment(name: str, **said: Any) -> list[Planned]:
    """One cluster of the team `search`."""
    draft: dict[str, Any] = {
        "namespace": "search",
        "name": name,
        "template": "aws-standalone-cp-1-0-42",
        "credential": "aws-eu-west",
        "config": {
            "region": "eu-west-1",
            "controlPlane": {"instanceType": "m6i.large"},
            "worker": {"instanceType": "m6i.large"},
        },
    } | said
    return plan(DeploymentDraft(**draft), WORLD)


def credential(name: str, secret: str = KEY, world: ClusterSnapshot = WORLD, **said: Any) -> list[Planned]:
    """An AWS key for the region eu-west: Secret, identity and Credential on management, a ConfigMap in the region."""
    fields = {"recipe": "aws-static", "namespace": "search", "name": name, "region": "eu-west"} | said
    secrets = {"access_key_id": Secret("AKIAIOSFODNN7EXAMPLE"), "secret_access_key": Secret(secret)}
    return plan(CredentialDraft(**fields, secrets=secrets), world)


def preview(planned: Sequence[Planned], person: Viewer, key: str) -> Preview:
    with ClusterSession(person) as session:
        return submissions.preview(session, planned, key)


def submit(planned: Sequence[Planned], digest: str, person: Viewer, key: str) -> Sent:
    with ClusterSession(person) as session:
        return submissions.submit(session, planned, digest, key)


def remove(submission: Submission, person: Viewer) -> Submission:
    with ClusterSession(person) as session:
        return submissions.remove(session, submission)
