"""Draws the plan of a fleet from a seed: which regions, credentials and deployments there are, and how they do."""

import random
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml

from dashboard.demo.charts import Chart, charts
from dashboard.demo.crds import DATA
from dashboard.demo.fleet import enrol
from dashboard.demo.fleet.model import SYSTEM, Deployment, Fleet, Login, Place, Size, Step

Manifest = dict[str, Any]
_CHARTS = {
    "aws": ("aws-standalone-cp", "aws-standalone-cp", "aws-standalone-cp", "aws-eks"),
    "azure": ("azure-standalone-cp", "azure-standalone-cp", "azure-aks"),
    "gcp": ("gcp-standalone-cp", "gcp-standalone-cp", "gcp-gke"),
    "openstack": ("openstack-standalone-cp",),
}
_IDENTITIES = {
    "aws": "AWSClusterStaticIdentity",
    "azure": "AzureClusterIdentity",
    "vsphere": "VSphereClusterIdentity",
}
# What the first deployments of a fleet are up to, so that every picture has some of each.
_STORIES: tuple[tuple[str, Step, str], ...] = (
    ("quota", Step.CONTROLLED, "quota"),
    ("image", Step.NETWORKED, "image"),
    ("rejected", Step.INSTALLED, "rejected"),
    ("values", Step.OBSERVED, "values"),
    ("unhealthy", Step.READY, "unhealthy"),
    ("services", Step.POPULATED, "services"),
    ("configmap", Step.READY, "configmap"),
    ("coming", Step.CONTROLLED, ""),
    ("coming", Step.INSTALLED, ""),
    ("coming", Step.POPULATED, ""),
    ("dry-run", Step.VALIDATED, ""),
    ("deleting", Step.READY, ""),
)


# Since when, in minutes: what is wrong for longer than half an hour has failed.
_AGES = {"quota": (8, 20), "image": (41, 55), "rejected": (64, 110), "values": (70, 200), "deleting": (6, 15)}


@cache
def company() -> Manifest:
    data: dict[str, Any] = yaml.safe_load((DATA / "company.yaml").read_text())
    return data


def draw(seed: int, now: datetime, size: Size | None = None) -> Fleet:
    """The same plan for the same seed, size and time."""
    size = size or Size()
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    now = now.replace(microsecond=0)
    places = _places(dice, now, size.regions)
    logins = _logins(places, now)
    fleet = Fleet(seed, now, places, logins, [])
    standing = _standing(fleet)[: size.deployments]
    stores = enrol.stores(fleet, config_of)[: size.deployments // 8]
    standing = [*standing, *stores][: size.deployments]
    fleet.deployments = [*standing, *_drawn(dice, fleet, size, size.deployments - len(standing))]
    enrol.enrol(fleet)
    return fleet


def _places(dice: random.Random, now: datetime, count: int) -> list[Place]:
    found = []
    for each in company()["places"][:count]:
        created = now - timedelta(days=each["days"], minutes=dice.randrange(1440))
        clouds = (each["cloud"], *each.get("extra", []))
        found.append(
            Place(
                each["name"],
                each["cloud"],
                each["where"],
                tuple(each["zones"]),
                each["by"],
                created,
                clouds,
                each.get("story", ""),
                each.get("location", ""),
            )
        )
    pool = [(more["cloud"], where) for more in company()["more"] for where in more["where"]]
    for number in range(len(found), count):
        cloud, where = pool[number % len(pool)]
        serial = number // len(pool) + 1
        name = f"{where}-{serial}"[:21] if serial > 1 else where[:21]
        created = now - timedelta(days=dice.randrange(20, 300), minutes=dice.randrange(1440))
        zones = (f"{where}a", f"{where}b", f"{where}c")
        found.append(Place(name, cloud, where, zones, "kubeConfig", created, (cloud,)))
    return found


def _logins(places: list[Place], now: datetime) -> list[Login]:
    """One credential a region in the system namespace, distributed to every team; and those of management."""
    teams = tuple(company()["teams"])
    found = []
    for place in places:
        kind = _IDENTITIES.get(place.cloud, "Secret")
        if place.name == "us-east":
            kind = "AWSClusterRoleIdentity"
        about = f"{_TITLES[place.cloud]}, {place.where}"
        created = place.created_at + timedelta(hours=3)
        found.append(
            Login(
                f"{place.cloud}-{place.name}",
                place.cloud,
                kind,
                place.name,
                about,
                (SYSTEM, *teams),
                created,
            )
        )
        if place.name == "eu-north":
            aks = "Azure AKS, subscription retail"
            found.append(Login("aks-eu-north", "azure", "Secret", place.name, aks, (SYSTEM, "data", "search"), created))
            old = "Azure subscription of the former data team"
            found.append(Login("azure-legacy", "azure", kind, place.name, old, ("data",), created, broken=True))
    here = now - timedelta(days=240)
    for name, cloud, kind, about in (
        ("vsphere-hq", "vsphere", "VSphereClusterIdentity", "vCenter of the head office"),
        ("kubevirt-lab", "kubevirt", "Secret", "Virtual machines in the lab"),
        ("docker-dev", "docker", "Secret", "Containers, for trying things out"),
        ("legacy-shop", "adopted", "Secret", "Kubeconfig of the old shop cluster"),
        ("rack7-ssh", "remote", "Secret", "SSH key of rack 7"),
        ("aws-sandbox", "aws", "AWSClusterControllerIdentity", "AWS sandbox account, by the role of the controller"),
    ):
        found.append(Login(name, cloud, kind, "", about, (SYSTEM,), here))
    return found


_TITLES = {
    "aws": "AWS account 1111-2222-3333",
    "azure": "Azure subscription platform",
    "gcp": "GCP project shop-platform",
    "openstack": "OpenStack project shop",
}


def _standing(fleet: Fleet) -> list[Deployment]:
    """What every fleet has on management: the cluster that is region us-east, and the oddities."""

    def plan(name: str, chart: str, credential: str, days: int, **more: Any) -> Deployment:
        found = charts()[chart]
        created = fleet.now - timedelta(days=days, minutes=37)
        cp, workers = more.pop("cp", 3), more.pop("workers", 2)
        where = more.pop("where", "eu-west-1")
        place = Place("", found.cloud, where, (f"{where}a", f"{where}b"), "", created, (found.cloud,))
        return Deployment(
            SYSTEM,
            name,
            place,
            found.template(),
            credential,
            config_of(found, place, cp, workers, 0),
            cp,
            workers,
            created,
            labels={"team": "platform", "stage": "prod"},
            **more,
        )

    found = []
    own = next((place for place in fleet.places if place.by == "clusterDeployment"), None)
    if own:
        found.append(plan("us-east-cluster", "aws-standalone-cp", "aws-sandbox", 188, workers=4, where=own.where))
    return [
        *found,
        plan("legacy-shop", "adopted-cluster", "legacy-shop", 120, cp=0, workers=0),
        plan("rack7", "remote-cluster", "rack7-ssh", 77, cp=1, workers=3),
        plan("hq-office", "vsphere-standalone-cp", "vsphere-hq", 151),
        plan("lab", "kubevirt-standalone-cp", "kubevirt-lab", 44),
        plan("try-it", "docker-hosted-cp", "docker-dev", 3, cp=1, workers=1),
    ]


def _drawn(dice: random.Random, fleet: Fleet, size: Size, wanted: int) -> list[Deployment]:
    teams, stages = company()["teams"], company()["stages"]
    names: set[str] = set()
    found: list[Deployment] = []
    stories = list(_STORIES)
    usual = [place for place in fleet.places if place.story != "trouble"] or fleet.places
    many = wanted > 200
    eligible, every = 0, max(1, min(3, wanted // 2 // len(_STORIES)))
    workers = max(1, size.machines // max(1, size.deployments) - 1) if size.machines else 0
    while len(found) < wanted:
        team = dice.choice(list(teams))
        app, stage = dice.choice(teams[team]["apps"]), dice.choice(stages)
        name = f"{app}-{stage}"
        while f"{team}/{name}" in names:
            name = f"{app}-{stage}-{dice.randrange(2, 9999 if many else 40)}"
        names.add(f"{team}/{name}")
        place = usual[len(found) % len(usual)] if dice.random() < 0.9 else dice.choice(fleet.places)
        each = _deployment(dice, fleet, place, team, name, stage, workers)
        eligible += place.story == ""
        if stories and place.story == "" and eligible % every == 0:
            _tell(dice, fleet, each, stories.pop(0))
        elif many and place.story == "" and dice.random() < 0.03:
            _tell(dice, fleet, each, dice.choice(_STORIES))
        found.append(each)
    return found


def _deployment(
    dice: random.Random, fleet: Fleet, place: Place, team: str, name: str, stage: str, workers: int
) -> Deployment:
    chart = charts()[dice.choice(_CHARTS[place.cloud])]
    version = chart.versions[-1] if dice.random() < 0.6 else dice.choice(chart.versions)
    cp = 0 if chart.managed else (3 if stage == "prod" else 1)
    count = workers or (dice.randrange(3, 8) if stage == "prod" else dice.randrange(1, 4))
    aks = chart.name == "azure-aks" and team in ("data", "search")
    oldest = max(1, (fleet.now - place.created_at).days - 2)
    created = fleet.now - timedelta(days=dice.randrange(1, oldest + 1), minutes=dice.randrange(1440))
    labels = {"team": team, "stage": stage, "cost-center": company()["teams"][team]["cost"]}
    owned: dict[str, str] = {}
    if dice.random() < 0.2:
        labels["kustomize.toolkit.fluxcd.io/name"] = f"{team}-clusters"
        labels["kustomize.toolkit.fluxcd.io/namespace"] = "flux-system"
    elif dice.random() < 0.1:
        tracking = f"{team}-clusters:k0rdent.mirantis.com/ClusterDeployment:{team}/{name}"
        owned["argocd.argoproj.io/tracking-id"] = tracking
    offered = company()["services"]
    chosen = dice.sample(offered, k=dice.randrange(1, 4)) if dice.random() < 0.7 else []
    services = tuple(
        (each["name"], each["namespace"], f"{each['name']}-{each['versions'][-1].replace('.', '-')}") for each in chosen
    )
    config = config_of(chart, place, cp, count, dice.randrange(100))
    credential = "aks-eu-north" if aks and place.name == "eu-north" else f"{place.cloud}-{place.name}"
    return Deployment(
        team,
        name,
        place,
        chart.template(version),
        credential,
        config,
        cp,
        count,
        created,
        labels=labels,
        annotations=owned,
        services=services,
    )


def _tell(dice: random.Random, fleet: Fleet, each: Deployment, story: tuple[str, Step, str]) -> None:
    """Let this deployment be in the middle of a story."""
    kind, each.step, each.trouble = story
    least, most = _AGES.get(each.trouble or kind, (3, 22))
    ago = timedelta(minutes=dice.randrange(least, most))
    if each.template.startswith(("aws-eks", "azure-aks", "gcp-gke")):  # stories are told of machines
        chart = charts()[f"{each.place.cloud}-standalone-cp"]
        each.template, each.control_planes = chart.template(), 1
        each.config = config_of(chart, each.place, 1, each.workers, 1)
        each.credential = f"{each.place.cloud}-{each.place.name}"
    if kind == "deleting":
        each.deleting_at = fleet.now - ago
        return
    each.since = fleet.now - ago
    if each.step < Step.READY:
        each.created_at = each.since - timedelta(minutes=int(each.step) + 2)
    each.dry_run = kind == "dry-run"
    if each.trouble == "services":
        names = (("kyverno", "kyverno-3-5-2"), ("cert-manager", "cert-manager-1-19-1"))
        each.services = tuple((name, name, template) for name, template in names)
    if each.trouble == "values":
        each.config = each.config | {"workersNumber": str(each.workers)}


def config_of(chart: Chart, place: Place, cp: int, workers: int, pick: int) -> Manifest:
    """What somebody fills in for this chart in this place: only what differs from the defaults."""
    types: Manifest
    sizes = company()["instances"][chart.cloud]
    control, worker = sizes["control"], sizes["worker"][pick % len(sizes["worker"])]
    numbers = {"controlPlaneNumber": cp, "workersNumber": workers}
    match chart.name:
        case "aws-standalone-cp":
            types = {"controlPlane": {"instanceType": control, "rootVolumeSize": 32}}
            types["worker"] = {"instanceType": worker, "rootVolumeSize": 80}
            return {"region": place.where} | numbers | types
        case "aws-eks":
            return {"region": place.where, "workersNumber": workers, "worker": {"instanceType": worker}}
        case "azure-standalone-cp":
            types = {"controlPlane": {"vmSize": control}, "worker": {"vmSize": worker}}
            return {"location": place.where, "subscriptionID": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"} | numbers | types
        case "azure-aks":
            pools = {"system": {"vmSize": control, "count": 2}, "user": {"vmSize": worker, "count": workers}}
            return {"location": place.where, "machinePools": pools}
        case "gcp-standalone-cp":
            image = "projects/shop-platform/global/images/k0s-node"
            types = {"controlPlane": {"instanceType": control, "image": image}}
            types["worker"] = {"instanceType": worker, "image": image}
            return {"project": "shop-platform", "region": place.where} | numbers | types
        case "gcp-gke":
            types = {"machines": {"instanceType": worker}}
            return {"project": "shop-platform", "region": place.where, "workersNumber": workers} | types
        case "openstack-standalone-cp":
            node = {"filter": {"name": "ubuntu-24.04-k0s"}}
            identity = {"cloudName": "openstack", "region": place.where}
            network = {"filter": {"name": "public"}}
            types = {
                "controlPlane": {"flavor": control, "image": node},
                "worker": {"flavor": worker, "image": node},
            }
            return {"identityRef": identity, "externalNetwork": network} | numbers | types
        case "remote-cluster":
            racks = [{"address": f"192.0.2.{10 + n}", "user": "ops", "name": f"rack7-{n}"} for n in range(workers)]
            return {"controlPlaneNumber": cp, "machines": racks}
        case "adopted-cluster":
            return {"consecutiveFailureThreshold": 5}
        case "docker-hosted-cp":
            return {"workersNumber": workers}
    return dict(numbers)
