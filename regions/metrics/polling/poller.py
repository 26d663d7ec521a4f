"""The meter: asks every store at its turns, each on its own, so that one that hangs holds up nobody else.

It runs where the watcher leads. Any number of browsers looks at what it wrote; none of them makes it ask.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, DataError, InterfaceError, connections

from regions.domain.metrics.collecting import KeptFigure, Place
from regions.domain.metrics.measures import Why
from regions.journal import LeaseLost
from regions.metrics.polling import writer
from regions.metrics.polling.alerts import AlertPoller
from regions.metrics.polling.round import RoundOutcome, collect, probe, queries_of
from regions.metrics.polling.store_state import SOON, StoreState, now
from regions.metrics.stores.access import Access
from regions.metrics.stores.api_proxy import ApiProxy, ManagementGate
from regions.metrics.stores.discovery import Finder
from regions.metrics.stores.errors import StoreError
from regions.metrics.stores.options import MetricsOptions
from regions.metrics.stores.queries import Tier

log = logging.getLogger(__name__)

LOOK = 5.0  # seconds between two looks at where to ask
FLUSH = 1.0  # between two writings: what arrives together is written, and drawn, together
AGAIN = 30.0  # after a fault of ours
PRUNE = 600.0
WORKERS, DOUBTFUL = 48, 16
"""Threads for stores that answer, and for those that did not last time: a fleet of dead stores cannot take them all."""

Result = TypeVar("Result")


class Poller:
    """Asks until it is cancelled; raises only when the lease or the database is lost."""

    def __init__(self, options: MetricsOptions, term: int, gate: ApiProxy | None = None) -> None:
        self.options = options
        self.term = term
        self.gate = gate or ManagementGate(options.kubeconfig, options.context)
        self.access = Access(options, self.gate)
        self.finder = Finder(options)
        self.states: dict[str, StoreState] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.alerts = AlertPoller(self)
        self._well = ThreadPoolExecutor(WORKERS, thread_name_prefix="poller")
        self._doubtful = ThreadPoolExecutor(DOUBTFUL, thread_name_prefix="poller-doubt")
        self._db = ThreadPoolExecutor(1, thread_name_prefix="poller-db")
        self._before: dict[str, dict[Place, KeptFigure]] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._run()
                except DataError:
                    # Something that was said, not the database, is at fault: watching must not end for it.
                    log.exception("The meter has something that the database does not take; beginning again")
                except (LeaseLost, DatabaseError, InterfaceError):
                    raise
                except Exception:
                    log.exception("The meter broke; beginning again")
                await asyncio.sleep(AGAIN)
        finally:
            self._stop(self.running)
            await self.call(connections.close_all)
            for pool in (self._well, self._doubtful, self._db):
                pool.shutdown(wait=False, cancel_futures=True)
            await asyncio.to_thread(self._close)

    async def _run(self) -> None:
        self._stop(self.running)
        self.running, self.states = {}, {}
        self._before = await self.call(writer.recall)
        prune_at = 0.0
        look_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() >= look_at:
                await self.look()
                look_at = loop.time() + LOOK
            await self.flush()
            if loop.time() >= prune_at:
                await self.call(writer.prune, self.term, now() - timedelta(days=self.options.keep_days))
                prune_at = loop.time() + PRUNE
            for task in self.running.values():
                if task.done() and not task.cancelled():
                    task.result()  # what broke there breaks here
            await asyncio.sleep(FLUSH)

    async def look(self) -> None:
        """See where to ask now: sources come and go as KOF's objects do."""
        found = await self.call(self.finder.map)
        sources = {source.key: source for source in found.sources}
        gone = set(self.states) - set(sources)
        self._stop({key: self.running.pop(key) for key in gone if key in self.running})
        for key in gone:
            del self.states[key]
        self.access.forget(set(sources))
        if stale := await self.call(writer.known) - set(sources):
            await self.call(writer.drop, self.term, stale)
        for key, source in sources.items():
            state = self.states.get(key)
            if state is None:
                state = self.states[key] = StoreState(source, kept=self._before.pop(key, {}))
            elif state.source != source:
                state.source, state.dirty = source, True
            homes = {(home.namespace, home.name): home for home in found.homes if home.source == key}
            if homes != state.homes:
                state.homes, state.dirty = homes, True
            state.route = "proxy" if self.access.by_api(source) else "direct"
            if key not in self.running:
                work = self.alerts.follow(state) if source.kind == "alerts" else self.follow(state)
                self.running[key] = asyncio.create_task(work, name=f"meter {key}")

    async def flush(self) -> None:
        """Write what changed."""
        changed = [state for state in self.states.values() if state.dirty or state.touched]
        if changed:
            await self.call(writer.write, self.term, [state.page() for state in changed])

    async def follow(self, state: StoreState) -> None:
        """Ask one store at its turns, for good."""
        while True:
            if state.source.kind != "promxy" or self.lacking():
                try:
                    await self.turn(state)
                except Exception:
                    # Whatever a store makes up costs that store alone.
                    log.exception("What a store answers cannot be taken in", extra={"store": state.source.key})
                    said = "It answers what cannot be taken in; Pane's log says more"
                    state.failed(StoreError(Why.BROKEN, said), now())
            await asyncio.sleep(self.pause(state))

    async def turn(self, state: StoreState) -> None:
        """One turn of one store."""
        at = now()
        if state.breaker.open(at):
            if not state.breaker.may_probe(at):
                return
            error = await self.thread(state, lambda: probe(lambda question: self.access.ask(state.source, question)))
            state.probed(error, now())
            if error is not None:
                return
        tiers: list[Tier] = ["wall", *([] if state.failure or state.source.kind == "promxy" else state.tiers(at))]
        outcomes = []
        for tier in tiers:
            outcome = await self.thread(state, lambda tier=tier: self.ask(state, tier))  # type: ignore[misc]
            outcomes.append(outcome)
            if tier == "wall":
                # Told at once: what takes longer must not hold up what the wall shows.
                state.took_round([outcome], now())
                if outcome.failure:
                    break
            else:
                state.took_round([outcome], now())
        state.credentials = self.access.described(state.source)

    def ask(self, state: StoreState, tier: Tier) -> RoundOutcome:
        """In a thread: one tier of one store."""
        source = state.source
        try:
            dialect = self.access.dialect(source)
            return collect(
                lambda question: self.access.ask(source, question),
                tier,
                queries_of(tier, self.sources(state), dialect),
                twins=state.twins,
                dialect=dialect,
                present=state.present(),
                bare=state.bare,
            )
        except StoreError as error:
            return RoundOutcome(tier, failure=error)

    def sources(self, state: StoreState) -> str:
        """What it answers for: a region's store also for management, where management's data go there."""
        whole = any(home.role == "management" for home in state.homes.values())
        visiting = any(name == "mothership" for _, name in state.kept)
        return state.source.sources + ("M" if (whole or visiting) and "M" not in state.source.sources else "")

    def lacking(self) -> bool:
        """Whether some store gives nothing, so that promxy may fill in."""
        return any(
            state.failure is not None and state.source.kind in ("regional", "regionless", "extra")
            for state in self.states.values()
        )

    def pause(self, state: StoreState) -> float:
        """Seconds until its next turn: on the grid of all, so that what they say is drawn together; sooner in doubt."""
        left = self.options.seconds - time.time() % self.options.seconds
        if state.failure is not None and not state.breaker.open(now()):
            return min(left, SOON.total_seconds())
        return left

    async def thread(self, state: StoreState, work: Callable[[], Result]) -> Result:
        """Run what waits for a store, in one of the threads that are kept for such as it."""
        pool = self._doubtful if state.failure else self._well
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    async def call(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run something of the database in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._db, lambda: function(*args))

    def _stop(self, tasks: dict[str, asyncio.Task[None]]) -> None:
        for task in tasks.values():
            task.cancel()

    def _close(self) -> None:
        self.access.close()
        self.gate.close()
