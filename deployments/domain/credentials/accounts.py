"""Which account of a cloud an identity signs in to, as far as the identity itself says: what is secret is not read."""

import re

from regions.domain import manifest as m
from regions.domain.manifest import Manifest

_ACCOUNT = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/")


def account_of(identity: Manifest | None) -> str:
    """The account in words, the same for every identity of it; empty when the identity does not tell."""
    if identity is None:
        return ""
    spec = m.mapping(identity.get("spec"))
    match m.kind(identity):
        case "AWSClusterRoleIdentity":
            found = _ACCOUNT.match(m.text(spec.get("roleARN")))
            return f"AWS account {found[1]}" if found else ""
        case "AzureClusterIdentity":
            tenant, client = m.text(spec.get("tenantID")), m.text(spec.get("clientID"))
            return f"Azure tenant {tenant}, client {client}" if tenant and client else ""
    return ""
