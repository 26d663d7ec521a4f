"""On real API servers, with the accounts of deploy/: every recipe makes what it should and no more, what is exported
and applied by kubectl comes to the same, and what is rotated, repaired and deleted is that very object."""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.test import Client
from django.utils import timezone

from deployments import submissions
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import SUBMISSION, Planned, plan, wire
from deployments.domain.recipes import RECIPES
from deployments.domain.rendering import public
from deployments.domain.snapshot import ClusterSnapshot, KnownRegion
from deployments.models import Submission
from regions import journal
from regions.domain.notes import Heard
from regions.domain.viewer import Viewer
from tests.deployments.credentials import world as w
from tests.deployments.credentials.test_asking import hidden, text
from tests.deployments.domain.pastes import CANARY, answers
from tests.deployments.submissions.asked import preview, submit
from tests.deployments.submissions.test_real import account, gone
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

pytestmark = [pytest.mark.real, pytest.mark.django_db]
TEAM, SYSTEM, REGION, MANAGEMENT = "team-data", "kcm-system", "fra1", "~management"
ADA = Viewer("ada")
WORLD = ClusterSnapshot(
    release="1.11.4",
    regions={REGION: KnownRegion(REGION)},
    namespaces={MANAGEMENT: {TEAM, SYSTEM}, REGION: {TEAM, SYSTEM}},
)
PERSON = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ada-admin}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "pane:ada"}]
"""

# Kind, cluster, namespace, what is added to the name, keys of what it holds; the Credential stands at the end of each.
SECRET_ITSELF = "Secret ~management kcm-system  "
FACTS: dict[str, list[str]] = {
    "aws-static": [
        "Secret ~management kcm-system -secret AccessKeyID,SecretAccessKey",
        "AWSClusterStaticIdentity ~management   allowedNamespaces,secretRef",
    ],
    "aws-role": ["AWSClusterRoleIdentity ~management   allowedNamespaces,roleARN,sourceIdentityRef"],
    "aws-controller": ["AWSClusterControllerIdentity ~management   allowedNamespaces"],
    "azure": [
        "Secret ~management kcm-system -secret clientSecret",
        "AzureClusterIdentity ~management kcm-system  allowedNamespaces,clientID,clientSecret,tenantID,type",
    ],
    "azure-aks": [SECRET_ITSELF + "AZURE_CLIENT_ID,AZURE_CLIENT_SECRET,AZURE_SUBSCRIPTION_ID,AZURE_TENANT_ID"],
    "gcp": [SECRET_ITSELF + "credentials"],
    "gcp-gke": [SECRET_ITSELF + "credentials"],
    "openstack": [SECRET_ITSELF + "clouds.yaml"],
    "vsphere": [
        "Secret ~management kcm-system -secret password,username",
        "VSphereClusterIdentity ~management   allowedNamespaces,secretName",
    ],
    "kubevirt": [SECRET_ITSELF + "kubeconfig"],
    "docker": [SECRET_ITSELF],
    "adopted": [SECRET_ITSELF + "value"],
    "remote": [SECRET_ITSELF + "value"],
}


@pytest.fixture
def clusters(fresh_fleet: Rig, settings: Any, tmp_path: Path) -> Iterator[Rig]:
    """Management, where ada may do everything, and the region fra1, where Pane's account has the roles of deploy/."""
    management, region = fresh_fleet.management, fresh_fleet.regions[REGION]
    fresh_fleet.register(REGION)
    (tmp_path / "management").write_text(account(management, "rbac-management.yaml", "rbac-management-writing.yaml"))
    (tmp_path / "own").mkdir()
    roles = ("rbac-region.yaml", "rbac-region-writing.yaml", "rbac-region-repairing.yaml")
    (tmp_path / "own" / REGION).write_text(account(region, *roles))
    management.apply(PERSON)
    for cluster in (management, region):
        cluster.create_namespace(TEAM)
    region.create_namespace(SYSTEM)
    settings.PANE_KUBECONFIG, settings.PANE_CONTEXT = str(tmp_path / "management"), ""
    settings.PANE_REGION_KUBECONFIGS = str(tmp_path / "own")
    settings.PANE_ALLOW_LOOPBACK = True
    yield fresh_fleet
    for cluster in (management, region):
        for name in ("ada-admin", "pane-write", "pane-repair"):  # the rig outlives this test, and so would the rights
            for kind in ("clusterrolebindings", "clusterroles"):
                gone(cluster, f"/apis/rbac.authorization.k8s.io/v1/{kind}/{name}", delete=True)


def cluster_of(rig: Rig, name: str) -> ApiServer:
    return rig.management if name == MANAGEMENT else rig.regions[name]


def draft(recipe: str, name: str) -> CredentialDraft:
    fields, secrets = answers(recipe)
    hidden_ = {key: Secret(value) for key, value in secrets.items()}
    return CredentialDraft(recipe, TEAM, name, REGION, "of a test", fields, hidden_)


def stands(rig: Rig, one: Planned) -> dict[str, Any]:
    """The object as its cluster has it, without what servers and tools add."""
    cluster = cluster_of(rig, one.cluster)
    kind = one.ref.kind
    plural = {"Secret": "secrets", "ConfigMap": "configmaps"}.get(kind) or f"{w.o.BY_NAME[kind].plural}.{one.ref.group}"
    found = cluster.request("GET", cluster.path_of(plural, one.ref.namespace, one.ref.name))
    metadata = {key: found["metadata"][key] for key in ("name", "namespace", "labels") if key in found["metadata"]}
    ours = (SUBMISSION, "kubectl.kubernetes.io/last-applied-configuration")
    notes = {key: value for key, value in found["metadata"].get("annotations", {}).items() if key not in ours}
    return {key: value for key, value in found.items() if key not in ("metadata", "status")} | {
        "metadata": metadata | ({"annotations": notes} if notes else {})
    }


def told(one: Planned, found: dict[str, Any], name: str) -> str:
    """An object as the table of facts has it."""
    held = found.get("data", {}) if one.ref.kind == "Secret" else found.get("spec", {})
    suffix = one.ref.name.removeprefix("default" if one.ref.name == "default" else name)
    return " ".join((one.ref.kind, one.cluster, one.ref.namespace, suffix, ",".join(sorted(held))))


def test_every_recipe_makes_what_the_facts_say_and_kubectl_makes_the_same(clusters: Rig):
    written: list[tuple[str, list[Planned], list[dict[str, Any]]]] = []
    for recipe in RECIPES:
        name = f"r-{recipe}"
        planned = plan(draft(recipe, name), WORLD)
        key = submissions.new_key()
        sent = submit(planned, preview(planned, ADA, key).digest, ADA, key)
        assert sent.submission.state == Submission.State.DONE, (recipe, list(sent.submission.steps.values("answer")))
        found = [stands(clusters, one) for one in planned]
        written.append((name, planned, found))
        made = [told(one, each, name) for one, each in zip(planned, found, strict=True)]
        assert made[: len(FACTS[recipe])] == FACTS[recipe]
        template, credential = planned[-2], found[-1]
        reference = credential["spec"]["identityRef"]
        assert (template.cluster, template.ref.kind) == (REGION, "ConfigMap")
        assert template.ref.name == f"{reference['name']}-resource-template"
        assert template.ref.namespace == reference.get("namespace", TEAM)
        assert found[-2]["metadata"]["annotations"] == {"projectsveltos.io/template": "true"}
        assert credential["spec"]["region"] == REGION
        assert all(each["metadata"]["labels"]["k0rdent.mirantis.com/component"] == "kcm" for each in found)
        assert len(planned) == len(FACTS[recipe]) + 2

    # What a form exports, its placeholders filled in memory, applied to clusters where nothing of it is.
    everything = [(one, each) for _, planned, found in written for one, each in zip(planned, found, strict=True)]
    for one, _ in everything:
        cluster = cluster_of(clusters, one.cluster)
        plural = {"Secret": "secrets", "ConfigMap": "configmaps"}.get(one.ref.kind)
        plural = plural or f"{w.o.BY_NAME[one.ref.kind].plural}.{one.ref.group}"
        gone(cluster, cluster.path_of(plural, one.ref.namespace, one.ref.name), delete=True)
    files: dict[str, list[str]] = {MANAGEMENT: [], REGION: []}
    for _, planned, _ in written:
        for file in public(planned).files:
            documents = [filled(each, planned) for each in yaml.safe_load_all(file.yaml)]
            files[file.cluster].append(yaml.safe_dump_all(documents))
    for name, texts in files.items():
        cluster_of(clusters, name).kubectl("apply", "-f", "-", stdin="---\n".join(texts))
    for one, each in everything:
        assert stands(clusters, one) == each, one.ref


def filled(document: dict[str, Any], planned: list[Planned]) -> dict[str, Any]:
    """An exported Secret with its values where placeholders stood."""
    if document["kind"] != "Secret" or "stringData" not in document:
        return document
    whole = next(wire(one.manifest) for one in planned if one.ref.kind == "Secret")
    assert set(document["stringData"]) == set(whole["stringData"])
    assert CANARY not in json.dumps(document)
    return document | {"stringData": whole["stringData"]}


def heard(rig: Rig, planned: list[Planned]) -> None:
    """The copy knows of these objects, as a watcher would have recorded them."""
    now = timezone.now()
    term = journal.claim("tests", now)
    assert term is not None
    pairs = []
    for name in (MANAGEMENT, REGION):
        state = {"state": "connected", "heard_at": now, "synced_at": now, "server": "x"}
        journal.record(term, [Heard(name, now, state)], now)
    for one in planned:
        cluster = cluster_of(rig, one.cluster)
        plural = {"Secret": "secrets", "ConfigMap": "configmaps"}.get(one.ref.kind)
        plural = plural or f"{w.o.BY_NAME[one.ref.kind].plural}.{one.ref.group}"
        body = cluster.request("GET", cluster.path_of(plural, one.ref.namespace, one.ref.name))
        body = {"apiVersion": one.manifest["apiVersion"], "kind": one.ref.kind} | body
        if one.ref.kind == "Secret":
            body = {"apiVersion": "v1", "kind": "Secret"} | w.without_values(body)
        pairs.append((one.cluster, body))
    region = rig.management.request("GET", rig.management.path_of("regions.k0rdent.mirantis.com", "", REGION))
    w.record(term, (MANAGEMENT, region), *pairs)


def both(client: Client, url: str, said: dict[str, Any]) -> tuple[str, Any]:
    html = client.post(url, said | {"action": "preview"}).content.decode()
    return html, client.post(url, said | hidden(html) | {"action": "send"})


def test_rotating_repairing_and_deleting_on_real_servers(
    clusters: Rig, client: Client, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    management, region = clusters.management, clusters.regions[REGION]
    planned = plan(draft("aws-static", "live"), WORLD)
    key = submissions.new_key()
    assert submit(planned, preview(planned, ADA, key).digest, ADA, key).submission.state == "done"
    # Somebody made the copy in the region by hand, with a session token of before in the original.
    secret = f"/api/v1/namespaces/{SYSTEM}/secrets/live-secret"
    management.request("PATCH", secret, {"stringData": {"SessionToken": "old"}}, "application/merge-patch+json")
    by_hand = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "live-secret", "namespace": SYSTEM},
        "stringData": {"AccessKeyID": "old", "SecretAccessKey": "old"},
    }
    region.apply(yaml.safe_dump(by_hand))
    heard(clusters, [*planned, Planned(REGION, by_hand, "")])
    client.force_login(User.objects.create_user("ada"))

    fresh = f"new{CANARY}/abcdefghijklmnopqrstuvwxyz0123456"[:40]
    html, sent = both(
        client,
        f"/credentials/{TEAM}/live/rotate/",
        {"access_key_id": "AKIADEMON3WN3WN3WN3W", "secret_access_key": fresh},
    )
    assert sent.status_code == 302, text(html)
    data = management.request("GET", secret)["data"]
    assert base64.b64decode(data["SecretAccessKey"]).decode() == fresh
    assert "SessionToken" not in data

    place = {"credential": f"{TEAM}/live", "place": f"{REGION}|Secret|{SYSTEM}|live-secret"}
    html, sent = both(client, "/credentials/repair/", place)
    assert sent.status_code == 302, text(html)
    labels = region.request("GET", secret)["metadata"]["labels"]
    assert labels["k0rdent.mirantis.com/managed"] == labels[f"k0rdent.mirantis.com/credential.{TEAM}.live"] == "true"
    heard(clusters, [*planned, Planned(REGION, by_hand, "")])
    html, sent = both(client, "/credentials/repair/", place)  # it is k0rdent's now, and still holds the old values
    assert sent.status_code == 302, text(html)
    assert gone(region, secret)

    template = next(one for one in planned if one.ref.kind == "ConfigMap")
    path = f"/api/v1/namespaces/{template.ref.namespace}/configmaps/{template.ref.name}"
    uid = region.request("GET", path)["metadata"]["uid"]
    also = [
        f"{REGION}|ConfigMap|{template.ref.namespace}|{template.ref.name}",
        f"{MANAGEMENT}|Secret|{SYSTEM}|live-secret",
        f"{MANAGEMENT}|AWSClusterStaticIdentity||live",
    ]
    html, sent = both(client, f"/credentials/{TEAM}/live/delete/", {"name": "live", "also": also})
    assert sent.status_code == 302, text(html)
    assert uid
    for one in planned:
        cluster = cluster_of(clusters, one.cluster)
        plural = {"Secret": "secrets", "ConfigMap": "configmaps"}.get(one.ref.kind)
        plural = plural or f"{w.o.BY_NAME[one.ref.kind].plural}.{one.ref.group}"
        assert gone(cluster, cluster.path_of(plural, one.ref.namespace, one.ref.name)), one.ref

    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    for where in (rows, caplog.text, html):
        assert CANARY not in where


def test_a_region_is_changed_on_real_servers(clusters: Rig, client: Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    management, region = clusters.management, clusters.regions[REGION]
    client.force_login(User.objects.create_user("ada"))
    path = management.path_of("regions.k0rdent.mirantis.com", "", REGION)
    heard(clusters, [])
    for way, there in (("pause", True), ("resume", False)):
        html, sent = both(client, f"/regions/{REGION}/pause/", {"way": way})
        assert sent.status_code == 302, text(html)
        notes = management.request("GET", path)["metadata"].get("annotations", {})
        assert ("k0rdent.mirantis.com/region-pause" in notes) is there
        heard(clusters, [])
    html, sent = both(client, f"/regions/{REGION}/providers/", {"providers": ["projectsveltos"], "was": "[]"})
    assert sent.status_code == 302, text(html)
    assert management.request("GET", path)["spec"]["providers"] == [{"name": "projectsveltos"}]

    deployment = w.deployment("films", "live", TEAM)
    deployment["status"] = {"region": REGION}
    w.record(journal.claim("tests", timezone.now()) or 0, (MANAGEMENT, deployment))
    stale = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"{REGION}-kubeconfig", "namespace": TEAM},
        "stringData": {"value": "older"},
    }
    management.apply(yaml.safe_dump(stale))
    region.issue("newer")
    fresh = region.kubeconfig("newer")
    html, sent = both(client, f"/regions/{REGION}/kubeconfig/", {"kubeconfig": fresh})
    assert sent.status_code == 302, text(html)
    for namespace in (SYSTEM, TEAM):
        data = management.request("GET", f"/api/v1/namespaces/{namespace}/secrets/{REGION}-kubeconfig")["data"]
        assert base64.b64decode(data["value"]).decode() == fresh
    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    for where in (rows, caplog.text, html):
        assert region.token("newer") not in where

    refused = client.post(f"/regions/{REGION}/delete/", {"name": REGION, "action": "preview"})
    assert refused.status_code == 422  # a deployment lives there
    w.forget(journal.claim("tests", timezone.now()) or 0, MANAGEMENT, deployment)
    html, sent = both(client, f"/regions/{REGION}/delete/", {"name": REGION})
    assert sent.status_code == 302, text(html)
    assert gone(management, path)
