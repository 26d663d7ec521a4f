"""Credentials: read only, by what the copy keeps of them."""

from regions.domain.kinds import K0RDENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Row
from regions.inventory.rows import rows_of, worst_first
from regions.inventory.visibility import look


def list_credentials(*, viewer: Viewer, region: str = "") -> tuple[Row, ...]:
    """Every Credential, worst first; of one region when it is named."""
    sight = look(viewer)
    query = sight.resources.filter(kind="Credential", group=K0RDENT)
    if region:
        query = query.filter(region=region)
    return rows_of(worst_first(query, sight), sight)
