"""Values that must stay where they are: planted on real API servers, and looked for everywhere that we write."""

import base64
import json
from urllib.parse import urljoin

import pytest
import yaml
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from websockets.sync.client import connect

from regions import journal
from regions.domain.refs import MANAGEMENT
from regions.models import Resource
from tests.dashboard.live.harness import Served
from tests.real.test_watch import REGION, credential, machine
from tests.real.watching import Watching
from tests.rig.fleet import SYSTEM_NAMESPACE, Rig

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

CANARY = "c4n4ry-"


def plant(fleet: Rig) -> None:
    """A canary in each place of kcm's objects where people put what others must not read."""
    shop = {
        "apiVersion": "k0rdent.mirantis.com/v1beta1",
        "kind": "ClusterDeployment",
        "metadata": {
            "name": "shop",
            "namespace": SYSTEM_NAMESPACE,
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"spec": f"{CANARY}applied"}),
            },
        },
        "spec": {
            "template": "aws-standalone-cp-1-0-43",
            "credential": "aws-fra1",
            "config": {"bootstrapToken": f"{CANARY}config", "k0s": {"files": [{"content": f"{CANARY}file"}]}},
            "serviceSpec": {
                "services": [
                    {"name": "ingress", "template": "ingress-4", "values": f"adminPassword: {CANARY}values"},
                ]
            },
        },
    }
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "shop", "namespace": SYSTEM_NAMESPACE},
        "spec": {
            "interval": "10m",
            "chartRef": {"kind": "HelmChart", "name": "aws"},
            "values": {"db": {"password": f"{CANARY}helm"}},
        },
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "aws-fra1-secret",
            "namespace": SYSTEM_NAMESPACE,
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": f"{CANARY}annotation",
            },
        },
        "stringData": {"AccessKeyID": f"{CANARY}key", "SecretAccessKey": f"{CANARY}secret"},
    }
    identity = {
        "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2",
        "kind": "AWSClusterStaticIdentity",
        "metadata": {"name": "aws-fra1"},
        "spec": {"secretRef": "aws-fra1-secret", "allowedNamespaces": {}},
    }
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "aws-fra1-resource-template",
            "namespace": SYSTEM_NAMESPACE,
            "labels": {"k0rdent.mirantis.com/component": "kcm"},
        },
        "data": {"cloud.conf": f"password={CANARY}configmap"},
    }
    fleet.management.apply(yaml.safe_dump_all([secret, identity, release, shop, settings]))
    fleet.management.apply(credential("aws-fra1"))


def written() -> str:
    """All that the database holds, with what is packed unpacked."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        raw = bytes(value)
                        found += [raw.decode(errors="replace"), json.dumps(journal.unpack(raw), ensure_ascii=False)]
                    else:
                        found.append(str(value))
    return "\n".join(found)


def whole(answer: HttpResponseBase) -> bytes:
    """What an answer says, also one that is streamed."""
    if not answer.streaming:
        return answer.content

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(read)()


def pages(client: Client) -> str:
    """Every page and API list, and the pages that they lead to."""
    seen: dict[str, str] = {}
    ahead = [
        "/",
        "/regions/",
        "/deployments/",
        "/templates/",
        "/services/",
        "/backups/",
        "/feed/",
        "/search/?q=shop",
        "/search/?q=aws",
        "/admin/",
        "/api/v1/",
        "/wall/",
    ]
    lists = (
        "regions",
        "deployments",
        "templates",
        "services",
        "backups",
        "credentials",
        "changes",
        "metrics",
        "causes",
    )
    ahead += [f"/api/v1/{name}/" for name in lists]
    while ahead and len(seen) < 200:
        url = ahead.pop()
        if url in seen or url.startswith(("/static/", reverse("people:sign_out"))):
            continue
        answer = client.get(url)
        assert answer.status_code < 500, url
        seen[url] = text = whole(answer).decode(errors="replace")
        links = [part.split('"')[0] for part in text.split('href="')[1:]]
        ahead += [urljoin(url, link).split("#")[0] for link in links if link.startswith(("/", "?"))]
    assert any("/deployments/kcm-system/shop/" in url for url in seen)
    return "\n".join(seen.values())


def told(served: Served) -> str:
    """All that the socket for programs tells of the log from its beginning."""
    heard = []
    with connect(f"{served.ws}/ws/changes/?after=x.0", additional_headers=served.bearer, max_size=None) as socket:
        while True:
            try:
                heard.append(str(socket.recv(timeout=3)))
            except TimeoutError:
                return "\n".join(heard)


def test_no_secret_value_is_in_the_database_a_page_a_socket_or_a_log(
    fresh_fleet: Rig, watching: Watching, served: Served
):
    plant(fresh_fleet)
    fresh_fleet.register(REGION)
    fresh_fleet.regions[REGION].apply(machine("shop-cp-0"))
    watching.start()
    watching.until_synced(MANAGEMENT, REGION)
    watching.until("the Secret is read by name", Resource.objects.filter(kind="Secret", name="aws-fra1-secret").exists)
    # Each changes once while it is followed, so that the log has it, too.
    merge = json.dumps({"spec": {"config": {"bootstrapToken": f"{CANARY}config2", "workersNumber": 3}}})
    fresh_fleet.management.kubectl(
        "patch", "clusterdeployment", "shop", "-n", SYSTEM_NAMESPACE, "--type=merge", "-p", merge
    )
    watching.until_quiet()

    person = get_user_model().objects.create_superuser("walker", password="only-in-this-test")
    client = Client()
    client.force_login(person)
    everything = {"database": written(), "pages": pages(client), "log": watching.log}
    everything["socket"] = told(served)
    assert "shop" in everything["socket"]
    assert "aws-fra1-secret" in everything["database"]

    token = fresh_fleet.regions[REGION].token()
    for place, text in everything.items():
        for value in (CANARY, base64.b64encode(CANARY.encode())[:8].decode(), token, "BEGIN PRIVATE KEY"):
            assert value not in text, (place, text[max(0, text.find(value) - 200) :][:400])
