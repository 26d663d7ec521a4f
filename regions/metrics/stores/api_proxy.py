"""The way through management's API server: Secrets by name, and services that only the cluster itself can reach.

One event loop in a thread of its own, for callers that wait. What a Secret holds stays in memory, for whoever asked.
"""

import asyncio
import base64
import binascii
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import TimeoutError as TooLate
from typing import Any, Protocol, TypeVar

from regions.domain import manifest as m
from regions.domain.metrics.measures import Why
from regions.kube import trusted
from regions.kube.client import Client
from regions.kube.errors import KubeError, NotFound, Refused, Unreachable
from regions.kube.transport import Reply
from regions.metrics.stores.errors import StoreError

T = TypeVar("T")

PATIENCE = 10.0  # seconds for a Secret


class ApiProxy(Protocol):
    """What stores are found and reached by, when it goes through management."""

    def secret(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """What the Secret holds, as text; None when there is none. Raises StoreError."""

    def fetch(
        self, namespace: str, service: str, path: str, query: Mapping[str, str], deadline: float, largest: int
    ) -> Reply:
        """An answer of a service in the cluster, whatever its status. Raises StoreError."""

    def close(self) -> None:
        """Close every connection."""


class ManagementGate:
    """By our own kubeconfig, or the account of this pod; opened when first needed."""

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._opening: asyncio.Lock | None = None
        self._lock = threading.Lock()

    def secret(self, namespace: str, name: str) -> Mapping[str, str] | None:
        found = self._wait(self._secret(namespace, name), PATIENCE)
        data = m.mapping(found.get("data")) if found is not None else None
        if data is None:
            return None
        try:
            return {key: base64.b64decode(value).decode() for key, value in data.items() if isinstance(value, str)}
        except (binascii.Error, UnicodeDecodeError):
            raise StoreError(Why.NO_CREDENTIALS, f"Secret {namespace}/{name} holds no text") from None

    def fetch(
        self, namespace: str, service: str, path: str, query: Mapping[str, str], deadline: float, largest: int
    ) -> Reply:
        return self._wait(self._fetch(namespace, service, path, query, deadline, largest), deadline + 1)

    def close(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._close(), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)

    async def _secret(self, namespace: str, name: str) -> dict[str, Any] | None:
        client = await self._open()
        try:
            return await client.get(f"/api/v1/namespaces/{namespace}/secrets/{name}", deadline=PATIENCE)
        except NotFound:
            return None

    async def _fetch(
        self, namespace: str, service: str, path: str, query: Mapping[str, str], deadline: float, largest: int
    ) -> Reply:
        client = await self._open()
        return await client.through(namespace, service, path, query=query, deadline=deadline, largest=largest)

    async def _open(self) -> Client:
        self._opening = self._opening or asyncio.Lock()
        async with self._opening:
            if self._client is None:
                self._client = Client(await trusted.load(self._kubeconfig, self._context))
            return self._client

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _wait(self, work: Coroutine[Any, Any, T], patience: float) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return future.result(patience)
        except TooLate:
            future.cancel()
            raise StoreError(Why.SLOW, f"The management cluster did not answer within {patience:g} s") from None
        except Refused as error:
            raise StoreError(Why.NOT_PERMITTED, error.message, status=error.status or 0) from None
        except Unreachable as error:
            raise StoreError(Why.UNREACHABLE, error.message) from None
        except KubeError as error:
            raise StoreError(Why.BROKEN, error.message, status=error.status or 0) from None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="metrics-gate", daemon=True).start()
            return self._loop
