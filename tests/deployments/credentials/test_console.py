"""`/credentials/` and `/credentials/<namespace>/<name>/`: what is there, what is wrong, what tells that it works."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.deployments.credentials import world as w
from tests.pages import objects as o
from tests.pages.seed import put


def names(html: str) -> list[str]:
    """The credentials in the list, in their order."""
    return re.findall(r'class="table__name"><a href="/credentials/[^/]+/([^/]+)/"', html)


def listed(ada, query: str = "") -> list[str]:
    return names(ada.get(f"/credentials/{query}").content.decode())


def problems(read, name: str, ns: str = "kcm-system") -> str:
    """What the page of a credential says to be wrong with it."""
    text = read(f"/credentials/{ns}/{name}/")
    return text[text.index("Problems") : text.index("What it needs, where")]


def test_every_credential_is_listed_the_worst_first(seeded, ada):
    shown = listed(ada)
    assert set(shown) == {"aws-eu-central", "aws-us-east", "openstack-lund", "docker-local", "aws-ap-south"}
    assert shown[0] == "aws-ap-south", "its identity was not found"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?region=eu-central", {"aws-eu-central"}),
        ("?health=Failed", {"aws-ap-south"}),
        ("?health=Unknown", {"aws-us-east", "openstack-lund"}),
        ("?provider=infrastructure-aws", {"aws-eu-central", "aws-us-east", "aws-ap-south"}),
        ("?namespace=platform&search=project", {"openstack-lund"}),
        ("?search=mumbai", {"aws-ap-south"}),
        ("?state=unused", set()),
        ("?search=vanished", set()),
    ],
)
def test_filters_narrow_the_list(seeded, ada, query, expected):
    assert set(listed(ada, query)) == expected


def test_an_empty_list_says_why(seeded, ada, read):
    assert "No credentials fit these filters" in read("/credentials/?search=vanished")


def test_before_anything_was_watched_the_list_says_so(ada, read):
    assert "Not connected to a management cluster yet" in read("/credentials/")


@pytest.mark.parametrize("order", ["name", "-name", "health", "region", "provider", "proof", "used", "-created"])
def test_every_order_shows_all(seeded, ada, order):
    assert len(listed(ada, f"?ordering={order}")) == 5


def test_what_makes_no_sense_in_the_address_is_said_and_left_out(seeded, ada, read):
    assert len(listed(ada, "?health=Purple&ordering=x&page=0")) == 5
    assert "&#x27;Purple&#x27; is no health" in read("/credentials/?health=Purple")


def test_a_credential_that_has_everything_has_no_problem(seeded, ada, read):
    w.record(seeded, *w.aws("whole"))
    assert "None that we know of" in problems(read, "whole")
    assert "whole" not in listed(ada, "?state=problems")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (1, "The original AWSClusterStaticIdentity whole is missing on the management cluster"),
        (2, "The original Secret kcm-system/whole-secret is missing on the management cluster"),
        (4, "The copy AWSClusterStaticIdentity whole is missing in region eu-central"),
        (5, "The copy Secret kcm-system/whole-secret is missing in region eu-central"),
        (6, "ConfigMap kcm-system/whole-resource-template is missing in region eu-central. k0rdent never copies it"),
    ],
)
def test_what_is_missing_is_said_with_its_place(seeded, ada, read, place, said):
    parts = w.aws("whole")
    others = w.aws("other")  # so that Secrets were seen on both clusters
    w.record(seeded, *others, *parts[:place], *parts[place + 1 :])
    assert said in problems(read, "whole")
    assert "whole" in listed(ada, "?state=problems")


def test_it_is_not_said_to_be_missing_where_we_may_not_look(seeded, ada, read):
    parts = w.aws("whole")
    w.record(seeded, *(pair for pair in parts if pair[1]["kind"] != "Secret"))
    assert "Secret kcm-system/whole-secret is missing" not in problems(read, "whole")
    assert "Pane&#x27;s account may not read Secrets there" in read("/credentials/kcm-system/whole/")


def test_a_copy_made_by_hand_is_told_from_k0rdents_own(seeded, ada, read):
    parts = w.aws("whole")
    parts[4] = ("eu-central", w.identity("whole"))
    w.record(seeded, *parts)
    assert "was made by hand" in problems(read, "whole")


def test_a_name_too_long_for_the_label_on_copies_is_said(seeded, ada, read):
    long = "a" * 42
    w.record(seeded, *w.aws(long))
    assert "Namespace and name have 52 characters together" in problems(read, long)
    w.record(seeded, *w.aws("b" * 41))
    assert "None that we know of" in problems(read, "b" * 41)


def test_a_secret_without_a_key_is_said_to_lack_it(seeded, ada, read):
    parts = w.aws("whole")
    parts[2] = (w.MANAGEMENT, w.secret("whole-secret", "kcm-system", "AccessKeyID"))
    w.record(seeded, *parts)
    assert "lacks 1 key: SecretAccessKey" in problems(read, "whole")


def test_a_provider_that_is_not_enabled_in_the_region_is_named_with_what_to_enable(seeded, ada, read):
    w.record(seeded, *(pair for pair in w.aws("whole") if pair[1]["kind"] != "ProviderInterface"))
    assert "AWS is not enabled in region eu-central. Enable cluster-api-provider-aws there." in problems(read, "whole")


def test_an_identity_that_nobody_may_use_is_said(seeded, ada, read):
    parts = w.aws("whole")
    parts[4] = ("eu-central", w.identity("whole", labels=w.MANAGED, allowedNamespaces=None))
    w.record(seeded, *parts)
    assert "has no allowedNamespaces" in problems(read, "whole")


def test_a_role_from_a_static_identity_does_not_work_in_a_region(seeded, ada, read):
    role = {
        "kind": "AWSClusterRoleIdentity",
        "secretRef": "",
        "sourceIdentityRef": {"kind": "AWSClusterStaticIdentity", "name": "whole"},
    }
    w.record(
        seeded,
        *w.aws("whole"),
        (w.MANAGEMENT, w.credential("role", kind="AWSClusterRoleIdentity")),
        (w.MANAGEMENT, w.identity("role", **role)),
        ("eu-central", w.identity("role", labels=w.MANAGED, **role)),
        ("eu-central", w.template("role", "kcm-system")),
    )
    assert "Its role is assumed from a static identity" in problems(read, "role")


def test_a_role_needs_the_identity_that_assumes_it(seeded, ada, read):
    role = {
        "kind": "AWSClusterRoleIdentity",
        "secretRef": "",
        "sourceIdentityRef": {"kind": "AWSClusterControllerIdentity", "name": "default"},
    }
    w.record(
        seeded,
        *w.aws("whole"),
        (w.MANAGEMENT, w.credential("role", kind="AWSClusterRoleIdentity")),
        (w.MANAGEMENT, w.identity("role", **role)),
    )
    missing = "The original AWSClusterControllerIdentity default is missing on the management cluster"
    assert missing in problems(read, "role")
    w.record(seeded, (w.MANAGEMENT, w.identity("default", "AWSClusterControllerIdentity")))
    assert missing not in problems(read, "role")


def test_what_lies_in_a_silent_region_is_not_called_missing(seeded, ada, read):
    text = read("/credentials/team-data/aws-us-east/")
    assert "We do not hear its region" in text
    assert "missing on us-east" not in text


def test_a_region_that_does_not_exist_is_said(seeded, ada, read):
    w.record(seeded, (w.MANAGEMENT, w.credential("lost", "atlantis")))
    assert "There is no region atlantis" in problems(read, "lost")


# Whether the cloud accepts it


def cloud(seeded: int, name: str, at, *, message: str = "") -> None:
    """The infrastructure of a deployment of eu-central says how it is."""
    word = ("False", "VpcReconciliationFailed", message) if message else ("True", "Ready", "")
    made = o.thing(
        "AWSCluster",
        name,
        "kcm-system",
        created=at,
        labels={"cluster.x-k8s.io/cluster-name": name},
        spec={"region": "eu-central-1"},
        status={"ready": not message, "conditions": [o.condition("Ready", *word, at)]},
    )
    from regions import journal

    now = timezone.now()
    journal.beat(seeded, now)
    journal.record(seeded, [put("eu-central", made, now, "AWSCluster")], now)


DENIED = "failed to create vpc: api error AuthFailure: AWS was not able to validate the provided access credentials"


def test_a_cloud_that_made_something_proves_the_credential(seeded, ada, read):
    assert "aws-eu-central" in listed(ada, "?proof=untested")
    cloud(seeded, "shop-prod", timezone.now() - timedelta(hours=5))
    assert listed(ada, "?proof=proven") == ["aws-eu-central"]
    assert "by kcm-system/shop-prod" in read("/credentials/kcm-system/aws-eu-central/")


def test_a_later_refusal_outweighs_an_earlier_proof_and_is_quoted(seeded, ada, read):
    cloud(seeded, "shop-prod", timezone.now() - timedelta(hours=5))
    cloud(seeded, "shop-stage", timezone.now() - timedelta(minutes=5), message=DENIED)
    assert listed(ada, "?proof=rejected") == ["aws-eu-central"]
    assert "AuthFailure" in read("/credentials/kcm-system/aws-eu-central/")


def test_other_trouble_of_the_cloud_is_no_refusal(seeded, ada):
    cloud(seeded, "shop-stage", timezone.now(), message="VcpuLimitExceeded: you have reached your quota")
    assert listed(ada, "?proof=rejected") == []


def test_a_reported_event_is_evidence_too(seeded, ada):
    w.record(
        seeded,
        (
            w.MANAGEMENT,
            o.event(
                "CAPIClusterFailed",
                DENIED,
                "ClusterDeployment",
                "kcm-system",
                "shop-prod",
                timezone.now(),
                warning=True,
            ),
        ),
    )
    assert listed(ada, "?proof=rejected") == ["aws-eu-central"]


def test_who_is_not_signed_in_sees_nothing(seeded, client):
    assert client.get("/credentials/").status_code == 302
    assert client.get("/credentials/kcm-system/aws-eu-central/").status_code == 302


def test_an_unknown_credential_is_not_found(seeded, ada):
    assert ada.get("/credentials/kcm-system/nobody/").status_code == 404
