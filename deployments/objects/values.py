"""What pages and the API are told about objects of k0rdent: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from deployments.domain.object_facts import ObjectFact, ObjectKind, ReleaseComponent
from deployments.lists import Empty, Page
from regions.domain.folding import FeedLine
from regions.inventory import Condition, Counts, Row, Target


@dataclass(frozen=True, slots=True)
class KindSummary:
    """One kind, and how its objects are doing. `absent`: the management cluster does not serve it."""

    of: ObjectKind
    counts: Counts
    absent: bool


@dataclass(frozen=True, slots=True)
class ObjectItem:
    """One object in a list."""

    row: Row
    facts: tuple[ObjectFact, ...]


@dataclass(frozen=True, slots=True)
class ObjectList:
    """Objects of one kind, worst first."""

    of: ObjectKind
    items: tuple[ObjectItem, ...]  # of this page
    page: Page
    counts: Counts  # of all, by health
    empty: Empty | None


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A fact whose values may be objects that have a page."""

    label: str
    values: tuple[tuple[str, str], ...]  # what is said, and the address of its page or nothing


@dataclass(frozen=True, slots=True)
class ObjectDetail:
    """Everything about one object."""

    of: ObjectKind
    row: Row
    facts: tuple[NamedFact, ...]
    conditions: tuple[Condition, ...]
    used_by: tuple[Target, ...]  # deployments that name it and may be shown, at most 200
    every_user: bool  # all deployments of its namespace may be shown: only then is none of them none
    components: tuple[ReleaseComponent, ...]  # of a Release: what going there would change
    installed: str  # of a Release: the one that is installed; empty: this one, or not known
    changes: tuple[FeedLine, ...]
    labels: Mapping[str, str]
    yaml: str  # redacted

    @property
    def edit_url(self) -> str:
        return self._address("edit_object")

    @property
    def delete_url(self) -> str:
        return self._address("delete_object")

    @property
    def like_url(self) -> str:
        target = self.row.target
        place = f"{target.namespace}/{target.name}"
        return f"{reverse('deployments:new_object', args=[self.of.kind])}?{urlencode({'like': place})}"

    def _address(self, name: str) -> str:
        target = self.row.target
        place = [target.namespace] if target.namespace else []
        return reverse(f"deployments:{name}", args=[self.of.kind, *place, target.name])

    @property
    def said(self) -> tuple[ObjectFact, ...]:
        """Its facts without addresses."""
        return tuple(ObjectFact(fact.label, tuple(text for text, _ in fact.values)) for fact in self.facts)
