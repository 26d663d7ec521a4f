"""The story as a whole: every controller, on any management cluster that a kubeconfig names."""

from collections.abc import Awaitable, Callable

from dashboard.demo.story.client import Client
from dashboard.demo.story.credentials import Credentials
from dashboard.demo.story.deployments import Deployments
from dashboard.demo.story.happenings import Happenings
from dashboard.demo.story.kof import Observability, Stores
from dashboard.demo.story.regions import Regions
from dashboard.demo.story.services import Services
from dashboard.demo.story.world import World


class Story:
    """Begins with `start`, ends with `stop`. Nothing happens by itself unless `by_itself`."""

    def __init__(
        self,
        kubeconfig: str,
        *,
        seed: int = 7,
        pace: float = 1,
        by_itself: bool = True,
        switch: Callable[[str, bool], Awaitable[None]] | None = None,
        stores: Stores | None = None,
    ) -> None:
        self.world = World(Client(kubeconfig), seed=seed, pace=pace)
        self.happenings = Happenings(self.world, switch)
        self._by_itself = by_itself
        self._observability = Observability(self.world, stores)

    def start(self) -> None:
        for controller in (Deployments, Credentials, Regions, Services):
            self.world.begin(controller(self.world).run())
        self.world.begin(self._observability.run())
        if self._by_itself:
            self.world.begin(self.happenings.run())

    async def stop(self) -> None:
        await self.world.close()
