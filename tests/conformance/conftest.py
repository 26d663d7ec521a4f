"""The two servers, each with the kind that the suite is about."""

import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.demo.apiserver.server import Server
from tests.conformance.api import Api
from tests.conformance.threads import Loop
from tests.rig import binaries

HERE = Path(__file__).parent
GROUP = "conformance.example.org"
_serial = itertools.count(1)


class Subject:
    """A server under test: `api` as its administrator, a namespace for every test, and a way to lose its history."""

    def __init__(self, name: str, api: Api, kubeconfig: str, forget: Any, issue: Any) -> None:
        self.name = name
        self.api = api
        self.kubeconfig = kubeconfig
        self.forget = forget  # () -> None: every earlier version is gone
        self.issue = issue  # (user) -> token, of a service account without rights

    def namespace(self) -> str:
        name = f"space-{next(_serial)}"
        made = self.api.create("/api/v1/namespaces", {"metadata": {"name": name}})
        assert made.status == 201, made.text
        return name

    def install(self, file: str) -> None:
        for crd in yaml.safe_load_all((HERE / file).read_text()):
            install(self.api, crd)

    def kubectl(self, folder: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        program = binaries.kubectl()
        assert program
        config = folder / "kubeconfig"
        config.touch(mode=0o600)
        config.write_text(self.kubeconfig)
        return subprocess.run(
            [program, f"--kubeconfig={config}", f"--cache-dir={folder / 'cache'}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder)},
        )


def install(api: Api, crd: dict[str, Any]) -> None:
    made = api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    assert made.status in (201, 409), made.text
    spec = crd["spec"]
    served = [f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}" for version in spec["versions"]]
    end = time.monotonic() + 60
    while any(api.get(path).status != 200 for path in served):
        assert time.monotonic() < end, f"{crd['metadata']['name']} is not served"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def demo_server() -> Iterator[Subject]:
    with Loop() as loop:
        server = Server("demo", bookmark_seconds=1)
        loop.run(server.start())
        api = Api(server.url, server.authority.certificate, server.admin_token)

        def issue(user: str) -> str:
            return loop.call(server.issue, f"system:serviceaccount:default:{user}", ("system:serviceaccounts",))

        yield Subject("demo", api, server.kubeconfig(), lambda: loop.call(server.expire), issue)
        loop.run(server.stop())


@pytest.fixture(
    scope="session", params=["demo", pytest.param("real", marks=(pytest.mark.real, pytest.mark.asks_for("rig")))]
)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each in turn."""
    if request.param == "demo":
        found = request.getfixturevalue("demo_server")
    else:
        rig = request.getfixturevalue("rig")
        cluster = rig.management

        def issue(user: str) -> str:
            api.create("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": user}})
            path = f"/api/v1/namespaces/default/serviceaccounts/{user}/token"
            answer = api.create(path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
            return answer.body["status"]["token"]

        api = Api(cluster.url, cluster.ca, cluster.token())
        found = Subject("real", api, cluster.kubeconfig(), cluster.compact, issue)
    found.install("widgets.yaml")
    return found


@pytest.fixture
def space(subject: Subject) -> str:
    """A namespace for one test."""
    return subject.namespace()


@pytest.fixture
def api(subject: Subject) -> Api:
    return subject.api


def widgets(namespace: str = "", name: str = "", version: str = "v1") -> str:
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"/apis/{GROUP}/{version}{inside}/widgets" + (f"/{name}" if name else "")


def widget(name: str = "one", labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name} | ({"labels": labels} if labels else {})
    return {"apiVersion": f"{GROUP}/v1", "kind": "Widget", "metadata": metadata, "spec": {"template": "a"} | spec}


def shown(answer: Any) -> str:
    return json.dumps(answer, indent=1)
