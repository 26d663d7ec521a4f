"""What fires, from the Alertmanager; from promxy, or the series that alerts leave, while that does not answer."""

import asyncio
from typing import TYPE_CHECKING

from regions.domain.alerts.sources import AlertsHeard, Atlas, from_alertmanager, from_promxy, from_series
from regions.domain.metrics.measures import Why
from regions.domain.metrics.stores import StoreSource
from regions.metrics.polling import writer
from regions.metrics.polling.store_state import StoreState, now
from regions.metrics.stores.discovery import atlas
from regions.metrics.stores.errors import StoreError

if TYPE_CHECKING:
    from regions.metrics.polling.poller import Poller

DEADLINE = 10.0


class AlertPoller:
    """Follows alerts beside the stores of a meter."""

    def __init__(self, meter: "Poller") -> None:
        self.meter = meter

    async def follow(self, book: StoreState) -> None:
        """Ask at every turn, for good. While nobody can be asked, what fired last stands, and its age is said."""
        while True:
            places = await self.meter.call(atlas)
            heard = await self._heard(book, places)
            if heard is not None:
                await self.meter.call(writer.alerts, self.meter.term, heard, now())
            book.credentials = self.meter.access.described(book.source)
            await asyncio.sleep(self.meter.pause(book))

    async def _heard(self, book: StoreState, places: Atlas) -> dict[str, AlertsHeard] | None:
        at = now()
        if not book.breaker.open(at) or book.breaker.may_knock(at):
            try:
                heard = await self.meter.thread(book, lambda: self._alertmanager(book, places))
            except StoreError as error:
                book.failed(error, now())
            else:
                book.answered(now())
                return heard
        for ask in (self._promxy, self._series):
            try:
                return await self.meter.thread(book, lambda ask=ask: ask(places))  # type: ignore[misc]
            except StoreError:
                continue
        return None

    def _alertmanager(self, book: StoreState, places: Atlas) -> dict[str, AlertsHeard]:
        said = self.meter.access.ask(book.source, lambda client: client.get("/api/v2/alerts/groups", deadline=DEADLINE))
        try:
            return from_alertmanager(said, places)
        except TypeError:
            raise StoreError(Why.BROKEN, "It does not answer as an Alertmanager does") from None

    def _promxy(self, places: Atlas) -> dict[str, AlertsHeard]:
        source = self._source("promxy")
        said = self.meter.access.ask(source, lambda client: client.get("/api/v1/alerts", deadline=DEADLINE))
        try:
            return from_promxy(said, places)
        except TypeError:
            raise StoreError(Why.BROKEN, "It does not answer as promxy does") from None

    def _series(self, places: Atlas) -> dict[str, AlertsHeard]:
        source = self._source("management", "regionless")
        answer = self.meter.access.ask(source, lambda client: client.query("ALERTS", deadline=DEADLINE))
        return from_series([row.labels for row in answer.rows], now(), places)

    def _source(self, *kinds: str) -> StoreSource:
        for book in self.meter.books.values():
            if book.source.kind in kinds and book.failure is None:
                return book.source
        raise StoreError(Why.NO_ENDPOINT, "There is nobody else to ask")
