"""Credentials: read only, by what the copy keeps of them."""

from regions.domain.kinds import K0RDENT
from regions.domain.viewer import Viewer
from regions.inventory.basics import Row
from regions.inventory.rows import rows_of, worst_first
from regions.inventory.visibility import look
from regions.models import Resource


def list_credentials(*, viewer: Viewer, region: str = "") -> tuple[Row, ...]:
    """Every Credential, worst first; of one region when it is named."""
    query = Resource.objects.filter(kind="Credential", group=K0RDENT)
    if region:
        query = query.filter(region=region)
    sight = look()
    return rows_of(worst_first(query, sight), sight)
