"""Single calls on a real API server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from regions.kube import discovery, kubeconfig
from regions.kube.client import Client
from regions.kube.errors import Conflict, Invalid, NotFound, Refused, Unreachable, Unsupported
from regions.kube.persons import Person
from tests.regions.kube import pems
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

pytestmark = pytest.mark.real


@pytest.fixture
def server(rig: Rig) -> ApiServer:
    rig.management.thaw()
    rig.management.start()
    return rig.management


@pytest.fixture
async def client(server: ApiServer) -> AsyncIterator[Client]:
    async with Client(kubeconfig.parse(server.kubeconfig()), allow_loopback=True) as opened:
        yield opened


@pytest.fixture
def namespace(server: ApiServer) -> str:
    name = f"kube-{uuid4().hex[:8]}"
    server.create_namespace(name)
    return name


def configmap(namespace: str, name: str = "a", **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


async def test_an_object_is_created_read_patched_and_deleted(client: Client, namespace: str):
    created = (await client.create(configmap(namespace, x="1", y="1"))).body
    path = await client.path_of("v1", "ConfigMap", "a", namespace)
    assert (await client.get(path))["data"] == {"x": "1", "y": "1"}
    version = created["metadata"]["resourceVersion"]
    patched = (await client.patch(path, {"data": {"x": "2", "y": None}}, resource_version=version)).body
    assert patched["data"] == {"x": "2"}
    with pytest.raises(Conflict, match="the object has been modified"):
        await client.patch(path, {"data": {"x": "3"}}, resource_version=version)
    await client.delete(path, uid=created["metadata"]["uid"])
    with pytest.raises(NotFound, match='configmaps "a" not found'):
        await client.get(path)


async def test_a_preview_is_answered_and_changes_nothing(client: Client, namespace: str):
    assert (await client.create(configmap(namespace, x="1"), dry_run=True)).body["metadata"]["uid"]
    path = await client.path_of("v1", "ConfigMap", "a", namespace)
    with pytest.raises(NotFound):
        await client.get(path)
    await client.create(configmap(namespace, x="1"))
    assert (await client.patch(path, {"data": {"x": "2"}}, dry_run=True)).body["data"] == {"x": "2"}
    await client.delete(path, dry_run=True)
    assert (await client.get(path))["data"] == {"x": "1"}


async def test_an_object_that_is_there_already_is_a_conflict_with_its_reason(client: Client, namespace: str):
    await client.create(configmap(namespace))
    with pytest.raises(Conflict, match='configmaps "a" already exists') as caught:
        await client.create(configmap(namespace))
    assert (caught.value.status, caught.value.reason) == (409, "AlreadyExists")


async def test_only_the_very_object_that_was_meant_is_deleted(client: Client, namespace: str):
    await client.create(configmap(namespace))
    path = await client.path_of("v1", "ConfigMap", "a", namespace)
    with pytest.raises(Conflict):
        await client.delete(path, uid="11111111-2222-3333-4444-555555555555")
    with pytest.raises(Conflict):
        await client.delete(path, resource_version="1")
    assert await client.get(path)


async def test_what_breaks_a_rule_is_told_field_by_field(client: Client, namespace: str):
    with pytest.raises(Invalid, match='ConfigMap "Not_A_Name" is invalid') as caught:
        await client.create(configmap(namespace, "Not_A_Name"))
    assert "lowercase RFC 1123" in caught.value.fields["metadata.name"]
    assert caught.value.status == 422


async def test_warnings_are_kept_when_it_works_and_when_it_does_not(client: Client, namespace: str):
    odd = configmap(namespace) | {"colour": "blue"}
    assert (await client.create(odd)).warnings == ('unknown field "colour"',)
    with pytest.raises(Conflict) as caught:
        await client.create(odd)
    assert caught.value.warnings == ('unknown field "colour"',)


async def test_a_collection_comes_in_pages(client: Client, namespace: str):
    await asyncio.gather(*(client.create(configmap(namespace, f"c{n:02}", n=str(n))) for n in range(23)))
    path = await client.path_of("v1", "ConfigMap", namespace=namespace)
    pages = [page async for page in client.list_pages(path, limit=10)]
    assert [len(page.manifests) for page in pages] == [10, 10, 3]
    assert [page.more for page in pages] == [True, True, False]
    names = [manifest["metadata"]["name"] for page in pages for manifest in page.manifests]
    assert names == [f"c{n:02}" for n in range(23)]
    first = pages[0].manifests[0]
    assert (first["apiVersion"], first["kind"], first["data"]) == ("v1", "ConfigMap", {"n": "0"})
    assert "managedFields" not in first["metadata"]


async def test_a_selector_chooses_what_is_listed(client: Client, namespace: str):
    for name, colour in (("a", "red"), ("b", "blue")):
        manifest = configmap(namespace, name)
        manifest["metadata"]["labels"] = {"colour": colour}
        await client.create(manifest)
    path = await client.path_of("v1", "ConfigMap", namespace=namespace)
    (page,) = [page async for page in client.list_pages(path, "colour=blue")]
    assert [manifest["metadata"]["name"] for manifest in page.manifests] == ["b"]


async def test_the_servers_own_rules_answer_for_the_person_and_their_groups(
    client: Client, server: ApiServer, namespace: str
):
    admins = f"admins-of-{namespace}"
    root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]}]
    server.request("POST", f"{root}/roles", {"metadata": {"name": "maker"}, "rules": rules})
    binding = {
        "metadata": {"name": "maker"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "maker"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": admins}],
    }
    server.request("POST", f"{root}/rolebindings", binding)
    ada = Person("ada@example.org", ("everybody", admins))
    asked = {"verb": "create", "resource": "configmaps", "namespace": namespace}
    async with asyncio.timeout(30):
        while not (await client.review(asked, ada)).allowed:  # the authoriser reads its rules by a watch of its own
            pass
    await client.create(configmap(namespace), on_behalf=ada)
    with pytest.raises(Refused, match=r'User "ada@example\.org" cannot delete resource "configmaps"'):
        await client.delete(await client.path_of("v1", "ConfigMap", "a", namespace), on_behalf=ada)
    with pytest.raises(Refused, match='User "pane:bob" cannot create'):
        await client.create(configmap(namespace, "b"), on_behalf=Person("pane:bob"))
    await client.create(configmap(namespace, "c"))  # and afterwards we are ourselves again
    assert not (await client.review(asked, Person("pane:bob"))).allowed


@pytest.mark.parametrize(
    "person",
    [
        Person("system:admin"),
        Person("System:admin"),
        Person(" system:admin"),
        Person("\tsystem:admin"),
        Person(""),
        Person("ada", ("system:masters",)),
        Person("ada", ("everybody", " system:masters")),
        Person("ada\r\nX: y"),
    ],
)
async def test_nobody_acts_as_the_cluster_itself(client: Client, namespace: str, person: Person):
    with pytest.raises(Refused, match="for"):
        await client.create(configmap(namespace), on_behalf=person)
    with pytest.raises(Refused, match="for"):
        await client.review({"verb": "get", "resource": "secrets"}, person)


async def test_what_is_served_is_known_with_versions_and_plural(client: Client):
    served = await client.discover()
    regions = served.find("k0rdent.mirantis.com", "Region")
    assert regions is not None
    assert (regions.plural, regions.namespaced) == ("regions", False)
    assert "v1beta1" in regions.versions
    events = served.find("events.k8s.io", "Event")
    assert events is not None
    assert events.path(namespace="x") == "/apis/events.k8s.io/v1/namespaces/x/events"
    assert served.find("k0rdent.mirantis.com", "Nothing") is None


async def test_an_older_servers_discovery_says_the_same(client: Client, monkeypatch: pytest.MonkeyPatch):
    now = await client.discover()
    monkeypatch.setattr(discovery, "_AGGREGATED", "application/json")
    async with Client(client.endpoint, allow_loopback=True) as older:
        assert await older.discover() == now


async def test_a_kind_that_is_not_served_is_said_to_be_so(client: Client):
    with pytest.raises(NotFound, match=r"does not serve Unicorn example\.org/v1"):
        await client.create({"apiVersion": "example.org/v1", "kind": "Unicorn", "metadata": {"name": "u"}})


@pytest.mark.parametrize("name", ["..", "a/b", "a?b", "a%2fb", "a#b", "ä"])
async def test_a_name_never_becomes_another_path(client: Client, name: str):
    with pytest.raises(Invalid, match="not a name"):
        await client.path_of("v1", "ConfigMap", name, "default")


async def test_a_client_certificate_opens_the_door_and_says_when_it_ends(server: ApiServer):
    endpoint = kubeconfig.parse(server.certificate_kubeconfig("bob", ("system:masters",)))
    async with Client(endpoint, allow_loopback=True) as client:
        assert (await client.server_version()).startswith("v1.")
        assert (await client.ready()).ready
    assert endpoint.expires_at is not None


async def test_a_token_that_is_not_known_is_refused(server: ApiServer):
    text = server.kubeconfig().replace(server.token(), "x" * 32)
    async with Client(kubeconfig.parse(text), allow_loopback=True) as client:
        with pytest.raises(Refused, match="Unauthorized") as caught:
            await client.get("/api/v1/namespaces")
        assert caught.value.status == 401


async def test_another_authority_is_not_trusted(server: ApiServer):
    stranger = pems.b64(pems.certificate("ca"))
    text = server.kubeconfig().replace(pems.b64(server.ca.encode()), stranger)
    async with Client(kubeconfig.parse(text), allow_loopback=True) as client:
        with pytest.raises(Unreachable, match="shows a certificate that is not trusted"):
            await client.ready()


async def test_a_certificate_is_checked_against_the_name_that_is_expected(server: ApiServer):
    text = server.kubeconfig().replace("    server:", "    tls-server-name: elsewhere.example\n    server:")
    async with Client(kubeconfig.parse(text), allow_loopback=True) as client:
        with pytest.raises(Unreachable, match="not trusted: Hostname mismatch"):
            await client.ready()


async def test_a_loopback_address_is_for_the_demo_only(server: ApiServer):
    async with Client(kubeconfig.parse(server.kubeconfig())) as client:
        with pytest.raises(Unsupported, match="is a loopback address: Pane does not connect there"):
            await client.ready()


async def test_a_frozen_server_is_unreachable_though_its_connections_stay_open(server: ApiServer, client: Client):
    assert (await client.ready()).ready
    server.freeze()
    try:
        with pytest.raises(Unreachable, match="did not answer within 1 second"):
            await client.ready(deadline=1)
    finally:
        server.thaw()
    assert (await client.ready(deadline=30)).ready
