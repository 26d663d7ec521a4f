"""The chart: what Helm renders of it, and what a real API server says to that."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from regions.domain.kinds import KINDS
from tests.conftest import need
from tests.helm import helm
from tests.helm.helm import CHART, DATABASE, URL, Helm
from tests.house.checkout import ROOT
from tests.rig import kcm
from tests.rig.apiserver import ApiServer
from tests.rig.fleet import Rig
from tests.rig.http import Http
from tests.rig.test_rbac import SECRETS, allowed, unwatchable

pytestmark = pytest.mark.real

EVERYTHING: dict[str, Any] = {
    "url": "https://example.org/pane",
    "otherHosts": ["pane.pane.svc"],
    "database": {"existingSecret": {"name": "pane-db-app"}},  # as CloudNativePG makes it for the cluster pane-db
    "secretKey": {"existingSecret": "pane-key", "key": "key"},
    "settings": {"PANE_KEEP_DAYS": "14", "PANE_AUDIT_STDOUT": True},
    "env": [{"name": "PANE_EGRESS", "valueFrom": {"configMapKeyRef": {"name": "net", "key": "egress"}}}],
    "envFrom": [{"secretRef": {"name": "pane-oidc"}}],
    "image": {"repository": "registry.example.org/pane", "tag": "1", "pullSecrets": ["registry"]},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls", "annotations": {"a.example.org/b": "c"}},
    "gateway": {"enabled": True, "parentRefs": [{"name": "public", "namespace": "gateways"}]},
    "networkPolicy": {
        "enabled": True,
        "from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    },
    "rbac": {"kof": True},
    "watch": {"shards": 3},
    "serviceAccount": {"annotations": {"example.org/role": "pane"}},
    "metrics": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "kof"}, "tokenSecret": {"name": "pane-token"}},
        "rules": {"enabled": True, "labels": {"release": "kof"}},
        "dashboard": {"enabled": True},
    },
    "podAnnotations": {"example.org/a": "b"},
    "podLabels": {"team": "platform"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "control-plane", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "important",
}
ONE = {"web": {"replicas": 1}, "watch": {"replicas": 1}}
MATRIX: dict[str, dict[str, Any]] = {
    "PostgreSQL by address": {"url": URL, **DATABASE},
    "SQLite on a volume": {"url": URL, "database": {"sqlite": {"enabled": True}}, **ONE},
    "SQLite on a claim": {
        "url": f"{URL}:8443/",
        "database": {"sqlite": {"enabled": True, "existingClaim": "mine"}},
        "metrics": {"serviceMonitor": {"enabled": True, "tokenSecret": {"name": "t"}}},
        "networkPolicy": {"enabled": True},
        **ONE,
    },
    "everything": EVERYTHING,
    "nothing but what runs": {
        "url": URL,
        **DATABASE,
        **ONE,
        "rbac": {"create": False, "writing": False},
        "serviceAccount": {"create": False, "name": "mine"},
        "nameOverride": "glass",
    },
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    found = helm.program()
    need(found, helm.HOW)
    assert found
    return Helm(found, tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="module")
def kinds(rig: Rig) -> Iterator[None]:
    """The CRDs that the chart and k0rdent's template may need beside those of the rig; gone afterwards."""
    found, manager = helm.crds(), kcm.find()
    need(found, helm.HOW)
    need(manager, kcm.HOW)
    assert found
    assert manager
    files = ("-f", str(found), "-f", str(manager.crds / "source.toolkit.fluxcd.io_helmrepositories.yaml"))
    rig.management.kubectl("apply", "--server-side", "--force-conflicts", *files)
    rig.management.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    yield
    rig.management.kubectl("delete", "--wait=false", *files)


@pytest.fixture
def cluster(fresh_fleet: Rig, kinds: None) -> ApiServer:
    """Management, with a namespace that takes restricted pods alone."""
    server = fresh_fleet.management
    restricted = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    for name, labels in (("pane", restricted), ("kof", {})):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
        server.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([namespace, account]))  # no controller makes one
    return server


def test_helm_finds_nothing_to_complain_of(local: Helm):
    said = local.done("lint", str(CHART), "--strict", "--kube-version", "v1.36.3", values={"url": URL, **DATABASE})
    assert "0 chart(s) failed" in said


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": URL}, "Say where Pane keeps its copy and its log"),
        ({"url": URL, "database": {"url": "postgres://a", "sqlite": {"enabled": True}}}, "one of database."),
        ({"url": URL, "database": {"sqlite": {"enabled": True}}}, "SQLite is for one replica"),
        (
            {"url": URL, "database": {"sqlite": {"enabled": True}}, **ONE, "watch": {"replicas": 1, "shards": 2}},
            "SQLite is for one watcher",
        ),
        ({"url": "http://pane.example.org", **DATABASE}, "url"),
        (DATABASE, "url"),
        ({"url": URL, "database": {"url": "mysql://a"}}, "database"),
        ({"url": URL, **DATABASE, "replicas": 3}, "replicas"),
        ({"url": URL, **DATABASE, "web": {"replicas": 0}}, "replicas"),
        ({"url": URL, **DATABASE, "settings": {"DEBUG": "1"}}, "PANE_[A-Z_]+"),
        ({"url": URL, **DATABASE, "gateway": {"enabled": True}}, "which Gateway leads to Pane"),
        ({"url": URL, **DATABASE, "metrics": {"serviceMonitor": {"enabled": True}}}, "who has a token"),
    ],
)
def test_what_cannot_be_installed_is_said(local: Helm, values: dict[str, Any], sentence: str):
    refused = local.run("template", "pane", str(CHART), "--kube-version", "v1.36.3", values=values)
    assert refused.returncode != 0
    assert sentence in refused.stderr


def test_the_address_of_the_database_is_in_the_secret_alone(local: Helm):
    """Nor is a digest of it, by which a password can be guessed."""
    one, another = ({"url": URL, "database": {"url": f"postgresql://pane:{word}@db/pane"}} for word in "ab")
    drawn = [
        [
            each
            for each in local.template({**values, "secretKey": {"existingSecret": "key"}})
            if each["kind"] != "Secret"
        ]
        for values in (one, another)
    ]
    assert drawn[0] == drawn[1]


def test_every_value_is_in_the_schema(local: Helm):
    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert set(values) == set(schema["properties"]) - {"global"}


def test_its_roles_are_those_that_kubectl_applies(local: Helm):
    """One source: deploy/rbac-*.yaml are the chart's own files."""
    rendered = local.template({**MATRIX["everything"], "serviceAccount": {"annotations": {}}})
    ours = {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
        for one in rendered
        if one["apiVersion"].startswith("rbac.")
    }
    files = ("management", "management-writing", "people", "kof")
    applied = [
        one
        for file in files
        for one in yaml.safe_load_all((ROOT / "deploy" / f"rbac-{file}.yaml").read_text())
        if one["apiVersion"].startswith("rbac.")
    ]
    assert len(applied) == len(ours) > 8
    for one in applied:
        found = ours[one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]]
        assert one["metadata"].pop("labels", {}).items() <= found["metadata"].pop("labels").items()
        assert found == one


@pytest.mark.parametrize("name", MATRIX)
def test_a_real_api_server_takes_all_of_it(local: Helm, cluster: ApiServer, name: str):
    rendered = local.template(MATRIX[name])
    for one in rendered:
        if not one["kind"].startswith("ClusterRole"):
            one["metadata"].setdefault("namespace", "pane")
    command = ("apply", "--dry-run=server", "--validate=strict", "-f", "-")
    said = cluster.kubectl(*command, stdin=yaml.safe_dump_all(rendered))
    assert len(said.splitlines()) == len(rendered)
    pods = [one["spec"]["template"]["spec"] for one in rendered if one["kind"] in ("Deployment", "Job")]
    assert len(pods) >= 1
    # What stands in a template is only warned of; a Pod is refused.
    for number, pod in enumerate(pods):
        bare = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"pod-{number}", "namespace": "pane"},
            "spec": pod,
        }
        pod.pop("priorityClassName", None)
        pod["serviceAccountName"] = "default"
        cluster.kubectl(*command, stdin=yaml.safe_dump(bare))


def test_it_is_installed_upgraded_rolled_back_and_uninstalled(tmp_path: Path, local: Helm, cluster: ApiServer):
    real = Helm(local.found, tmp_path, cluster)
    values = {"url": f"{URL}/pane", **DATABASE}
    said = real.done("install", "glass", str(CHART), "--namespace", "pane", values=values)
    assert (
        "exec --namespace pane deployment/glass-pane-web --container web -- pane sign-in admin --administrator" in said
    )

    def there(kind: str, name: str) -> dict[str, Any]:
        return json.loads(cluster.kubectl("get", kind, name, "-n", "pane", "-o", "json"))

    secret = there("secret", "glass-pane")["data"]
    assert len(base64.b64decode(secret["secret-key"])) == 64
    assert there("deployment", "glass-pane-web")["spec"]["replicas"] == 2
    real.done("upgrade", "glass", str(CHART), "--namespace", "pane", values={**values, "web": {"replicas": 3}})
    assert there("deployment", "glass-pane-web")["spec"]["replicas"] == 3
    assert there("secret", "glass-pane")["data"] == secret  # nobody is signed out
    assert there("job", "glass-pane-migrate-2")["spec"]["template"]["spec"]["containers"][0]["args"][0] == "migrate"
    real.done("rollback", "glass", "1", "--namespace", "pane")
    assert there("deployment", "glass-pane-web")["spec"]["replicas"] == 2
    assert there("secret", "glass-pane")["data"] == secret
    who = _account(cluster, "glass-pane")
    assert unwatchable(who, KINDS) == []
    assert not any(allowed(who, verb, *SECRETS, "kcm-system") for verb in ("list", "watch", "create", "delete"))
    assert [
        kind for kind in KINDS for verb in ("create", "delete") if allowed(who, verb, kind.group, kind.plural)
    ] == []
    real.done("uninstall", "glass", "--namespace", "pane")
    made = "deployments,jobs,services,secrets,serviceaccounts,poddisruptionbudgets"
    made += ",clusterroles,clusterrolebindings,rolebindings"
    left = cluster.kubectl("get", made, "-A", "-l", "app.kubernetes.io/instance=glass", "-o", "name")
    assert left.split() == []


def _account(cluster: ApiServer, name: str) -> Http:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = cluster.request("POST", f"/api/v1/namespaces/pane/serviceaccounts/{name}/token", asked)["status"]["token"]
    return Http(cluster.url, cluster.ca, token)


def test_k0rdent_takes_it_as_a_service_template(cluster: ApiServer):
    """deploy/servicetemplate, by k0rdent's and Flux's own CRDs."""
    for file in sorted((ROOT / "deploy" / "servicetemplate").glob("*.yaml")):
        cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(file))
