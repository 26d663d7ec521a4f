"""The console of credentials: what the copy knows of each, joined with the links. Every call takes a `viewer`.

list_credentials(filters, *, viewer) -> Listing
get_credential(namespace, name, *, viewer) -> CredentialDetail      raises inventory.NotFound
"""

from deployments.credentials.detail import get_credential
from deployments.credentials.listing import list_credentials

__all__ = ["get_credential", "list_credentials"]
