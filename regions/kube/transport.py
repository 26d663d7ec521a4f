"""HTTP to one API server: own sockets, a deadline and a size limit for everything, failures as sentences of ours."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import aiohttp
from aiohappyeyeballs import AddrInfoType
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from regions.kube.addresses import CheckedResolver, ForbiddenAddress, check, ip_literal
from regions.kube.endpoint import Endpoint
from regions.kube.errors import KubeError, Unreachable, Unsupported, error_from, warnings_from
from regions.kube.proxies import ProxyFailed, SocksConnector

LARGEST_ANSWER = 64 * 1024 * 1024
_USER_TIMEOUT_MS = 20_000  # an unacknowledged byte: the other side, or the way to it, is gone


class Lane(Enum):
    """Connections are not shared between lanes."""

    CALLS = "calls"
    PROBES = "probes"  # each on a fresh connection: an old one may be answered by a machine that is gone


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, whatever its status."""

    status: int
    body: bytes
    headers: CIMultiDictProxy[str]


class Transport:
    """Sends requests to one endpoint. No redirect is followed, no proxy or .netrc of the environment is used."""

    def __init__(self, endpoint: Endpoint, *, allow_loopback: bool) -> None:
        self.endpoint = endpoint
        self._allow_loopback = allow_loopback
        self._sessions: dict[Lane, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        """Close every connection: whoever reads from one is told that it broke."""
        while self._sessions:
            _, session = self._sessions.popitem()
            await session.close()

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: CIMultiDict[str] | None = None,
        body: bytes | None = None,
        deadline: float,
        lane: Lane = Lane.CALLS,
        largest: int = LARGEST_ANSWER,
    ) -> Reply:
        """The whole answer within the deadline. Raises Unreachable, Unsupported, or KubeError for one too large."""
        with self.translated(deadline):
            async with (
                asyncio.timeout(deadline),
                await self._send(method, path, query or {}, headers, body, lane) as answer,
            ):
                parts, size = [], 0
                async for chunk in answer.content.iter_any():
                    size += len(chunk)
                    if size > largest:
                        answer.close()
                        raise KubeError(f"{self.endpoint.description} sent an answer of more than {largest >> 20} MiB.")
                    parts.append(chunk)
                return Reply(answer.status, b"".join(parts), answer.headers)

    async def open(self, path: str, *, query: Mapping[str, str], deadline: float) -> "Open":
        """An answer that goes on, once its head says 200. The deadline is for the head."""
        headers = CIMultiDict({"Accept-Encoding": "identity"})  # events are to arrive, not to wait in a compressor
        with self.translated(deadline):
            async with asyncio.timeout(deadline):
                answer = await self._send("GET", path, query, headers, None, Lane.CALLS)
                if answer.status == 200:
                    return Open(self, answer)
                async with answer:
                    raise self.failure(answer.status, await answer.content.read(1 << 20), answer.headers)

    def warnings(self, headers: CIMultiDictProxy[str]) -> tuple[str, ...]:
        """The sentences of the Warning headers."""
        return tuple(self.endpoint.scrub(text) for text in warnings_from(headers.getall("Warning", ())))

    def failure(self, status: int, body: bytes, headers: CIMultiDictProxy[str]) -> KubeError:
        """The exception for an answer that is not a success, without anything secret that the server echoed."""
        wait = headers.get("Retry-After", "")
        return error_from(
            status,
            self.endpoint.scrub(body.decode("utf-8", "replace")).encode(),
            server=self.endpoint.description,
            warnings=self.warnings(headers),
            retry_after=float(wait) if wait.isdigit() and len(wait) < 6 else None,
        )

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: CIMultiDict[str] | None,
        body: bytes | None,
        lane: Lane,
    ) -> aiohttp.ClientResponse:
        """The head of an answer; after a 401 it is asked once again, when fresh headers can be had."""
        if not self.endpoint.trusted:
            self._check_literal()
        url = URL(self.endpoint.server + path, encoded=True).update_query(dict(query))
        fresh = False
        proxy = self.endpoint.proxy
        if proxy and proxy.startswith("socks5:"):
            proxy = None  # its connector goes there
        while True:
            sent = CIMultiDict(headers or {})
            sent.update(await self.endpoint.headers(fresh=fresh))
            tls: dict[str, Any] = {}
            if context := self.endpoint.ssl_context():
                tls = {"ssl": context, "server_hostname": self.endpoint.server_name}
            answer = await self._session(lane).request(
                method, url, headers=sent, data=body, allow_redirects=False, proxy=proxy, **tls
            )
            if answer.status != 401 or fresh or not self.endpoint.renewable:
                return answer
            answer.close()
            fresh = True

    def _check_literal(self) -> None:
        """What needs no look-up; behind a proxy the proxy looks names up, and only it can say what they mean there."""
        host = self.endpoint.host
        if ip_literal(host) is not None:
            check(host, allow_loopback=self._allow_loopback)
        elif self.endpoint.proxy and host.rstrip(".").rpartition(".")[2] == "localhost" and not self._allow_loopback:
            raise ForbiddenAddress(f"{host} is the proxy itself: Pane does not connect there.")

    def _session(self, lane: Lane) -> aiohttp.ClientSession:
        session = self._sessions.get(lane)
        if session is None:
            probing = lane is Lane.PROBES
            connector = self._connector(
                limit=0,
                force_close=probing,
                use_dns_cache=not probing,
                keepalive_timeout=None if probing else 30.0,
            )
            session = self._sessions[lane] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # its own would cut watches; every call has a deadline
                trust_env=False,
                read_bufsize=1 << 18,
                headers={"User-Agent": "pane", "Accept": "application/json"},
            )
        return session

    def _connector(self, **options: Any) -> aiohttp.TCPConnector:
        if self.endpoint.proxy and self.endpoint.proxy.startswith("socks5:"):
            return SocksConnector(self.endpoint.proxy, **options)
        return aiohttp.TCPConnector(
            resolver=CheckedResolver(checked=self._checked, allow_loopback=self._allow_loopback),
            socket_factory=self._socket,
            **options,
        )

    @property
    def _checked(self) -> bool:
        """Whether what we connect to was chosen by somebody else. A proxy never is: whoever runs Pane listed it."""
        return not (self.endpoint.trusted or self.endpoint.proxy)

    def _socket(self, info: AddrInfoType) -> socket.socket:
        """The last gate: what is connected to here is what was checked, however it was looked up."""
        family, kind, proto, _, address = info
        if self._checked:
            check(str(address[0]), name=self.endpoint.host, allow_loopback=self._allow_loopback)
        made = socket.socket(family, kind, proto)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            ("TCP_USER_TIMEOUT", _USER_TIMEOUT_MS),
            ("TCP_KEEPIDLE", 10),
            ("TCP_KEEPINTVL", 5),
            ("TCP_KEEPCNT", 3),
        ):
            if hasattr(socket, option):
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        return made

    @contextmanager
    def translated(self, deadline: float) -> Iterator[None]:
        """Turn what aiohttp and the sockets raise into our errors; `deadline` is for the sentence."""
        where = self.endpoint.description
        try:
            yield
        except aiohttp.ClientHttpProxyError as error:
            refused = f"the proxy {self.endpoint.proxy} does not let us through ({error.status} {error.message})"
            raise Unreachable(f"{where}: {self.endpoint.scrub(refused)}.") from None
        except (aiohttp.InvalidURL, aiohttp.ClientResponseError):
            # These hold the request with its headers: not as a cause, where a report would print them.
            raise Unreachable(f"{where} does not speak HTTP as an API server does.") from None
        except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
            raise _worded(error, where, deadline, self.endpoint.proxy or "") from error


class Open:
    """An answer that goes on. Close it: reading the rest to reuse its connection would take minutes."""

    def __init__(self, transport: Transport, answer: aiohttp.ClientResponse) -> None:
        self._transport = transport
        self._answer = answer

    async def read(self, until: float) -> bytes:
        """What has arrived, as soon as something has; empty at the end, or at `until` in the loop's time.

        The deadline is on this one read: one across reads would cancel whoever consumes them.
        """
        try:
            async with asyncio.timeout_at(until):
                with self._transport.translated(0.0):
                    return await self._answer.content.readany()
        except TimeoutError:
            return b""

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()


def _worded(error: BaseException, where: str, deadline: float, proxy: str = "") -> KubeError:
    cause = getattr(error, "os_error", None) or error
    if isinstance(error.__cause__, ProxyFailed):
        return Unreachable(f"{where}: {error.__cause__}.")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        why = os.strerror(cause.errno).lower() if isinstance(cause, OSError) and cause.errno else "no answer"
        return Unreachable(f"{where}: the proxy {proxy} cannot be reached ({why}).")
    if isinstance(cause, ForbiddenAddress):
        return Unsupported(str(cause))
    if isinstance(cause, TimeoutError) and cause.errno is None:
        return Unreachable(f"{where} did not answer within {deadline:.0f} second{'s' * (round(deadline) != 1)}.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreachable(f"{where}: no address is known for this name.")
    if (certificate := _certificate_error(error)) is not None:
        reason = getattr(certificate, "verify_message", "") or str(certificate)
        return Unreachable(f"{where} shows a certificate that is not trusted: {reason}.")
    if isinstance(cause, ssl.SSLError):
        return Unreachable(f"{where}: TLS failed ({(cause.reason or 'no reason given').replace('_', ' ').lower()}).")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Unreachable(f"{where} closed the connection without an answer.")
    if isinstance(error, aiohttp.ClientPayloadError):
        return Unreachable(f"{where} broke off in the middle of an answer.")
    if isinstance(cause, OSError) and cause.errno in errno.errorcode:
        return Unreachable(f"{where}: {os.strerror(cause.errno or 0).lower()}.")
    return Unreachable(f"{where}: the connection broke.")


def _certificate_error(error: BaseException) -> BaseException | None:
    """What was wrong with the certificate, where that is the reason; behind an https proxy it lies deeper."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return error.certificate_error
    within: BaseException | None = error
    for _ in range(6):
        if within is None or isinstance(within, ssl.SSLCertVerificationError):
            return within
        within = within.__cause__ or within.__context__
    return None
