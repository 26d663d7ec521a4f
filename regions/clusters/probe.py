"""A look at a cluster that is not registered yet, by a kubeconfig that somebody pasted: used once, and forgotten."""

import asyncio
from dataclasses import dataclass

from regions.clusters.options import Options
from regions.domain import manifest as m
from regions.kube import kubeconfig
from regions.kube.client import Client
from regions.kube.errors import KubeError

PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What answered. `trouble` is why nothing did, `uid` names the cluster itself whatever its address."""

    version: str = ""
    uid: str = ""
    admin: bool | None = None  # whether this kubeconfig may do everything there, as k0rdent needs; None: not said
    trouble: str = ""


def probe(text: str) -> Probe:
    """Ask the cluster that this kubeconfig leads to. Raises nothing; no text here has anything of the kubeconfig."""
    return asyncio.run(_probe(text))


async def _probe(text: str) -> Probe:
    try:
        endpoint = kubeconfig.parse(text)
        async with Client(endpoint, allow_loopback=Options.from_settings().allow_loopback) as client:
            version = await client.server_version(deadline=PATIENCE)
            uid, admin = "", None
            try:
                home = await client.get("/api/v1/namespaces/kube-system", deadline=PATIENCE)
                uid = m.text(m.part(home, "metadata", "uid"))
                admin = await _admin(client)
            except KubeError:
                admin = False if not uid else None
            return Probe(version, uid, admin)
    except KubeError as error:
        return Probe(trouble=error.message)


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
