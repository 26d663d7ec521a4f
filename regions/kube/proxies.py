"""Ways to a region through a proxy: only through those that whoever runs Pane has listed, and without a password.

`proxy-url` of a kubeconfig means to kubectl what it means here (client-go, `ClusterConfig.ProxyURL`): http and https
proxies are asked to CONNECT, socks5 ones are given the name, which they look up themselves.
"""

import asyncio
import ssl
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy

from regions.domain.proxies import PORTS

_PATIENCE = 30.0  # seconds; every call has a deadline of its own, and this is for those that set none


class ProxyFailed(OSError):
    """A proxy does not let us through; the text is a sentence."""


class SocksConnector(aiohttp.TCPConnector):
    """Connects through a SOCKS5 proxy, which looks names up itself."""

    def __init__(self, proxy: str, **options: Any) -> None:
        super().__init__(resolver=_Unresolved(), **options)
        self._through = proxy

    async def _wrap_create_connection(
        self,
        *args: Any,
        req: ClientRequest,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 the name is aiohttp's
        **options: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        url = urlsplit(self._through)
        proxy = Proxy(ProxyType.SOCKS5, url.hostname or "", url.port or PORTS["socks5"], rdns=True)
        try:
            sock = await proxy.connect(req.url.host or "", req.url.port or 443, timeout.sock_connect or _PATIENCE)
        except (ProxyConnectionError, ProxyTimeoutError) as error:
            raise ProxyFailed(f"the proxy {self._through} does not answer") from error
        except ProxyError as error:
            raise ProxyFailed(f"the proxy {self._through} does not let us through ({error})") from error
        # From here on as for any socket: TLS is ours and the server's, the proxy sees none of it.
        for needless in ("addr_infos", "client_error"):
            options.pop(needless, None)
        try:
            transport, protocol = await self._loop.create_connection(*args, sock=sock, **options)
        except ssl.CertificateError as error:
            raise aiohttp.ClientConnectorCertificateError(req.connection_key, error) from error
        except ssl.SSLError as error:
            raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error
        return transport, protocol


class _Unresolved(aiohttp.abc.AbstractResolver):
    """Leaves names as they are."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        return [aiohttp.abc.ResolveResult(hostname=host, host=host, port=port, family=2, proto=6, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""
