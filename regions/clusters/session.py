"""The clusters as one person asks them in one request: connections, discovery and kubeconfigs are had once."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from regions.clusters.pool import Clusters
from regions.clusters.rights import person_of
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.kube.client import AccessVerdict
from regions.kube.persons import Person

T = TypeVar("T")


class ClusterSession:
    """Used as a context: what was opened is closed at its end, and nothing is opened before something is asked.

    Asynchronous code asks `clusters`; synchronous code runs it by `run`, as often as it needs to, in one event loop.
    """

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.clusters = Clusters()
        self._runner = asyncio.Runner()  # its event loop begins with the first question
        self._asked = False
        self._may_read: dict[tuple[str, str], asyncio.Future[AccessVerdict]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._asked:
                self.run(self.clusters.close())
        finally:
            self._runner.close()

    @property
    def person(self) -> Person | None:
        """On whose behalf management is asked; None: nobody but Pane."""
        return person_of(self.viewer)

    async def may_read_secret(self, namespace: str, name: str) -> bool:
        """Whether they may on management. In a region people have no rights of their own: these count there, too."""
        if self.person is None:
            return True
        wanted = {"verb": "get", "group": "", "resource": "secrets", "namespace": namespace, "name": name}
        asked = self._may_read.get((namespace, name))
        if asked is None:
            management = await self.clusters.client(MANAGEMENT)
            asked = asyncio.ensure_future(management.review(wanted, self.person))
            self._may_read[namespace, name] = asked
        return (await asked).allowed

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What came of it."""
        self._asked = True
        return self._runner.run(work)
