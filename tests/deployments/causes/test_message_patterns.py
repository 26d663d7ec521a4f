"""Messages of controllers, and what they give away; and their words, made fit to be read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regions.domain.causes import Evidence, Thing, explain
from regions.domain.causes.message_patterns import TABLE, recognise, rejected
from regions.domain.causes.texts import clause, clean
from regions.domain.health_scale import Health
from regions.domain.refs import Ref

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("RequestLimitExceeded: Request limit exceeded.", "throttled"),
        ("AddressLimitExceeded: The maximum number of addresses has been reached.", "quota"),
        ("googleapi: Error 403: Quota 'N2_CPUS' exceeded. Limit: 72.0 in region asia-east1., quotaExceeded", "quota"),
        ("googleapi: Error 403: Required 'compute.instances.create' permission, forbidden", "permission"),
        ("googleapi: Error 401: Request had invalid authentication credentials", "authentication"),
        (
            "OperationNotAllowed: Operation could not be completed as it results in exceeding approved Cores quota",
            "quota",
        ),
        ("AADSTS7000215: Invalid client secret provided", "authentication"),
        ("The platform image 'cncf-upstream:capi:x:1' is not available: ImageNotFound", "image"),
        ("unable to find VM template by name 'ubuntu-2404'", "image"),
        ("error creating Openstack instance: no images were found with the given image filter: name=x", "image"),
        ("flavor m1.huge could not be found", "machine-type"),
        ("No valid host was found. There are not enough hosts available.", "capacity"),
        ("InvalidKeyPair.NotFound: The key pair 'ops' does not exist", "key-pair"),
        ("InsufficientFreeAddressesInSubnet: There are not enough free addresses in subnet 'subnet-1'", "network"),
        ("ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]", "authentication"),
    ],
)
def test_what_a_cloud_says_is_recognised(said, cause):
    found = recognise(said, "AWSMachine")
    assert found, said
    assert found[0].key == cause


@pytest.mark.parametrize(
    "said",
    [
        "Waiting for a Node with spec.providerID to exist",
        "Control plane not yet initialized",
        "Object is ready",
        "MachineDeployment shop-md: 0 available replicas, at least 2 required",
        "InstanceProvisioning",
        "Scaling up",
    ],
)
def test_what_is_only_waited_for_is_no_cause(said):
    assert recognise(said, "Machine") is None


def test_a_quota_is_no_rejected_key():
    assert not rejected("googleapi: Error 403: Quota 'N2_CPUS' exceeded.")
    assert rejected("AuthFailure: AWS was not able to validate the provided access credentials")


@pytest.mark.parametrize(
    ("said", "fit"),
    [
        ("failed: %!w(string=no such host)", "failed: no such host"),
        ("failed: %!w(<nil>)", "failed:"),
        ("rpc error: code = Unavailable desc = no connection", "no connection"),
        (
            "operation error EC2: RunInstances, https response error StatusCode: 400, RequestID: 8a4b-1c, api error X",
            "operation error EC2: RunInstances (400), api error X",
        ),
    ],
)
def test_what_only_a_program_wants_to_know_is_left_out(said, fit):
    assert clean(said) == fit


def test_of_several_bullets_the_one_that_tells_is_kept():
    said = "* ControlPlaneReady: no\n* WorkerMachinesReady:\n  * Machine a:\n    * InfrastructureReady: no quota\n* X"
    assert clause(said, said.index("no quota")) == "no quota"


def test_every_cause_has_a_name_of_its_own_and_says_what_to_do():
    keys = [words.key for words in TABLE]
    assert len(keys) == len(set(keys))
    for words in TABLE:
        assert words.advice.endswith("."), words.key
        assert not words.sentence.endswith("."), words.key


LONG = st.text(max_size=200)
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Ready", "Deleting", "Paused", "HelmChartReady", "InfrastructureReady"]),
            "status": st.sampled_from(["True", "False", "Unknown", ""]),
            "message": LONG,
            "reason": LONG,
        }
    ),
    max_size=4,
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | LONG,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LONG, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["ClusterDeployment", "Region", "Credential", "HelmRelease", "Machine", "ServiceSet"]),
    ANY,
    st.fixed_dictionaries({"conditions": CONDITIONS}) | ANY,
    LONG,
    st.sampled_from(list(Health)),
)
def test_whatever_an_object_says_there_is_an_answer(kind, spec, status, message, health):
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "spec": spec, "status": status}
    own = Thing(Ref("~management", "", kind, "a", "x"), health, message, NOON, NOON, NOON, NOON, {}, body)
    below = Thing(Ref("r", "", "Machine", "a", "y"), health, message, None, None, None, None, {}, body)
    verdict = explain(Evidence(own, (below,), NOON, "r", {}))
    assert verdict.sentence
    assert verdict.steps
