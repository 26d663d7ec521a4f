"""The demo fleet as the clusters that are asked, and the copy of it as a watcher would have made it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dashboard.demo.installation import Installation
from regions import journal
from regions.domain.kinds import KINDS, NAMED_KINDS, Kind, Where
from regions.domain.notes import Heard, Note, Put, Reached
from tests.conformance.api import Api
from tests.dashboard.live.harness import browser, page, served
from tests.deployments.submissions.conftest import clusters, fleet, loop, management

__all__ = ["browser", "clusters", "fleet", "loop", "management", "page", "served"]


def copied(installation: Installation) -> int:
    """What a watcher would have recorded of the whole installation by now; its term."""
    now = timezone.now()
    term = journal.claim("tests", now)
    assert term is not None
    journal.record(term, list(_notes(installation, now)), now)
    journal.beat(term, now)
    return term


def _notes(installation: Installation, now: datetime) -> Iterator[Note]:
    for name, server in installation.servers.items():
        yield Heard(
            name,
            now,
            {
                "state": "connected",
                "heard_at": now,
                "synced_at": now,
                "server": server.url.removeprefix("https://"),
            },
        )
        for kind in KINDS:
            if kind.name == "Event" or kind.selector or (name != "~management" and kind.where is Where.MANAGEMENT):
                continue
            yield Reached(name, kind.stream, "watching", "1", now, kind.versions[0])
            for manifest in _objects(server, kind):
                yield Put(name, kind, manifest, now)
    for manifest in _objects(installation.management, NAMED_KINDS["ConfigMap"]):
        if manifest["metadata"]["name"].startswith("schema-"):
            yield Put("~management", NAMED_KINDS["ConfigMap"], manifest, now)


def _objects(server: Any, kind: Kind) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(item.manifest)) for item in server.store.items(f"{kind.plural}.{kind.group}")]


@pytest.fixture
def known(clusters: Installation, db: None) -> int:
    return copied(clusters)


@pytest.fixture
def ada(management: Api) -> Client:
    """Somebody signed in whom the management cluster lets do everything."""
    allow(management, "pane:ada")
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    return client


def allow(management: Api, person: str) -> None:
    management.create(
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": person.replace(":", "-")},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": person}],
        },
    )
