"""Connections to stores: names are looked up once, checked, connected to as checked; each can be cut from outside."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeout
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from regions.domain.metrics.measures import Why
from regions.kube.addresses import ForbiddenAddress, check, ip_literal
from regions.metrics.stores.deadline import current
from regions.metrics.stores.errors import StoreError

CONNECT = 3.0  # seconds for one address

# A name server that does not answer holds a thread for half a minute: not one of those that ask stores.
_LOOKUPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="metrics-dns")


class _Line:
    """A connection whose socket has a second handle, by which it is cut when the time of its call is over."""

    checked = True
    allow_loopback = False
    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        host, port = str(self._dns_host), int(self.port)  # type: ignore[attr-defined]
        call = current()
        try:
            found = _connected(host, port, self.checked, self.allow_loopback)
        except StoreError as error:
            call.failure = error
            raise OSError(str(error)) from error
        self._handle = found.dup()
        call.holds(self._handle)
        found.settimeout(call.left)
        return found

    def putrequest(self, *args: Any, **more: Any) -> None:
        call = current()
        call.holds(self._handle)
        self.timeout = call.left
        super().putrequest(*args, **more)  # type: ignore[misc]

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
        super().close()  # type: ignore[misc]


def _connected(host: str, port: int, checked: bool, allow_loopback: bool) -> socket.socket:
    call = current()
    last = StoreError(Why.UNREACHABLE, f"{host}: no address is known for this name")
    for family, kind, proto, address in _addresses(host, port, call.left):
        if checked:
            _permitted(str(address[0]), host, allow_loopback)
        made = socket.socket(family, kind, proto)
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.settimeout(min(CONNECT, call.left))
            made.connect(address)
        except TimeoutError:
            made.close()
            last = StoreError(Why.UNREACHABLE, f"{host}:{port} does not accept connections (no answer in time)")
        except OSError as error:
            made.close()
            last = StoreError(Why.UNREACHABLE, f"{host}:{port}: {(error.strerror or 'no connection').lower()}")
        else:
            return made
        if call.over:
            break
    raise last


def _addresses(host: str, port: int, patience: float) -> Iterator[tuple[Any, Any, int, Any]]:
    try:
        ip_literal(host.strip("[]"))  # raises for odd spellings, which some read as another address than others do
        asked = _LOOKUPS.submit(socket.getaddrinfo, host.strip("[]"), port, type=socket.SOCK_STREAM)
        for family, kind, proto, _, address in asked.result(timeout=patience):
            yield family, kind, proto, address
    except LookupTimeout:
        raise StoreError(Why.UNREACHABLE, f"{host}: the name server does not answer") from None
    except (socket.gaierror, UnicodeError):
        raise StoreError(Why.UNREACHABLE, f"{host}: no address is known for this name") from None
    except ValueError:
        sentence = f"{host} is an odd spelling of an address: Pane does not connect there"
        raise StoreError(Why.NOT_PERMITTED, sentence) from None


def _permitted(address: str, host: str, allow_loopback: bool) -> None:
    try:
        check(address, name=host, allow_loopback=allow_loopback)
    except ForbiddenAddress as error:
        raise StoreError(Why.NOT_PERMITTED, str(error)) from None


def pools(*, checked: bool, allow_loopback: bool) -> dict[str, type[Any]]:
    """Pool classes for urllib3 whose connections go only where they may."""
    rules = {"checked": checked, "allow_loopback": allow_loopback}
    plain = type("Plain", (_Line, HTTPConnection), rules)
    secure = type("Secure", (_Line, HTTPSConnection), rules)
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
