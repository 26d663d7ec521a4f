"""What pages and the API are told about causes: values only."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from regions.domain.health import Health
from regions.domain.refs import located
from regions.inventory import Counts, Row, Target


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One object on the way from what was asked about to what is to blame."""

    target: Target
    health: Health  # as we may say it now
    message: str
    since: datetime | None
    where: str  # in words: cluster and namespace
    last_health: Health | None = None  # what it was when we last knew
    missing: bool = False  # it should be there, and is not


@dataclass(frozen=True, slots=True)
class Other:
    """Something else that is wrong, beside the culprit."""

    key: str
    sentence: str
    advice: str
    target: Target


@dataclass(frozen=True, slots=True)
class CauseChain:
    """Why an object is not as it should be. Without a culprit nothing is wrong: `sentence` says what it waits for."""

    subject: Target
    links: tuple[ChainLink, ...]  # from the subject to the culprit, both included
    culprit: ChainLink | None
    key: str  # names the cause: quota, authentication, …; under-way or well without a culprit
    sentence: str
    said: str  # the culprit's own words
    advice: str
    as_of: datetime | None  # of what is known; None: now
    heard: bool  # False: it was so as of then, the cluster is silent
    others: tuple[Other, ...] = ()

    @property
    def wrong(self) -> bool:
        return self.culprit is not None


@dataclass(frozen=True, slots=True)
class SharedCause:
    """What several deployments suffer from together."""

    what: Target  # a credential, region, template, or an object that is missing
    kind: str  # the cause: quota, authentication, …
    sentence: str
    advice: str
    members: tuple[Target, ...]  # by namespace and name
    since: datetime | None  # of the first of them

    @property
    def dom_id(self) -> str:
        return f"shared_{self.kind}_{self.what.dom_id}"


@dataclass(frozen=True, slots=True)
class DependentGroup:
    """Objects of one kind that depend on something: how many by health, and the worst of them."""

    title: str
    kind: str
    counts: Counts
    rows: tuple[Row, ...]  # worst first, at most 20
    how: str  # in words, why they depend on it
    url: str = ""  # of the list that has them all

    @property
    def dom_id(self) -> str:
        return f"leaning-{self.kind}"

    @property
    def hidden(self) -> int:
        """How many there are beside those that are named."""
        return self.counts.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Dependents:
    """Everything that depends on an object: what would be hit with it."""

    what: Target
    groups: tuple[DependentGroup, ...]  # those that something is of, the heaviest first

    @property
    def url(self) -> str:
        """Of the page that has all of it."""
        place = [self.what.kind, self.what.namespace, self.what.name]
        return reverse("causes:dependents", args=[part for part in place if part])

    @property
    def total(self) -> int:
        return sum(group.counts.total for group in self.groups)

    @property
    def deployments(self) -> Counts:
        return next((group.counts for group in self.groups if group.kind == "ClusterDeployment"), Counts())


def place(cluster: str, namespace: str) -> str:
    """Where an object lives, in words."""
    where = located(cluster)
    return f"{where}, namespace {namespace}" if namespace else where
