"""What fires, from the Alertmanager; from promxy, or the series that alerts leave, while that does not answer."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from regions.domain.alerts.sources import AlertsHeard, Atlas, from_alertmanager, from_promxy, from_series
from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreSource
from regions.metrics.polling import writer
from regions.metrics.polling.store_state import StoreState, now
from regions.metrics.stores.access import Access
from regions.metrics.stores.discovery import atlas
from regions.metrics.stores.errors import StoreError

DEADLINE = 10.0

Result = TypeVar("Result")


class Turns(Protocol):
    """Of the poller: whom it asks, in which threads, and when the next turn is."""

    term: int
    access: Access

    @property
    def states(self) -> Mapping[str, StoreState]: ...

    async def call(self, function: Callable[..., Result], *args: Any) -> Result: ...

    async def thread(self, state: StoreState, work: Callable[[], Result]) -> Result: ...

    def pause(self, state: StoreState) -> float: ...


class AlertPoller:
    """Follows alerts beside the stores."""

    def __init__(self, poller: Turns) -> None:
        self.poller = poller

    async def follow(self, state: StoreState) -> None:
        """Ask at every turn, for good. While nobody can be asked, what fired last stands, and its age is said."""
        written: dict[str, AlertsHeard] | None = None
        while True:
            places = await self.poller.call(atlas)
            heard = await self._heard(state, places)
            if heard is not None and heard != written:
                await self.poller.call(writer.alerts, self.poller.term, heard, now())
                written = heard
            state.credentials = self.poller.access.described(state.source)
            await asyncio.sleep(self.poller.pause(state))

    async def _heard(self, state: StoreState, places: Atlas) -> dict[str, AlertsHeard] | None:
        at = now()
        if not state.breaker.open(at) or state.breaker.may_probe(at):
            try:
                heard = await self.poller.thread(state, lambda: self._alertmanager(state, places))
            except StoreError as error:
                state.failed(error, now())
            else:
                state.answered(now())
                return heard
        for ask in (self._promxy, self._series):
            try:
                return await self.poller.thread(state, lambda ask=ask: ask(places))  # type: ignore[misc]
            except StoreError:
                continue
        return None

    def _alertmanager(self, state: StoreState, places: Atlas) -> dict[str, AlertsHeard]:
        said = self.poller.access.ask(
            state.source, lambda client: client.get("/api/v2/alerts/groups", deadline=DEADLINE)
        )
        try:
            return from_alertmanager(said, places)
        except TypeError:
            raise StoreError(Why.BROKEN, "It does not answer as an Alertmanager does") from None

    def _promxy(self, places: Atlas) -> dict[str, AlertsHeard]:
        source = self._source("promxy")
        said = self.poller.access.ask(source, lambda client: client.get("/api/v1/alerts", deadline=DEADLINE))
        try:
            return from_promxy(said, places)
        except TypeError:
            raise StoreError(Why.BROKEN, "It does not answer as promxy does") from None

    def _series(self, places: Atlas) -> dict[str, AlertsHeard]:
        source = self._source("management", "regionless")
        answer = self.poller.access.ask(source, lambda client: client.query("ALERTS", deadline=DEADLINE))
        return from_series([row.labels for row in answer.rows], now(), places)

    def _source(self, *kinds: str) -> StoreSource:
        for state in self.poller.states.values():
            if state.source.kind in kinds and state.failure is None:
                return state.source
        raise StoreError(Why.NO_ENDPOINT, "There is nobody else to ask")
