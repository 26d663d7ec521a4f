"""What kubectl counts and what Pane's lists count, over random sets of objects on real API servers.

Each set is what a few random steps leave behind: objects made, altered, deleted, of equal names in several regions, and
a Region that is another one's server. A dozen sets in the usual run, 500 with PANE_TEST_LONG=1; PANE_TEST_SEED is
printed when it fails.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from deployments.clusterdeployments.detail import get_deployment
from deployments.clusterdeployments.filters import DeploymentFilters
from deployments.clusterdeployments.listing import list_deployments
from regions import inventory
from regions.domain.refs import MANAGEMENT
from regions.domain.viewer import Viewer
from regions.models import Resource
from tests.real.watching import Watching
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import SYSTEM_NAMESPACE, Rig
from tests.rig.length import times

pytestmark = [pytest.mark.real, pytest.mark.timeout(7200)]

SETS = times(12, 500)
SEED = int(os.environ.get("PANE_TEST_SEED", "11"))
ADA = {"viewer": Viewer("ada")}
PLACES = ("fra1", "dc-lund")
TWIN = "fra1-again"  # the same server as fra1
TEAMS = ("team-a", "team-b", "team-c")
NAMES = ("shop", "ledger", "lake")
GROUPS = {
    "ClusterDeployment": "k0rdent.mirantis.com/v1beta1",
    "Credential": "k0rdent.mirantis.com/v1beta1",
    "ClusterTemplate": "k0rdent.mirantis.com/v1beta1",
    "MultiClusterService": "k0rdent.mirantis.com/v1beta1",
    "Cluster": "cluster.x-k8s.io/v1beta2",
    "Machine": "cluster.x-k8s.io/v1beta2",
    "MachineDeployment": "cluster.x-k8s.io/v1beta2",
}
RESOURCES = {
    "ClusterDeployment": "clusterdeployments.k0rdent.mirantis.com",
    "Credential": "credentials.k0rdent.mirantis.com",
    "ClusterTemplate": "clustertemplates.k0rdent.mirantis.com",
    "MultiClusterService": "multiclusterservices.k0rdent.mirantis.com",
    "Cluster": "clusters.cluster.x-k8s.io",
    "Machine": "machines.cluster.x-k8s.io",
    "MachineDeployment": "machinedeployments.cluster.x-k8s.io",
}
OURS = ("ClusterDeployment", "Credential", "ClusterTemplate", "MultiClusterService")
CAPI = ("Cluster", "Machine", "MachineDeployment")


def thing(kind: str, namespace: str, name: str, spec: dict, labels: dict | None = None) -> dict:
    meta: dict[str, Any] = {"name": name, "labels": labels or {}}
    meta |= {"namespace": namespace} if namespace else {}
    return {"apiVersion": GROUPS[kind], "kind": kind, "metadata": meta, "spec": spec}


class Fleet:
    """Random objects on real servers, and what kubectl then says of them."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.dice = random.Random(seed)
        self.servers: dict[str, ApiServer] = {MANAGEMENT: rig.management, **rig.regions}
        for team in TEAMS:
            for server in self.servers.values():
                server.create_namespace(team)
        for place in (*PLACES, ""):
            for team in TEAMS:
                identity = {"kind": "AWSClusterStaticIdentity", "name": "one"}
                spec = {"identityRef": identity} | ({"region": place} if place else {})
                rig.management.apply(yaml.safe_dump(thing("Credential", team, f"aws-{place or 'here'}", spec)))

    def step(self) -> None:
        """One to twelve objects made, altered or deleted, on any cluster."""
        made: dict[str, list[dict]] = {}
        for _ in range(self.dice.randint(1, 12)):
            place = self.dice.choice([MANAGEMENT, *PLACES])
            kind = self.dice.choice((*OURS, *CAPI) if place == MANAGEMENT else CAPI)
            team, name = self.dice.choice(TEAMS), self.dice.choice(NAMES)
            if self.dice.random() < 0.3:
                self._delete(place, kind, team)
                continue
            one = self._make(kind, team, name)
            held = [other for other in made.get(place, []) if other["metadata"] != one["metadata"]]
            made[place] = [*held, one]
        for place, objects in made.items():
            self.servers[place].kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects))
            for one in objects:
                if one["kind"] == "ClusterDeployment":
                    self._tell(one)

    def _make(self, kind: str, team: str, name: str) -> dict:
        labels = {"cluster.x-k8s.io/cluster-name": name, "turn": str(self.dice.randint(0, 9))}
        if kind == "ClusterDeployment":
            place = self.dice.choice([*PLACES, "here"])
            template = f"aws-standalone-cp-1-0-{self.dice.randint(40, 43)}"
            spec = {"template": template, "credential": f"aws-{place}", "config": {}}
            return thing(kind, team, name, spec, {"turn": labels["turn"]})
        if kind == "Credential":
            spec = {"identityRef": {"kind": "AWSClusterStaticIdentity", "name": "one"}}
            region = self.dice.choice(["", *PLACES])
            return thing(kind, team, f"own-{name}-{region or 'here'}", spec | ({"region": region} if region else {}))
        if kind == "ClusterTemplate":
            return thing(kind, team, f"aws-{name}-{self.dice.randint(1, 5)}", {"helm": {"chartSpec": _CHART}})
        if kind == "MultiClusterService":
            return thing(kind, "", f"{team}-{name}", {"clusterSelector": {"matchLabels": {"team": team}}})
        if kind == "Cluster":
            return thing(kind, team, name, {"controlPlaneEndpoint": {"host": "10.0.0.1", "port": 6443}}, labels)
        spec: dict[str, Any] = {"clusterName": name}
        machine = {
            "clusterName": name,
            "bootstrap": {"dataSecretName": "boot"},
            "infrastructureRef": {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "AWSMachine", "name": "one"},
        }
        if kind == "Machine":
            return thing(kind, team, f"{name}-{self.dice.randint(1, 9)}", machine, labels)
        match = {"cluster.x-k8s.io/cluster-name": name}
        spec |= {"replicas": 1, "selector": {"matchLabels": match}}
        spec["template"] = {"metadata": {"labels": match}, "spec": machine}
        return thing(kind, team, f"{name}-md", spec, labels)

    def _tell(self, one: dict) -> None:
        """k0rdent says where it runs, or has not yet."""
        region = one["spec"]["credential"].removeprefix("aws-")
        status = {"region": region} if region != "here" and self.dice.random() < 0.8 else {}
        ready = self.dice.choice(["True", "False", "Unknown"])
        condition = {"type": "Ready", "status": ready, "reason": "Progressing", "message": f"turn {self.dice.random()}",
                     "lastTransitionTime": "2026-11-30T08:00:00Z"}  # fmt: skip
        self.servers[MANAGEMENT].patch_status(
            RESOURCES["ClusterDeployment"], one["metadata"]["name"], one["metadata"]["namespace"],
            {"conditions": [condition], "region": status.get("region")},
        )  # fmt: skip

    def _delete(self, place: str, kind: str, team: str) -> None:
        if kind in ("Credential", "MultiClusterService"):
            return
        flags = ["--ignore-not-found", "--wait=false", "-n", team]
        self.servers[place].kubectl("delete", RESOURCES[kind], self.dice.choice(NAMES), *flags)

    def counted(self) -> dict[str, list[dict]]:
        """By cluster, all objects as kubectl gets them."""
        return {name: list(self._get(name)) for name in self.servers}

    def _get(self, name: str) -> Iterator[dict]:
        kinds = (*OURS, *CAPI) if name == MANAGEMENT else CAPI
        names = ",".join(RESOURCES[kind] for kind in kinds)
        yield from json.loads(self.servers[name].kubectl("get", names, "-A", "-o", "json"))["items"]


_CHART = {
    "chart": "aws",
    "version": "1.0.0",
    "interval": "10m0s",
    "sourceRef": {"kind": "HelmRepository", "name": "one"},
}


def held(cluster: str) -> set[tuple[str, str, str, str]]:
    rows = Resource.objects.filter(cluster=cluster, kind__in=RESOURCES)
    return set(rows.values_list("kind", "namespace", "name", "resource_version"))


def versions(objects: list[dict]) -> set[tuple[str, str, str, str]]:
    return {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"],
             one["metadata"]["resourceVersion"]) for one in objects}  # fmt: skip


def of(objects: list[dict], kind: str) -> list[dict]:
    return [one for one in objects if one["kind"] == kind]


def place_of(deployment: dict, credentials: dict[tuple[str, str], dict]) -> str:
    """Where it runs: what k0rdent says, else what its Credential says (kcm.md 2.2)."""
    said = deployment.get("status", {}).get("region")
    own = credentials.get((deployment["metadata"]["namespace"], deployment["spec"]["credential"]), {})
    return said or own.get("spec", {}).get("region") or MANAGEMENT


def compare(there: dict[str, list[dict]], client: Client) -> None:
    """Every list, page and answer counts what kubectl counts."""
    here = there[MANAGEMENT]
    deployments = of(here, "ClusterDeployment")
    credentials = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in of(here, "Credential")}
    places = {
        (one["metadata"]["namespace"], one["metadata"]["name"]): place_of(one, credentials) for one in deployments
    }
    listing = list_deployments(DeploymentFilters(), **ADA)
    assert (listing.page.total, sum(listing.by_health.values())) == (len(deployments), len(deployments))
    theirs = {
        "region": Counter(places.values()),
        "namespace": Counter(one["metadata"]["namespace"] for one in deployments),
        "template": Counter(one["spec"]["template"] for one in deployments),
        "credential": Counter(f"{one['metadata']['namespace']}/{one['spec']['credential']}" for one in deployments),
    }
    ours = {facet.name: Counter({option.value: option.count for option in facet.options}) for facet in listing.facets}
    for name, counts in theirs.items():
        assert +ours[name] == +counts, name
    for region in {*places.values()}:
        chosen = list_deployments(DeploymentFilters(region=(region,)), **ADA)
        assert chosen.page.total == theirs["region"][region], region
    for (namespace, name), place in places.items():
        parts = [one for one in of(there[place], "Machine") if one["metadata"]["namespace"] == namespace
                 and one["spec"]["clusterName"] == name]  # fmt: skip
        found = get_deployment(namespace, name, **ADA)
        assert found.machines_total == len(parts), f"{namespace}/{name} in {place}"
        assert (found.cluster is not None) == any(
            (one["metadata"]["namespace"], one["metadata"]["name"]) == (namespace, name)
            for one in of(there[place], "Cluster")
        ), f"{namespace}/{name} in {place}"
    for card in inventory.list_regions(**ADA):
        if card.is_management:
            continue
        assert card.deployments.total == theirs["region"][card.name], card.name
        page = inventory.get_region(card.name, **ADA)
        server = "fra1" if card.name == TWIN else card.name
        assert {one.kind: one.counts.total for one in page.capi} == dict(
            Counter(one["kind"] for one in there[server])
        ), card.name
        in_region = [one for one in credentials.values() if one["spec"].get("region") == card.name]
        assert len(page.credentials) == len(in_region), card.name
    for path, kind in (("deployments", "ClusterDeployment"), ("credentials", "Credential"),
                       ("templates", "ClusterTemplate"), ("services", "MultiClusterService")):  # fmt: skip
        assert client.get(f"/api/v1/{path}/").json()["count"] == len(of(here, kind)), path


def test_lists_count_what_kubectl_counts(fresh_fleet: Rig, watching: Watching, client: Client):
    for place in PLACES:
        fresh_fleet.register(place)
    named = {"name": f"{TWIN}-kubeconfig", "namespace": SYSTEM_NAMESPACE}
    value = fresh_fleet.regions["fra1"].kubeconfig()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": named, "stringData": {"value": value}}
    again = {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "Region",
        "metadata": {"name": TWIN},
        "spec": {"kubeConfig": {"name": f"{TWIN}-kubeconfig", "key": "value"}},
    }
    fresh_fleet.management.apply(yaml.safe_dump_all([secret, again]))
    fleet = Fleet(fresh_fleet, SEED)
    watching.start()
    watching.until_synced(MANAGEMENT, *PLACES, TWIN)
    client.force_login(User.objects.create_user("ada"))
    for number in range(SETS):
        fleet.step()
        there = fleet.counted()
        for name, objects in {**there, TWIN: there["fra1"]}.items():
            wanted = versions(objects)
            watching.until(f"{name} is as kubectl gets it (set {number})", lambda n=name, w=wanted: held(n) == w, 60)
        try:
            compare(there, client)
        except AssertionError as error:
            raise AssertionError(f"set {number} of PANE_TEST_SEED={SEED}: {error}") from error
    print(f"\n{SETS} sets of objects (PANE_TEST_SEED={SEED}): every list counted what kubectl counted")
