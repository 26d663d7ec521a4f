"""Each cloud account's credentials, region by region: the original on management beside the copy where it is used.

A credential is of one region for life, so two columns are enough, however many regions there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from deployments.credentials.filters import CredentialFilters
from deployments.credentials.listing import chosen
from deployments.credentials.matrix.compare import compare
from deployments.credentials.values import CredentialItem
from deployments.domain.credentials.needs import Needed
from deployments.lists import Page
from deployments.submissions import ClusterSession
from regions.domain.refs import MANAGEMENT


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One credential. `original` is what lies on management, `copy` what lies where its deployments run."""

    item: CredentialItem
    original: tuple[Needed, ...]
    copy: tuple[Needed, ...]

    @property
    def bad(self) -> tuple[Needed, ...]:
        return tuple(one for one in (*self.original, *self.copy) if one.good is False)


@dataclass(frozen=True, slots=True)
class MatrixGroup:
    """The credentials of one account, or of one identity where it does not tell, as far as this page has them."""

    title: str
    rows: tuple[MatrixRow, ...]

    @property
    def bad(self) -> int:
        return sum(bool(row.bad) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Matrix:
    groups: tuple[MatrixGroup, ...]
    page: Page
    compared: bool


def matrix(filters: CredentialFilters, session: ClusterSession, *, asking: bool) -> Matrix:
    """One page of the credentials that fit. `asking`: compare those of it now, with the viewer's rights."""
    found = _ordered(chosen(filters, session.viewer))
    page = Page(filters.page, filters.page_size, len(found))
    shown = page.of(found)
    needed = [one for _, one in shown]
    if asking:
        needed = compare(session, needed)
    rows = [_row(item, each) for (item, _), each in zip(shown, needed, strict=True)]
    groups = groupby(rows, key=lambda row: _title(row.item))
    return Matrix(tuple(MatrixGroup(title, tuple(each)) for title, each in groups), page, asking)


def _row(item: CredentialItem, needed: Iterable[Needed]) -> MatrixRow:
    each = tuple(needed)
    here = tuple(one for one in each if one.need.cluster == MANAGEMENT)
    return MatrixRow(item, here, tuple(one for one in each if one.need.cluster != MANAGEMENT))


def _title(item: CredentialItem) -> str:
    if item.account:
        return item.account
    identity = item.identity
    where = f"{identity.namespace}/" if identity.namespace else ""
    return f"{identity.kind} {where}{identity.name}" if identity.kind else "No identity"


Found = tuple[CredentialItem, tuple[Needed, ...]]


def _ordered(found: list[Found]) -> list[Found]:
    """Accounts of which something is not as it should be first, each account's rows together, by region."""
    bad = {_title(item) for item, needed in found if item.troubles or any(one.good is False for one in needed)}

    def place(one: Found) -> tuple[bool, str, str, str]:
        title = _title(one[0])
        return title not in bad, title.lower(), one[0].row.region, one[0].row.target.label

    return sorted(found, key=place)
