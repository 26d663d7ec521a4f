"""Who somebody is by the claims of an ID token: kube-apiserver's rules, for its bindings name the same people."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Error

from dashboard.people.oidc.configuration import PANES_OWN, OidcProvider

LONGEST = 150
"""Of a name: what Django keeps."""
MOST_GROUPS = 1_000


class NotLetIn(OAuth2Error):  # type: ignore[misc]
    """Why a sign-in by a provider is refused, in a sentence for whoever tried."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who somebody is: by `uid` for good, by `name` and `groups` (with their prefixes) at the moment."""

    uid: str
    issuer: str
    subject: str
    name: str
    groups: tuple[str, ...]
    title: str  # as people call them; may be empty

    def as_kept(self) -> dict[str, Any]:
        """What is kept beside the account, and no more of what the provider said."""
        return {"issuer": self.issuer, "sub": self.subject, "name": self.name, "groups": list(self.groups)}


def claimed(provider: OidcProvider, claims: Mapping[str, Any]) -> Claimed:
    """What these claims, whose signature is proven, say. Raises NotLetIn."""
    for claim, value in provider.required_claims:
        if claims.get(claim) != value:
            raise NotLetIn(f"{provider.title} does not say {claim}={value} of you, which it takes to come in here.")
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    if not subject:
        raise NotLetIn(f"{provider.title} does not say who you are: its answer has no subject.")
    return Claimed(
        uid=hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest(),
        issuer=issuer,
        subject=subject,
        name=_name(provider, claims),
        groups=_groups(provider, claims),
        title=str(claims.get("name", ""))[:LONGEST],
    )


def _name(provider: OidcProvider, claims: Mapping[str, Any]) -> str:
    said = claims.get(provider.username_claim)
    if not isinstance(said, str) or not said.strip():
        raise NotLetIn(f"{provider.title} does not say your {provider.username_claim}, by which people are named here.")
    if provider.username_claim == "email" and claims.get("email_verified", True) is not True:
        raise NotLetIn(f"{provider.title} has not verified your e-mail address, by which people are named here.")
    name = provider.username_prefix + said
    if _reserved(name):
        raise NotLetIn(f"{name} cannot be the name of a person here.")
    if len(name) > LONGEST:
        raise NotLetIn(f"Your name here would have {len(name)} letters; {LONGEST} is the most.")
    return name


def _groups(provider: OidcProvider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    if not provider.groups_claim:
        return ()
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, dict) and provider.groups_claim in elsewhere:
        raise NotLetIn(f"You are in more groups than {provider.title} says: have it say only those that matter here.")
    said = _at(claims, provider.groups_claim)
    names = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    if len(names) > MOST_GROUPS:
        raise NotLetIn(f"{provider.title} says {len(names)} groups of you; {MOST_GROUPS} is the most.")
    found = (provider.groups_prefix + name for name in names if isinstance(name, str) and name)
    # A group of the cluster itself, such as system:masters, is nobody's to claim.
    return tuple(sorted({name for name in found if not _reserved(name)}))


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name, else what lies there: realm_access.roles."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for step in path.split("."):
        here = here.get(step) if isinstance(here, dict) else None
    return here


def _reserved(name: str) -> bool:
    shown = name == name.strip() and all(letter.isprintable() for letter in name)
    return not shown or name.casefold().startswith((PANES_OWN, "system:"))
