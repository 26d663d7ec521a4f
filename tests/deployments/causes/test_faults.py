"""Every fault that we know has the right culprit and advice, whether asked one by one or as a list does."""

import pytest
from django.utils import timezone

from deployments.causes.reads import CauseChain, causes, sentences
from regions.domain.viewer import Viewer
from regions.inventory.rows import row_of
from regions.inventory.visibility import look
from regions.models import Resource
from tests.demo.test_fleet import faults, real_schemas
from tests.deployments.causes.fixtures import NAMES, NOON, fixture
from tests.deployments.causes.recorded import record

ADA = Viewer("ada")
MOST_QUERIES = 18


def blamed(chain: CauseChain) -> str | None:
    """The culprit as the fixtures say it."""
    if chain.culprit is None:
        return None
    target = chain.culprit.target
    return f"{target.kind} {target.label} in {target.cluster}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_it_is_blamed_on_the_right_object(name: str, monkeypatch, django_assert_max_num_queries):
    case = fixture(name)
    asked, answer = case["asked"], case["answer"]
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    record(case["clusters"], NOON, links=case["links"])
    with django_assert_max_num_queries(MOST_QUERIES):
        chain = causes(asked["kind"], asked["namespace"], asked["name"], viewer=ADA)
    assert (chain.key, blamed(chain)) == (answer["cause"], answer["culprit"]), f"{chain.sentence}: {chain.said}"
    assert answer["advice"] in chain.advice
    assert chain.heard is answer.get("heard", True)
    if also := answer.get("also"):
        assert any(also in other.sentence for other in chain.others), chain.others
    for words in (chain.sentence, chain.advice, chain.said):
        assert not any(artefact in words for artefact in ("%!", "{", "RequestID")), words
    if asked["kind"] == "ClusterDeployment" and answer.get("listed", True):
        row = Resource.objects.get(kind="ClusterDeployment")
        listed = sentences([row_of(row, look())], viewer=ADA)
        expected = {} if chain.culprit is None or not chain.heard else {row.deployment: chain.sentence}
        assert listed == expected


def test_every_fixture_is_as_a_cluster_would_hold_it():
    real, checked = real_schemas(), 0
    for name in NAMES:
        for objects in fixture(name)["clusters"].values():
            for manifest in objects:
                if against := real.get((manifest["apiVersion"], manifest["kind"])):
                    checked += 1
                    assert faults(manifest, against) == [], (name, manifest["kind"], manifest["metadata"]["name"])
    assert checked > 300
