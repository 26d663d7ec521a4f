"""What is looked at of the place where a deployment is to run, and what cannot be."""

from dataclasses import replace

from deployments.domain.checks import CheckState, Destination, checks
from tests.deployments.domain.worlds import SYSTEM, deployment, world

KNOWN = Destination(
    True, proven=True, proof_said="shown", leftovers={"Cluster": False, "HelmRelease": False}, load="80 %"
)
UNKNOWN = Destination(None)


def states(ground: Destination, **differently: object) -> dict[str, CheckState]:
    return {one.what: one.state for one in checks(deployment(), world(**differently), ground)}


def test_where_all_is_well_only_the_cloud_is_not_known():
    assert states(KNOWN) == {
        "Reachable": "good",
        "Provider": "good",
        "Namespace": "good",
        "Credential": "good",
        "Name": "good",
        "Capacity": "open",
    }


def test_what_is_not_known_is_open_and_never_good():
    found = states(UNKNOWN, interfaces={"fra1": None}, namespaces={"fra1": None})
    assert set(found.values()) == {CheckState.OPEN}


def test_what_is_wrong_is_bad():
    ground = replace(KNOWN, heard=False, proven=False, leftovers={"Cluster": True, "HelmRelease": True})
    found = states(ground, interfaces={"fra1": {}}, namespaces={"fra1": frozenset()})
    assert {name for name, state in found.items() if state is CheckState.BAD} == {
        "Reachable",
        "Provider",
        "Namespace",
        "Credential",
        "Name",
    }
    said = {one.what: one.sentence for one in checks(deployment(), world(), ground)}
    assert said["Name"] == "A Cluster and a HelmRelease shop is there already, of something else."
    assert SYSTEM in said["Namespace"]
