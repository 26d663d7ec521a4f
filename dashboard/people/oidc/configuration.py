"""The providers that PANE_OIDC names, each read from PANE_OIDC_<NAME>_…; the words are those of kube-apiserver's
`--oidc-*` flags, so that the bindings that a company has for its people hold here, too."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from dashboard import environment as env

NAME = re.compile(r"[a-z][a-z0-9]{0,30}")
PANES_OWN = "pane:"
"""Before the names of local accounts: nobody of a provider may be taken for one of them."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """Where people sign in, and what is made of what it says of them."""

    key: str  # in addresses and in the names of variables
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    title: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    username_claim: str = "sub"
    username_prefix: str = ""
    groups_claim: str = ""
    groups_prefix: str = ""
    required_claims: tuple[tuple[str, str], ...] = ()

    def as_app(self) -> dict[str, Any]:
        """As allauth is configured."""
        return {
            "provider_id": self.key,
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.secret,
            # The ID token says all, as to kube-apiserver; only its subject is vouched for by the signature.
            "settings": {"server_url": self.issuer.rstrip("/"), "fetch_userinfo": False, "scope": list(self.scopes)},
        }


def providers(production: bool) -> dict[str, OidcProvider]:
    """Those of PANE_OIDC by name; what is wrong with one ends the process with a sentence."""
    found: dict[str, OidcProvider] = {}
    for key in env.items("OIDC"):
        if not NAME.fullmatch(key):
            env.refuse(f"PANE_OIDC has {key!r}: a provider's name is of small letters and digits, such as corp.")
        if key in found:
            env.refuse(f"PANE_OIDC names {key} twice.")
        found[key] = _read(key, production)
    _told_apart(list(found.values()))
    return found


def _read(key: str, production: bool) -> OidcProvider:
    of = f"OIDC_{key.upper()}"
    issuer = _issuer(of, production)
    claim = env.text(f"{of}_USERNAME_CLAIM", "sub")
    client = env.text(f"{of}_CLIENT_ID")
    if not client:
        env.refuse(f"PANE_OIDC names {key}, so PANE_{of}_CLIENT_ID must say as what Pane is known there.")
    scopes = tuple(env.items(f"{of}_SCOPES", ["openid", "profile", "email"]))
    if "openid" not in scopes:
        env.refuse(f"PANE_{of}_SCOPES must have openid: without it {key} says of nobody who they are.")
    return OidcProvider(
        key=key,
        issuer=issuer,
        client_id=client,
        secret=env.text(f"{of}_CLIENT_SECRET"),
        title=env.text(f"{of}_TITLE", key),
        scopes=scopes,
        username_claim=claim,
        username_prefix=_prefix(of, "USERNAME_PREFIX", "" if claim == "email" else f"{issuer}#"),
        groups_claim=env.text(f"{of}_GROUPS_CLAIM"),
        groups_prefix=_prefix(of, "GROUPS_PREFIX", ""),
        required_claims=_required(of),
    )


def _issuer(of: str, production: bool) -> str:
    issuer = env.text(f"{of}_ISSUER")
    parts = urlsplit(issuer)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        env.refuse(
            f"PANE_{of}_ISSUER is {issuer!r}; it must be the issuer's address, such as https://id.example.org/realms/x."
        )
    if production and parts.scheme != "https":
        env.refuse(f"PANE_{of}_ISSUER is {issuer!r}: whoever sits on the way could be anybody here; say https.")
    return issuer


def _prefix(of: str, name: str, default: str) -> str:
    """As kube-apiserver has it: - is none, and unset is the default."""
    said = env.text(f"{of}_{name}") or default
    prefix = "" if said == "-" else said
    if prefix.casefold().startswith((PANES_OWN, "system:")):
        env.refuse(f"PANE_{of}_{name} is {prefix!r}: such names are those of local accounts, or of the cluster itself.")
    return prefix


def _required(of: str) -> tuple[tuple[str, str], ...]:
    found = []
    for entry in env.items(f"{of}_REQUIRED_CLAIMS"):
        claim, parted, value = entry.partition("=")
        if not claim or not parted:
            env.refuse(f"PANE_{of}_REQUIRED_CLAIMS has {entry!r}; write claim=value.")
        found.append((claim, value))
    return tuple(found)


def _told_apart(found: list[OidcProvider]) -> None:
    """Of two providers, one must not be able to name the other's people or groups."""
    for n, one in enumerate(found):
        for other in found[:n]:
            for what in ("username", "groups") if one.groups_claim and other.groups_claim else ("username",):
                mine, theirs = getattr(one, f"{what}_prefix"), getattr(other, f"{what}_prefix")
                if mine.startswith(theirs) or theirs.startswith(mine):
                    env.refuse(
                        f"PANE_OIDC_{one.key.upper()}_{what.upper()}_PREFIX is {mine!r} and that of {other.key} is "
                        f"{theirs!r}: one could name somebody of the other. Let neither begin with the other."
                    )
