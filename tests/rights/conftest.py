"""The seed fleet in the copy, and who may see what of it said by a real API server: k0rdent's roles, two tenants."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import Group, User
from django.test import Client

from dashboard.bench.http import Caller
from regions.clusters.reading import reading
from tests.dashboard.live.harness import served
from tests.pages.conftest import seeded
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig

__all__ = ["seeded", "served"]

ROLES = Path(__file__).with_name("k0rdent_roles.yaml")
RBAC = "rbac.authorization.k8s.io"


class Tenants:
    """Bindings on management, and the people whom they are for."""

    def __init__(self, management: ApiServer) -> None:
        self.management = management
        # Thousands of questions: on one connection.
        self.caller = Caller(management.url, {"Authorization": f"Bearer {management.token()}"}, management.ca)

    def bind(self, role: str, user: str = "", namespace: str = "", group: str = "") -> str:
        """Give this role to an account or a group of Pane; the path of the binding."""
        subject = {"kind": "User", "name": f"pane:{user}"} if user else {"kind": "Group", "name": f"pane:{group}"}
        kind = "RoleBinding" if namespace else "ClusterRoleBinding"
        name = f"test-{role}-{user or group}"
        metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
        manifest = {
            "apiVersion": f"{RBAC}/v1",
            "kind": kind,
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
            "subjects": [subject | {"apiGroup": RBAC}],
        }
        self.management.apply(yaml.safe_dump(manifest))
        inside = f"/namespaces/{namespace}" if namespace else ""
        return f"/apis/{RBAC}/v1{inside}/{kind.lower()}s/{name}"

    def allows(
        self,
        user: str,
        verb: str,
        group: str,
        resource: str,
        namespace: str = "",
        name: str = "",
        groups: tuple[str, ...] = (),
    ) -> bool:
        """What the API server itself answers, to its own administrator."""
        asked = {"verb": verb, "group": group, "resource": resource, "namespace": namespace, "name": name}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "resourceAttributes": asked,
                "user": f"pane:{user}",
                "groups": [*(f"pane:{one}" for one in groups), "system:authenticated"],
            },
        }
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        return bool(self.caller.do("POST", path, review)["status"]["allowed"])

    def person(self, name: str, *groups: str) -> Client:
        """Somebody signed in, who is nothing special in Pane."""
        user = User.objects.create_user(name)
        user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def tenants(seeded: int, fresh_fleet: Rig, settings: Any, tmp_path: Path) -> Iterator[Tenants]:
    """Management says who may see what of the seed fleet; nobody is bound to anything yet."""
    management = fresh_fleet.management
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(management.kubeconfig())
    settings.PANE_RIGHTS, settings.PANE_IMPERSONATE = "cluster", True
    settings.PANE_KUBECONFIG, settings.PANE_CONTEXT = str(kubeconfig), ""
    management.apply(ROLES.read_text())
    reading.forget()
    try:
        yield Tenants(management)
    finally:
        reading.forget()
        listed = management.request("GET", f"/apis/{RBAC}/v1/clusterrolebindings")["items"]
        for one in listed:
            if (name := one["metadata"]["name"]).startswith("test-"):
                management.request("DELETE", f"/apis/{RBAC}/v1/clusterrolebindings/{name}")
