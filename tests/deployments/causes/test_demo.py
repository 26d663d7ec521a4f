"""Every trouble that the demo tells is answered by what is to blame."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dashboard.demo.fleet import build
from dashboard.demo.fleet.model import Deployment, Fleet, Size, Step
from dashboard.demo.fleet.plan import draw
from dashboard.demo.fleet.wording import troubles
from deployments.causes.reads import causes, sentences, shared_causes
from regions.domain.viewer import Viewer
from regions.inventory.rows import row_of
from regions.inventory.visibility import look
from regions.models import Resource
from tests.deployments.causes.recorded import record

ADA = Viewer("ada")
BLAMED = {
    "quota": ("quota", "Machine"),
    "image": ("image", "Machine"),
    "rejected": ("authentication", "Credential"),
    "values": ("config", "ClusterDeployment"),
    "unhealthy": ("node", "Machine"),
    "services": ("service-timeout", "ClusterSummary"),
    "configmap": ("resource-template", "ConfigMap"),
    "silent": ("unreachable", "Region"),
}
"""By trouble: the cause, and the kind of the culprit (how it ends)."""

STANDALONE = ("aws-standalone-cp", "azure-standalone-cp", "gcp-standalone-cp", "openstack-standalone-cp")


def told(now: datetime) -> tuple[Fleet, dict[str, list[Deployment]]]:
    """A fleet in which every trouble happens, in every cloud that there is a deployment for."""
    fleet = draw(7, now, Size(regions=6, deployments=70))
    usual = [
        one
        for one in fleet.deployments
        if one.template.startswith(STANDALONE) and one.place.name and one.place.story == "" and one.workers > 1
    ]
    for one in fleet.deployments:
        one.trouble, one.step, one.deleting_at, one.dry_run = "", Step.READY, None, False
    found: dict[str, list[Deployment]] = {}
    for number, name in enumerate(sorted(troubles()) * 2):
        one = usual[number]
        one.trouble, one.step, one.since = name, Step(troubles()[name]["step"]), now - timedelta(minutes=9)
        one.created_at = one.since - timedelta(minutes=10)
        if name == "services":
            one.services = (("kyverno", "kyverno", "kyverno-3-5-2"),)
        found.setdefault(name, []).append(one)
    return fleet, found


@pytest.mark.django_db
def test_every_trouble_of_the_demo_has_its_culprit():
    now = timezone.now()
    fleet, troubled = told(now)
    places = {"~management": build.management(fleet, lambda place: "")}
    places |= {place.name: build.region(fleet, place) for place in fleet.places}
    record(places, now)
    sight = look()
    for name, deployments in troubled.items():
        key, kind = BLAMED[name]
        for one in deployments:
            chain = causes("ClusterDeployment", one.namespace, one.name, viewer=ADA)
            assert chain.culprit, f"{name}, {one.key}: nothing to blame, but {chain.sentence}"
            assert chain.key == key, f"{name}, {one.key}: {chain.key}, {chain.sentence}: {chain.said}"
            assert chain.culprit.target.kind.endswith(kind), f"{name}, {one.key}: {chain.culprit}"
            row = Resource.objects.get(kind="ClusterDeployment", namespace=one.namespace, name=one.name)
            if name != "configmap":  # k0rdent calls that one Ready
                assert sentences([row_of(row, sight)], viewer=ADA)[one.key] == chain.sentence
    well = [one for one in fleet.deployments if not one.trouble and one.place.story == "" and one.step is Step.READY]
    for one in well[:10]:
        chain = causes("ClusterDeployment", one.namespace, one.name, viewer=ADA)
        assert chain.culprit is None, f"{one.key} is well, but {chain.sentence}: {chain.said}"
    shared = {(one.kind, one.what.kind) for one in shared_causes(viewer=ADA)}
    places = [one.place.name for one in troubled["rejected"]]
    wanted = {("authentication", "Credential")} if len(set(places)) < len(places) else set()
    assert shared >= wanted
