"""Treacherous spellings of YAML, said at the box that they were typed in."""

from collections.abc import Sequence

from deployments.domain.findings import Problem, warning
from deployments.domain.safe_yaml import Surprise

MOST = 10


def spelled(field: str, surprises: Sequence[Surprise]) -> list[Problem]:
    """A warning for each, as far as anybody reads them."""
    found = [warning(field, one.sentence) for one in surprises[:MOST]]
    left = len(surprises) - MOST
    return [*found, warning(field, f"{left} more values without quotes are read so.")] if left > 0 else found
