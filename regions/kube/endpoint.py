"""Where an API server is, how it is trusted, and who we are there. Shows nothing secret, whoever prints it."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from regions.kube import tls
from regions.kube.errors import Unsupported


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """Who we are at a server, from now until `expires_at`."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    expires_at: datetime | None = None

    @classmethod
    def bearer(
        cls, token: str, *, certificate: bytes = b"", key: bytes = b"", expires_at: datetime | None = None
    ) -> "ClientIdentity":
        """By a token, a client certificate, or both."""
        headers = {"Authorization": f"Bearer {token.strip()}"} if token else {}
        return cls(headers, certificate, key, expires_at)


Renew = Callable[[bool], Awaitable[ClientIdentity]]
"""Gives the identity of now; asked with True, a fresh one: the one before was refused."""


class Endpoint:
    """One API server as one kubeconfig describes it.

    `server` is its URL without user, query or trailing slash. A `trusted` endpoint comes from our own kubeconfig; of
    the others the address is checked before it is connected to.
    """

    def __init__(
        self,
        server: str,
        identity: ClientIdentity,
        *,
        ca: bytes = b"",
        server_name: str | None = None,
        description: str = "",
        trusted: bool = False,
        verified: bool = True,
        proxy: str | None = None,
        renew: Renew | None = None,
    ) -> None:
        url = urlsplit(server)
        self.server = server.rstrip("/")
        self.host = url.hostname or ""
        self.port = url.port or (443 if url.scheme == "https" else 80)
        self.server_name = server_name
        self.description = description or f"{self.host}:{self.port}"
        self.trusted = trusted
        self.proxy = proxy
        self._identity = identity
        self._ca = ca
        self._verified = verified
        self._renew = renew
        self._context: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"<Endpoint {self.host}:{self.port}>"

    @property
    def expires_at(self) -> datetime | None:
        """When the certificate or token that we use ends, whichever is first; None when neither says."""
        return self._identity.expires_at

    @property
    def renewable(self) -> bool:
        """Whether asking for fresh headers may give other ones."""
        return self._renew is not None

    async def headers(self, *, fresh: bool = False) -> dict[str, str]:
        """What says who we are. `fresh`: the last ones were refused."""
        if self._renew is not None:
            identity = await self._renew(fresh)
            if identity.certificate != self._identity.certificate:
                self._context = None
            self._identity = identity
        return dict(self._identity.headers)

    def ssl_context(self) -> ssl.SSLContext | None:
        """For a connection made now; None for plain HTTP. The same object until our certificate changes.

        Raises Unsupported when OpenSSL does not take the authority, certificate or key.
        """
        if not self.server.startswith("https:"):
            return None
        if self._context is None:
            mine = self._identity
            try:
                self._context = tls.context(
                    ca=self._ca, certificate=mine.certificate, key=mine.key, verified=self._verified
                )
            except (ssl.SSLError, ValueError):
                raise Unsupported(f"The certificate or key for {self.description} cannot be used.") from None
        return self._context

    def scrub(self, text: str) -> str:
        """The text without our credential, should a server have echoed it."""
        for value in self._identity.headers.values():
            secret = value.rpartition(" ")[2]
            if len(secret) >= 8:
                text = text.replace(secret, "[hidden]")
        return text
