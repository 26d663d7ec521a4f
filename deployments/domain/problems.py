"""What is wrong with a draft, field by field, by all that is known before anything is sent.

Rules that admission does not have are here as well: names that fail late, credentials of another region, services
that would vanish, config that the chart would refuse a quarter of an hour later.
"""

from collections.abc import Iterable

from deployments.domain import deployment_problems, region_problems
from deployments.domain.credentials import credential_problems
from deployments.domain.drafts import CredentialDraft, Draft, RegionDraft
from deployments.domain.findings import Problem, Severity, errors
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.manifest import Manifest

__all__ = ["Problem", "Severity", "errors", "has_errors", "problems"]


def problems(draft: Draft, snapshot: ClusterSnapshot, opened: Manifest | None = None) -> list[Problem]:
    """Everything wrong, errors first. `opened` is the object being edited, as it was opened."""
    if isinstance(draft, CredentialDraft):
        found = credential_problems.check(draft, snapshot, opened)
    elif isinstance(draft, RegionDraft):
        found = region_problems.check(draft, snapshot, opened)
    else:
        found = deployment_problems.check(draft, snapshot, opened)
    rank = list(Severity)
    return sorted(dict.fromkeys(found), key=lambda problem: rank.index(problem.severity))


def has_errors(found: Iterable[Problem]) -> bool:
    """Whether anything forbids sending."""
    return bool(errors(found))
