"""`/credentials/matrix/`: originals and copies, and whether copies hold what their originals hold."""

import base64
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.demo.installation import Installation
from regions.domain.kinds import INFRASTRUCTURE
from tests.conformance.api import Api
from tests.demo.conftest import api_of
from tests.deployments.credentials import world as w

CANARY = "c4n4ry-of-the-matrix"
SECRET = "/api/v1/namespaces/{}/secrets"
IDENTITY = f"/apis/{INFRASTRUCTURE}/v1beta2/awsclusterstaticidentities"


def secret(name: str, value: str, managed: bool) -> dict:
    labels = w.KCM | (w.MANAGED if managed else {})
    data = {key: base64.b64encode(value.encode()).decode() for key in ("AccessKeyID", "SecretAccessKey")}
    metadata = {"name": f"{name}-secret", "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def identity(name: str, managed: bool) -> dict:
    labels = w.KCM | (w.MANAGED if managed else {})
    return {
        "apiVersion": f"{INFRASTRUCTURE}/v1beta2",
        "kind": "AWSClusterStaticIdentity",
        "metadata": {"name": name, "labels": labels},
        "spec": {"secretRef": f"{name}-secret", "allowedNamespaces": {}},
    }


@pytest.fixture
def stand(asked: Client, clusters: Installation, management: Api):
    """Put a credential on both clusters: its original, and a copy with this value."""
    region = api_of(clusters.regions["eu-west"])

    def make(name: str, copy: str | None, managed: bool = True) -> None:
        assert management.create(SECRET.format("kcm-system"), secret(name, CANARY, False)).status == 201
        assert management.create(IDENTITY, identity(name, False)).status == 201
        assert region.create(IDENTITY, identity(name, managed)).status == 201
        if copy is not None:
            assert region.create(SECRET.format("kcm-system"), secret(name, copy, managed)).status == 201
        w.record(w.told(clusters), (w.MANAGEMENT, w.credential(name, "eu-west")), (w.MANAGEMENT, w.identity(name)))

    return make


def cells(html: str) -> list[str]:
    """What is said of each object, cluster after cluster."""
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<tbody>") : html.rindex("</tbody>")]))
    return re.findall(r"\b(?:Secret|Identity|ConfigMap) (?:was )?(?:not permitted to look|unmanaged copy|\w+)", said)


def compared(client: Client, name: str) -> str:
    response = client.post(f"/credentials/matrix/?search={name}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_copy_that_holds_what_the_original_holds_is_the_same(asked, stand):
    stand("alike", CANARY)
    assert cells(compared(asked, "alike")) == [
        "Identity present",
        "Secret present",
        "Identity same",
        "Secret same",
        "ConfigMap missing",
    ]


def test_a_copy_that_was_not_renewed_differs_and_no_value_is_shown(asked, stand):
    stand("stale", f"{CANARY}-of-before")
    html = compared(asked, "stale")
    assert cells(html)[2:4] == ["Identity same", "Secret differs"]
    assert CANARY not in html
    assert base64.b64encode(CANARY.encode()).decode() not in html


def test_a_copy_that_is_gone_is_missing_though_the_page_before_did_not_know(asked, stand):
    stand("gone", None)
    assert cells(compared(asked, "gone"))[3] == "Secret missing"


def test_a_copy_made_by_hand_is_told_also_whether_it_is_outdated(asked, stand):
    stand("handmade", f"{CANARY}-of-before", managed=False)
    html = compared(asked, "handmade")
    assert cells(html)[3] == "Secret unmanaged copy"
    assert "It does not hold what the original holds." in html


VIEWERS = "/apis/rbac.authorization.k8s.io/v1/clusterroles/pane-viewer"


@pytest.fixture
def stranger(management: Api):
    """Somebody who may look at everything but Secrets."""
    before = management.get(VIEWERS).body["rules"]
    looks = {"verbs": ["get", "list", "watch"], "resources": ["*"]}
    rules = [looks | {"apiGroups": ["*"], "resources": ["configmaps", "awsclusterstaticidentities"]}]
    assert management.patch(VIEWERS, {"rules": rules}).status == 200
    client = Client()
    client.force_login(User.objects.create_user("stranger"))
    yield client
    management.patch(VIEWERS, {"rules": before})


def test_who_may_not_read_the_original_is_told_nothing_of_its_copies(stand, stranger):
    stand("private", CANARY)
    assert cells(compared(stranger, "private")) == [
        "Identity present",
        "Secret not permitted to look",
        "Identity same",
        "Secret not permitted to look",
        "ConfigMap missing",
    ]


def test_before_anybody_asks_the_page_says_what_the_copy_knows(asked, stand):
    stand("quiet", CANARY)
    html = asked.get("/credentials/matrix/?search=quiet").content.decode()
    assert "As Pane last heard" in html
    assert cells(html)[0] == "Identity present"


def said(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def role(name: str, region: str, account: str = "111122223333") -> tuple[tuple[str, dict], ...]:
    """A credential of its own region, whose identity takes a role in this account."""
    arn = f"arn:aws:iam::{account}:role/{name}"
    kind = "AWSClusterRoleIdentity"
    return (
        (w.MANAGEMENT, w.credential(name, region, kind=kind)),
        (w.MANAGEMENT, w.identity(name, kind, roleARN=arn)),
    )


def test_credentials_of_one_account_stand_together_whatever_their_regions(seeded, ada):
    w.record(seeded, *role("zeta", "us-east"), *role("alpha", "eu-central"), *role("other", "us-east", "999900001111"))
    page = said(ada.get("/credentials/matrix/").content.decode())
    block = page[page.index("AWS account 111122223333") : page.index("AWS account 999900001111")]
    assert "2 credentials" in block
    assert block.index("eu-central kcm-system/alpha") < block.index("us-east kcm-system/zeta")


def test_two_hundred_regions_are_pages_of_rows_and_never_columns(seeded, ada):
    w.record(seeded, *(one for number in range(120) for one in role(f"r{number:03}", f"region-{number:03}")))
    html = ada.get("/credentials/matrix/?search=r0&page=2").content.decode()
    assert len(re.findall(r'<th scope="col">', html)) == 3
    assert "region-050" in html
    assert "region-049" not in html
    assert "51–100 of 100" in html
    assert 'href="?search=r0&amp;page=1"' in html or 'href="?page=1&amp;search=r0"' in html


def test_only_those_with_problems_are_shown_when_asked(seeded, ada):
    w.record(seeded, *w.aws("whole"), *role("broken", "nowhere"))
    every, bad = (ada.get(f"/credentials/matrix/{query}").content.decode() for query in ("", "?state=problems"))
    assert "kcm-system/whole" in every
    assert "kcm-system/whole" not in bad
    assert "kcm-system/broken" in bad
