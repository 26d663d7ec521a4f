"""Getting to a source: by which way, trusted how, with which password; read again when it is refused or was rotated."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import requests
from requests.adapters import BaseAdapter

from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreService, StoreSource
from regions.kube import tls
from regions.metrics.stores.api_proxy import ApiProxy
from regions.metrics.stores.client import Login, StoreClient
from regions.metrics.stores.deadline import current
from regions.metrics.stores.errors import BadQuery, Denied, StoreError
from regions.metrics.stores.options import MetricsOptions
from regions.metrics.stores.queries import Dialect
from regions.metrics.stores.session import StoreAdapter

T = TypeVar("T")

REREAD = 300.0  # seconds between two looks at whether a password was rotated, or another program answers
KNOCK = 8.0
_MARK = 'label_set(vector(1), "speaks", "metricsql")'  # a function that Prometheus has not


@dataclass(slots=True)
class _Open:
    """One source as it is reached now."""

    source: StoreSource
    client: StoreClient
    login: Login | None
    described: str  # where the password lies, in words
    looked_at: float


class ByApiServer(BaseAdapter):
    """Sends what is for a Service of management by way of its API server. That takes no password along."""

    def __init__(self, gate: ApiProxy, service: StoreService) -> None:
        super().__init__()
        self._gate = gate
        self._service = service

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        call = current()
        path, _, query = request.path_url.partition("?")
        try:
            asked = dict(parse_qsl(query, keep_blank_values=True))
            reply = self._gate.fetch(
                self._service.namespace, self._service.target, path, asked, call.left, call.largest
            )
        except StoreError as error:
            call.failure = error
            raise requests.ConnectionError(str(error)) from None
        response = requests.Response()
        response.status_code, response.url, response.request = reply.status, request.url or "", request
        response.headers.update(reply.headers)
        response._content = reply.body
        return response

    def close(self) -> None:
        """The gate is not ours."""


class Access:
    """Clients of sources, for several threads. `ask` is the only way to use one."""

    def __init__(self, options: MetricsOptions, gate: ApiProxy, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.gate = gate
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._trust: dict[bool, ssl.SSLContext] = {}
        self._dialects: dict[str, tuple[Dialect, float]] = {}

    def ask(self, source: StoreSource, question: Callable[[StoreClient], T]) -> T:
        """Put a question to a source. A password that is refused is read again, and the question put once more."""
        entry = self._entry(source)
        try:
            return question(entry.client)
        except Denied as error:
            if entry.login is None:
                raise self._nameless(source, error) from None
            fresh = self._entry(source, refused=entry)
            if fresh is entry:
                raise
            return question(fresh.client)

    def dialect(self, source: StoreSource, deadline: float = KNOCK) -> Dialect:
        """What it speaks: VictoriaMetrics its own MetricsQL, everybody else PromQL. Asked now and then; what was known
        stands while it does not answer. Raises StoreError when nothing is known."""
        if source.kind == "promxy":
            return "promql"  # whatever stands behind it
        known = self._dialects.get(source.key)
        if known is not None and self._clock() - known[1] <= REREAD:
            return known[0]
        try:
            said = self.ask(source, lambda client: client.query(_MARK, deadline=deadline))
            found: Dialect = "metricsql" if said.rows else "promql"
        except BadQuery:
            found = "promql"
        except StoreError:
            if known is None:
                raise
            found = known[0]
        self._dialects[source.key] = found, self._clock()
        return found

    def by_api(self, source: StoreSource) -> bool:
        """Whether it is reached by way of management's API server."""
        return source.service is not None and self.options.through and not source.trusted

    def described(self, source: StoreSource) -> str:
        """Where its password lies, in words; empty when none is used, or none was read yet."""
        entry = self._open.get(source.key)
        return entry.described if entry else ""

    def forget(self, keep: set[str]) -> None:
        """Close those that are no longer sources."""
        for key in set(self._open) - keep:
            self._open.pop(key).client.close()
        for key in set(self._dialects) - keep:
            self._dialects.pop(key, None)

    def close(self) -> None:
        """Close every connection."""
        self.forget(set())

    def _entry(self, source: StoreSource, refused: _Open | None = None) -> _Open:
        with self._lock:
            lock = self._locks.setdefault(source.key, threading.Lock())
        with lock:
            known = self._open.get(source.key)
            fits = known is not None and known.source == source and known is not refused
            if known and fits and (self._clock() - known.looked_at < REREAD or self._same(known)):
                return known
            login, described = (None, "") if self.by_api(source) else self._login(source)
            if refused is not None and known is refused and login == refused.login:
                known.looked_at = self._clock()
                return known
            entry = _Open(source, self._client(source, login), login, described, self._clock())
            self._open[source.key] = entry
            return entry

    def _same(self, known: _Open) -> bool:
        """Whether its password is still what the Secret says; while that cannot be read, what we hold is used on."""
        try:
            login, _ = (None, "") if self.by_api(known.source) else self._login(known.source)
        except StoreError:
            login = known.login
        known.looked_at = self._clock()
        return login == known.login

    def _login(self, source: StoreSource) -> tuple[Login | None, str]:
        for name in source.logins:
            try:
                held = self.gate.secret(name.namespace, name.name)
            except StoreError as error:
                if error.status in (401, 403):
                    why = f"Pane may not read Secret {name}: {error.sentence}"
                    raise StoreError(Why.NO_CREDENTIALS, why) from None
                raise
            if held is not None and name.user_key in held and name.password_key in held:
                return Login(held[name.user_key], held[name.password_key]), f"Secret {name}"
        return None, ""

    def _nameless(self, source: StoreSource, error: Denied) -> StoreError:
        if self.by_api(source):
            way = "let Pane run in the cluster, or set an address for it in PANE_KOF_STORES"
            return StoreError(
                Why.NO_CREDENTIALS, f"It asks for a password, which the API server does not pass on: {way}"
            )
        if not source.logins:
            return error
        names = ", ".join(str(name) for name in source.logins)
        return StoreError(Why.NO_CREDENTIALS, f"It asks for a password, and none of these Secrets is there: {names}")

    def _client(self, source: StoreSource, login: Login | None) -> StoreClient:
        if not source.url:
            raise StoreError(Why.NO_ENDPOINT, f"{source.found} names no address")
        adapter: BaseAdapter
        if (service := source.service) and self.by_api(source):
            adapter = ByApiServer(self.gate, service)
        else:
            adapter = StoreAdapter(
                checked=not source.trusted,
                allow_loopback=self.options.allow_loopback,
                trust=self._context(source.verified) if source.url.startswith("https:") else None,
                server_name=source.server_name,
            )
        return StoreClient(source.url, _who(source), adapter, login)

    def _context(self, verified: bool) -> ssl.SSLContext:
        if verified not in self._trust:
            made = tls.context(verified=verified)
            if self.options.authorities:
                made.load_verify_locations(cadata=self.options.authorities.decode("ascii"))
            self._trust[verified] = made
        return self._trust[verified]


def _who(source: StoreSource) -> str:
    named = f"Store {source.name}"
    return {"regional": named, "set": named, "extra": named}.get(source.kind, source.name[:1].upper() + source.name[1:])
