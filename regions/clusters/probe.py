"""A look at a cluster that is not registered yet, by a kubeconfig that somebody pasted: used once, and forgotten.

Whoever may have a look chooses where Pane connects to. So it is for those only who may do on management what they look
for (`deployments.registration.probing`), so often a person, and says of what is no Kubernetes API server one thing:
not whether a port is open, what answers there, or what it says.
"""

import asyncio
import logging
import re
from collections import deque
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from cachetools import LRUCache

from regions.clusters.options import Options
from regions.domain import manifest as m
from regions.kube import kubeconfig
from regions.kube.addresses import ip_literal
from regions.kube.client import Client
from regions.kube.errors import KubeError, Refused, Unsupported

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds, for all of it
OFTEN = 20
WINDOW = 600.0  # seconds in which a person may look so often
NO_ANSWER = (
    "No Kubernetes API server answers there that this kubeconfig fits. Look at its address, port and certificate "
    "authority."
)
_VERSION = re.compile(r"v\d{1,3}\.\d{1,3}[-+.\w]{0,60}")


@dataclass(frozen=True, slots=True)
class Probe:
    """What answered. `trouble` is why nothing did, `uid` names the cluster itself whatever its address."""

    version: str = ""
    uid: str = ""
    admin: bool | None = None  # whether this kubeconfig may do everything there, as k0rdent needs; None: not said
    trouble: str = ""


class ProbeQuota:
    """How often each person may look. Of this process: of several each counts its own."""

    def __init__(self, often: int = OFTEN, window: float = WINDOW) -> None:
        self._often = often
        self._window = window
        self._looks: LRUCache[str, deque[float]] = LRUCache(1_000)
        self._lock = Lock()

    def take(self, who: str, now: float) -> bool:
        """Whether this person may look once more; it counts when they may."""
        with self._lock:
            looks = self._looks.setdefault(who, deque())
            while looks and now - looks[0] > self._window:
                looks.popleft()
            if len(looks) >= self._often:
                return False
            looks.append(now)
            return True


quota = ProbeQuota()


def probe(text: str, who: str) -> Probe:
    """Ask the cluster that this kubeconfig leads to. Raises nothing; no text here has anything of the kubeconfig."""
    options = Options.from_settings()
    try:
        endpoint = kubeconfig.parse(text, options.region_proxies)
    except Unsupported as error:
        return Probe(trouble=error.message)  # of the text alone: nobody was asked
    if not quota.take(who, monotonic()):
        return Probe(trouble=f"You looked {OFTEN} times in the last {WINDOW / 60:.0f} minutes. Wait, or go on without.")
    log.info("%s lets Pane look at %s", who, endpoint.description)
    return asyncio.run(_probe(Client(endpoint, allow_loopback=options.allow_loopback)))


async def _probe(client: Client) -> Probe:
    async with client:
        try:
            async with asyncio.timeout(PATIENCE):
                return await _asked(client)
        except Refused as refusal:
            if refusal.reason:  # it is worded as Kubernetes words it
                return Probe(trouble=f"The API server there does not accept this kubeconfig: {refusal.message}")
            return _no_answer(client, refusal)
        except Unsupported as refusal:
            # Of an address that is written out this is said of the text alone; what a name leads to is not told.
            literal = ip_literal(client.endpoint.host) is not None
            return Probe(trouble=refusal.message) if literal else _no_answer(client, refusal)
        except (KubeError, TimeoutError) as failure:
            return _no_answer(client, failure)


async def _asked(client: Client) -> Probe:
    version = await client.server_version(deadline=PATIENCE)
    if not _VERSION.fullmatch(version):
        return _no_answer(client, ValueError("its version is none of Kubernetes"))
    uid, admin = "", None
    try:
        home = await client.get("/api/v1/namespaces/kube-system", deadline=PATIENCE)
        uid = m.text(m.part(home, "metadata", "uid"))
        admin = await _admin(client)
    except KubeError:
        admin = False if not uid else None
    return Probe(version, uid, admin)


def _no_answer(client: Client, why: Exception) -> Probe:
    log.info("Nothing of use at %s: %s", client.endpoint.description, why or type(why).__name__)
    return Probe(trouble=NO_ANSWER)


async def _admin(client: Client) -> bool:
    answer = await client.create(
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "*", "group": "*", "resource": "*"}},
        },
        deadline=PATIENCE,
    )
    return m.part(answer.body, "status", "allowed") is True
