"""The roles in deploy/ allow all that Pane watches, and nothing more, as a real API server judges them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from regions.domain.kinds import KINDS, Kind, Where
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig
from tests.rig.http import Answered, Http

pytestmark = pytest.mark.real

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
SECRETS = ("", "secrets")


@pytest.fixture
def management(fresh_fleet: Rig) -> Http:
    """Who is bound by deploy/rbac-management.yaml."""
    return account(fresh_fleet.management, "rbac-management.yaml")


@pytest.fixture
def region(fresh_fleet: Rig) -> Http:
    """Who is bound by deploy/rbac-region.yaml."""
    return account(fresh_fleet.regions["fra1"], "rbac-region.yaml")


def account(cluster: ApiServer, file: str) -> Http:
    cluster.apply((DEPLOY / file).read_text())
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = cluster.request("POST", "/api/v1/namespaces/pane/serviceaccounts/pane/token", asked)["status"]["token"]
    return Http(cluster.url, cluster.ca, token)


def allowed(who: Http, verb: str, group: str, resource: str, namespace: str = "") -> bool:
    attributes: dict[str, Any] = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return who.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)["status"]["allowed"]


def unwatchable(who: Http, kinds: Iterable[Kind]) -> list[str]:
    refused = (kind for kind in kinds for verb in ("list", "watch") if not allowed(who, verb, kind.group, kind.plural))
    return [kind.stream for kind in refused]


def test_on_management_everything_in_the_table_can_be_watched(management: Http):
    assert unwatchable(management, KINDS) == []


def test_on_a_region_everything_that_hosts_have_can_be_watched(region: Http):
    assert unwatchable(region, [kind for kind in KINDS if kind.where is Where.HOSTS]) == []


def test_on_a_region_other_kinds_of_k0rdent_are_not_asked_for(region: Http):
    assert not allowed(region, "list", "k0rdent.mirantis.com", "credentials")


def test_secrets_are_read_by_name_in_the_system_namespace_and_never_listed(fresh_fleet: Rig, management: Http):
    fresh_fleet.register("fra1")
    found = management.request("GET", "/api/v1/namespaces/kcm-system/secrets/fra1-kubeconfig")
    assert list(found["data"]) == ["value"]
    for path in ("/api/v1/secrets", "/api/v1/namespaces/kcm-system/secrets", "/api/v1/namespaces/default/secrets/any"):
        with pytest.raises(Answered, match="403"):
            management.request("GET", path)
    assert not allowed(management, "watch", *SECRETS, "kcm-system")


def test_on_a_region_no_secret_is_read(region: Http):
    assert not any(allowed(region, verb, *SECRETS, "default") for verb in ("get", "list", "watch"))


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete", "deletecollection"])
def test_nothing_is_written(management: Http, region: Http, verb: str):
    kinds = {(kind.group, kind.plural) for kind in KINDS} | {SECRETS, ("", "namespaces")}
    for who in (management, region):
        assert [kind for kind in sorted(kinds) if allowed(who, verb, *kind)] == []


def test_the_probe_and_discovery_are_open(management: Http, region: Http):
    for who in (management, region):
        assert who.ready()
        assert list(who.discover("/apis"))


def test_where_kof_is_its_passwords_are_read_by_name_and_its_services_reached(fresh_fleet: Rig, management: Http):
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kof"}}
    fresh_fleet.management.apply(yaml.safe_dump(namespace) + "---\n" + (DEPLOY / "rbac-kof.yaml").read_text())
    assert allowed(management, "get", *SECRETS, "kof")
    assert not any(allowed(management, verb, *SECRETS, "kof") for verb in ("list", "watch"))
    assert reached(management, "http:vmselect-cluster:8481")
    assert reached(management, "http:vmalertmanager-cluster:9093")
    assert not reached(management, "http:kof-mothership-kof-operator:9090")
    assert not reached(management, "http:vmselect-cluster:8481", verb="create")


def reached(who: Http, service: str, verb: str = "get") -> bool:
    attributes = {"verb": verb, "resource": "services", "subresource": "proxy", "namespace": "kof", "name": service}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return who.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)["status"]["allowed"]
