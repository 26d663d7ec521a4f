"""What the pages of credentials are told: values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployments.credentials.filters import CredentialFilters
from deployments.domain.credentials.liveness import Liveness
from deployments.domain.credentials.needs import IdentityNeed, Needed
from deployments.domain.credentials.providers import title
from deployments.domain.findings import Problem, Severity
from deployments.domain.gitops_managers import Owner
from deployments.lists import Empty, Facet, Page
from regions.domain.folding import FeedLine
from regions.inventory import Condition, LinkView, Row


@dataclass(frozen=True, slots=True)
class CredentialItem:
    """One credential in the list."""

    row: Row
    provider: str  # infrastructure-aws; empty when nothing tells
    identity: IdentityNeed
    account: str  # of the cloud, in words; empty where the identity does not tell
    description: str
    liveness: Liveness
    used: int  # deployments
    problems: tuple[Problem, ...]  # worst first

    @property
    def provider_title(self) -> str:
        return title(self.provider) if self.provider else "not known"

    @property
    def worst(self) -> Problem | None:
        return next((one for one in self.problems if one.severity is not Severity.NOTE), None)

    @property
    def troubles(self) -> int:
        """How many of its problems are more than a note."""
        return sum(one.severity is not Severity.NOTE for one in self.problems)


@dataclass(frozen=True, slots=True)
class CredentialListing:
    """One page of credentials, with what could be filtered by."""

    filters: CredentialFilters
    items: tuple[CredentialItem, ...]
    of: int  # that there are at all; `page.total` fit the filters
    page: Page
    facets: tuple[Facet, ...]
    by_health: Mapping[str, int]
    empty: Empty | None
    gone: tuple[str, ...] = ()  # values that were asked for and that none has, a sentence each

    @property
    def healths(self) -> list[tuple[str, int]]:
        return list(self.by_health.items())


@dataclass(frozen=True, slots=True)
class CredentialDetail:
    """Everything the page of a credential shows."""

    item: CredentialItem
    link: LinkView  # to the cluster that hosts its deployments
    conditions: tuple[Condition, ...]
    needed: tuple[tuple[str, tuple[Needed, ...]], ...]  # by cluster, management first
    used_by: tuple[Row, ...]  # worst first, at most `most`
    copies: bool  # this k0rdent copies identities to regions
    release: str
    changes: tuple[FeedLine, ...]
    labels: Mapping[str, str]
    owner: Owner | None
    yaml: str

    @property
    def row(self) -> Row:
        return self.item.row
