"""For whom Pane writes to a region with its own account."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from deployments.domain.manifests import API, Planned
from deployments.submissions.rights import account
from regions.domain.refs import MANAGEMENT, Ref
from regions.domain.viewer import Viewer
from regions.kube.errors import Refused

OWN = Ref(MANAGEMENT, "k0rdent.mirantis.com", "Credential", "team", "mine")


def secret(namespace: str, verb: str, cluster: str = "eu") -> Planned:
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": namespace}}
    return Planned(cluster, manifest, "why", verb=verb, uid="u", serves=OWN)


class Clusters:
    """Management, where somebody may do this and nothing else."""

    def __init__(self, *may: tuple[str, str, str]) -> None:
        self.may = may
        self.asked: list[tuple[str, str, str]] = []

    async def client(self, name: str) -> Any:
        assert name == MANAGEMENT
        return self

    async def discover(self, age: float) -> Any:
        return SimpleNamespace(find=lambda group, kind: SimpleNamespace(plural=f"{kind.lower()}s"))

    async def review(self, attributes: dict[str, str], person: Any) -> Any:
        self.asked.append((attributes["verb"], attributes["resource"], attributes["namespace"]))
        return SimpleNamespace(allowed=self.asked[-1] in self.may, reason="")


def asked(clusters: Clusters, *planned: Planned) -> Any:
    return asyncio.run(account(clusters, "eu", planned, Viewer("eve")))  # type: ignore[arg-type]


def test_who_may_change_a_credential_changes_its_secret_beside_it():
    assert asked(Clusters(("patch", "credentials", "team")), secret("team", "patch")) is None


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_a_credential_that_names_a_secret_elsewhere_is_no_right_to_it(verb: str):
    clusters = Clusters(("patch", "credentials", "team"))
    with pytest.raises(Refused, match=f"{verb} Secrets of kube-system in eu"):
        asked(clusters, secret("kube-system", verb))
    assert asked(Clusters(*clusters.may, (verb, "secrets", "kube-system")), secret("kube-system", verb)) is None


def test_the_same_when_the_credential_goes_with_what_it_leaves():
    own = {"apiVersion": API, "kind": "Credential", "metadata": {"name": "mine", "namespace": "team"}}
    left = secret("kube-system", "delete")
    planned = (
        Planned(MANAGEMENT, own, "why", verb="delete", uid="u"),
        Planned("eu", left.manifest, "why", verb="delete", uid="u"),
    )
    with pytest.raises(Refused, match="kube-system"):
        asked(Clusters(("delete", "credentials", "team")), *planned)
