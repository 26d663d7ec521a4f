"""A `requests` session of ours: a deadline and a size limit for everything, no retries, no redirects, nothing of the
environment (proxies, .netrc, certificate bundles)."""

import ssl
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from urllib3.util.retry import Retry

from regions.domain.metrics.measures import Why
from regions.metrics.stores.connections import pools
from regions.metrics.stores.deadline import current
from regions.metrics.stores.errors import StoreError

# Whoever turns verification off did so in KOF, for one store; our own page says it.
urllib3.disable_warnings(InsecureRequestWarning)

CHUNK = 1 << 16


class StoreAdapter(HTTPAdapter):
    """Sends within the deadline of the current call, and reads the whole body within it."""

    def __init__(
        self, *, checked: bool, allow_loopback: bool, trust: ssl.SSLContext | None, server_name: str = ""
    ) -> None:
        self._pools = pools(checked=checked, allow_loopback=allow_loopback)
        self._trust = trust
        self._server_name = server_name
        super().__init__(pool_connections=1, pool_maxsize=4, max_retries=Retry(total=0, redirect=False))

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        if self._trust is not None:
            more["ssl_context"] = self._trust
        if self._server_name:
            more["server_hostname"] = self._server_name
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        # Whom we trust was said when this was made; requests would put a bundle of its own in its place.
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        pass

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        call = current()
        response = super().send(request, stream=True, timeout=(call.left, call.left))
        try:
            parts, size = [], 0
            while part := response.raw.read1(CHUNK, decode_content=True):
                size += len(part)
                if size > call.largest:
                    call.failure = StoreError(Why.BROKEN, f"It sends more than {call.largest >> 20} MiB for an answer")
                    raise OSError(str(call.failure))
                if call.over:
                    raise OSError("the time is over")
                parts.append(part)
        except (HTTPError, OSError) as error:
            response.close()
            raise requests.ConnectionError(error) from error
        response._content = b"".join(parts)
        response._content_consumed = True  # type: ignore[attr-defined]
        return response


class Session(requests.Session):
    """Every address goes through one adapter, whatever somebody mounts later."""

    def __init__(self, adapter: requests.adapters.BaseAdapter) -> None:
        super().__init__()
        self.trust_env = False
        self.adapter = adapter
        self.headers.update({"User-Agent": "pane", "Accept": "application/json", "Accept-Encoding": "gzip"})
        self.max_redirects = 0

    def get_adapter(self, url: str) -> requests.adapters.BaseAdapter:
        return self.adapter

    def mount(self, prefix: Any, adapter: Any) -> None:
        """Nothing: prometheus-api-client would mount an adapter that retries."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None

    def close(self) -> None:
        self.adapter.close()
