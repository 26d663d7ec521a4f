"""Credential × cluster: where each object that a credential needs is, by the copy or as the clusters say now."""

from dataclasses import dataclass

from deployments.credentials.filters import CredentialFilters
from deployments.credentials.listing import chosen
from deployments.credentials.matrix.compare import compare
from deployments.credentials.values import CredentialItem
from deployments.domain.credentials.needs import Needed
from deployments.submissions import ClusterSession
from regions.domain.refs import MANAGEMENT


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One credential; a cell for every cluster, empty where it needs nothing."""

    item: CredentialItem
    cells: tuple[tuple[Needed, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    clusters: tuple[str, ...]
    lines: tuple[MatrixRow, ...]
    total: int  # that fit the filters; at most a page of them is here
    compared: bool


def matrix(filters: CredentialFilters, session: ClusterSession, *, asking: bool) -> Matrix:
    """The first page of the credentials that fit. `asking`: compare them now, with the viewer's rights."""
    found = chosen(filters, session.viewer)
    shown = found[: filters.page_size]
    needed = [one for _, one in shown]
    if asking:
        needed = compare(session, needed)
    clusters = sorted({one.need.cluster for row in needed for one in row}, key=lambda name: (name != MANAGEMENT, name))
    lines = tuple(
        MatrixRow(item, tuple(tuple(one for one in row if one.need.cluster == name) for name in clusters))
        for (item, _), row in zip(shown, needed, strict=True)
    )
    return Matrix(tuple(clusters), lines, len(found), asking)
