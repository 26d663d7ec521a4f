"""Asking one store: each question has a deadline and a size limit, and what goes wrong is a StoreError."""

import email.utils
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from regions.domain import manifest as m
from regions.domain.metrics.figures import finite
from regions.domain.metrics.measures import Why
from regions.domain.redact import HIDDEN, without_credentials
from regions.metrics.stores.deadline import StoreCall, current, making
from regions.metrics.stores.errors import StoreError, from_status
from regions.metrics.stores.session import Session

LARGEST = 32 * 1024 * 1024
_FOREIGN = (requests.RequestException, HTTPError, OSError)
NOW = {"latency_offset": "1ms"}
"""What makes VictoriaMetrics answer as of the time asked. Else it answers as of 30 seconds before, stamps that with the
time asked, and holds back the newest points of a range; others ignore it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of an instant query."""

    labels: Mapping[str, str]
    value: float | None  # None for NaN and infinities


@dataclass(frozen=True, slots=True)
class RangeSeries:
    """One row of a range query: value by time in seconds since 1970."""

    labels: Mapping[str, str]
    points: Mapping[float, float | None]


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """Rows, and what the store said beside them."""

    rows: tuple[Any, ...]
    took: float  # seconds
    partial: bool = False
    warnings: tuple[str, ...] = ()
    skew: float | None = None  # seconds by which its clock is ahead of ours


@dataclass(frozen=True, slots=True)
class Login:
    """A user and password, shown to nobody."""

    user: str = field(repr=False)
    password: str = field(repr=False)


class StoreClient:
    """One store. May be used by several threads; close it when it is no longer asked."""

    def __init__(self, url: str, who: str, adapter: requests.adapters.BaseAdapter, login: Login | None = None) -> None:
        self.who = who
        self._session = Session(adapter)
        self._session.hooks["response"].append(_remember)
        if login:
            # As bytes: requests would write anything else in Latin-1.
            self._session.auth = (login.user.encode(), login.password.encode())  # type: ignore[assignment]
        self._secret = login.password if login else ""
        self._prometheus = PrometheusConnect(
            url=url.rstrip("/"), session=self._session, retry=Retry(total=0), timeout=None
        )
        self._url = url.rstrip("/")

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def query(self, promql: str, *, deadline: float, params: Mapping[str, str] | None = None) -> StoreAnswer:
        """An instant query, as of now. Raises StoreError."""
        more = {"timeout": f"{max(1, int(deadline))}s", **NOW, **(params or {})}
        with self._asking(deadline) as call:
            rows = self._prometheus.custom_query(promql, params=more)
            samples = tuple(Sample(_labels(row["metric"]), finite(row["value"][1])) for row in rows)
        return self._answer(call, samples)

    def query_range(self, promql: str, start: datetime, end: datetime, step: int, *, deadline: float) -> StoreAnswer:
        """A range query. Raises StoreError."""
        more = {"timeout": f"{max(1, int(deadline))}s", **NOW}
        with self._asking(deadline) as call:
            rows = self._prometheus.custom_query_range(promql, start, end, str(step), params=more)
            lines = tuple(RangeSeries(_labels(row["metric"]), _points(row["values"])) for row in rows)
        return self._answer(call, lines)

    def get(self, path: str, *, deadline: float, params: Mapping[str, Any] | None = None) -> Any:
        """The decoded answer of anything else, such as an Alertmanager's list. Raises StoreError."""
        with self._asking(deadline) as call:
            response = self._session.get(self._url + path, params=params)
            if response.status_code != 200:
                raise PrometheusApiClientException(str(response.status_code))
            response.json()
        return call.said

    def lines(self, path: str, *, deadline: float, params: Mapping[str, str]) -> list[Any]:
        """The decoded lines of an answer that is one JSON document a line, such as a log store's. Raises StoreError."""
        with self._asking(deadline) as call:
            response = self._session.get(self._url + path, params=params)
            if response.status_code != 200:
                raise PrometheusApiClientException(str(response.status_code))
            found = [json.loads(line) for line in call.body.splitlines() if line.strip()]
        return found

    def scrub(self, text: str) -> str:
        """A text that the store said, without our password, should it have echoed it."""
        if len(self._secret) >= 6:
            text = text.replace(self._secret, HIDDEN)
        return without_credentials(text)

    @contextmanager
    def _asking(self, deadline: float) -> Iterator[StoreCall]:
        call = StoreCall(until=time.monotonic() + deadline, largest=LARGEST)
        began = time.monotonic()
        try:
            with making(call):
                yield call
                call.took = time.monotonic() - began
        # None of these is kept as a cause: they hold the request, and its headers our password.
        except StoreError:
            raise
        except PrometheusApiClientException:
            error = from_status(call.status, call.body, self.who)
            raise type(error)(error.why, self.scrub(error.sentence), status=error.status) from None
        except (*_FOREIGN, LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._worded(error, call, deadline) from None

    def _worded(self, error: Exception, call: StoreCall, deadline: float) -> StoreError:
        if call.failure is not None and call.failure.why is not Why.UNREACHABLE:
            return call.failure
        if call.failure is not None and not call.over:
            return call.failure
        if call.over:
            return StoreError(Why.SLOW, f"{self.who} did not answer whole within {round(deadline, 1):g} s")
        if call.status == 200 and not isinstance(error, requests.ConnectionError):
            return StoreError(Why.BROKEN, f"{self.who} does not answer as a metrics store does")
        cause = _tls(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"shows a certificate that is not trusted: {cause.verify_message or 'no reason given'}"
            return StoreError(Why.UNREACHABLE, f"{self.who} {why}")
        if cause is not None:
            reason = (cause.reason or "no reason given").replace("_", " ").lower()
            return StoreError(Why.UNREACHABLE, f"{self.who}: TLS failed ({reason})")
        return StoreError(Why.UNREACHABLE, f"{self.who} broke off the connection before its answer was whole")

    def _answer(self, call: StoreCall, rows: tuple[Any, ...]) -> StoreAnswer:
        said = call.said if isinstance(call.said, dict) else {}
        warned = said.get("warnings")
        texts = [text for text in warned if isinstance(text, str)] if isinstance(warned, list) else []
        warnings = tuple(self.scrub(text)[:300] for text in texts[:5])
        return StoreAnswer(rows, call.took, said.get("isPartial") is True, warnings, _skew(call.headers))


def _labels(said: Any) -> dict[str, str]:
    """Labels as text that a database takes, whatever a store calls one."""
    return {
        name: value if type(value) is str and "\x00" not in value else m.text(value)
        for name, value in dict(said).items()
    }


def _points(said: Any) -> dict[float, float | None]:
    moments = ((finite(at), finite(value)) for at, value in said)
    return {at: value for at, value in moments if at is not None}


def _remember(response: requests.Response, *args: Any, **more: Any) -> None:
    """Keep of an answer what prometheus-api-client drops, and let it be decoded once."""
    call = current()
    call.status, call.headers, call.body = response.status_code, response.headers, response.content
    decode = response.json

    def once(**options: Any) -> Any:
        if call.said is None:
            call.said = decode(**options)
        return call.said

    response.json = once  # type: ignore[method-assign]


def _tls(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error below what the libraries made of it."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLError):
            return error
        inner = next((one for one in (getattr(error, "reason", None), *error.args) if isinstance(one, Exception)), None)
        error, seen = inner or error.__cause__ or error.__context__, seen + 1
    return None


def _skew(headers: Mapping[str, str]) -> float | None:
    """How far the clock of the server is ahead of ours, to the second that its Date header is precise to."""
    try:
        theirs = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    if theirs.tzinfo is None:
        return None
    return round((theirs - datetime.now(UTC)).total_seconds() + 0.5, 1)
