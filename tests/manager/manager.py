"""k0rdent's manager as a process of its own, with what it needs to bring Management to Ready."""

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tests.manager.charts import ChartServer
from tests.manager.stand_in import StandIn
from tests.rig import certificates
from tests.rig.fleet import SYSTEM_NAMESPACE, Rig
from tests.rig.http import Answered
from tests.rig.kcm import Kcm, version
from tests.rig.process import Process, free_port

Manifest = dict[str, Any]
Found = TypeVar("Found")
K0RDENT = "/apis/k0rdent.mirantis.com/v1beta1"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
PROVIDERS = (
    "projectsveltos",
    "cluster-api-provider-k0sproject-k0smotron",
    "cluster-api-provider-aws",
    "cluster-api-provider-openstack",
)
"""What the management cluster has; a region says what it wants itself."""


class Manager:
    """`start` returns when Management is Ready and admission answers."""

    def __init__(self, rig: Rig, kcm: Kcm, folder: Path) -> None:
        self.rig = rig
        self.version = version().removeprefix("v")
        self.charts = ChartServer(kcm.charts)
        self.stand_in = StandIn(rig.management, rig.regions, self.charts)
        self._kcm, self._folder = kcm, folder
        self._authority = certificates.Authority("kcm-webhook")
        self._webhooks, self._health = free_port(), free_port()
        self._process = Process("kcm", folder / "kcm.log")

    @property
    def log(self) -> str:
        return self._process.log.read_text(errors="replace")

    @property
    def release(self) -> str:
        return f"kcm-{self.version.replace('.', '-')}"

    def start(self) -> None:
        crds = [
            crd for file in sorted(self._kcm.crds.glob("*.yaml")) for crd in yaml.safe_load_all(file.read_text()) if crd
        ]
        for cluster in self.rig.clusters:
            cluster.install_crds(crds)
        management = self.rig.management
        management.create_namespace(SYSTEM_NAMESPACE)
        self.charts.start()
        self.stand_in.start()
        self._launch()
        management.apply(yaml.safe_dump_all(self._templates()))
        self.until("the Release is ready", lambda: self.get("releases", self.release).get("status", {}).get("ready"))
        management.apply(yaml.safe_dump(self._management()))
        self.until("Management is Ready", lambda: self.ready("managements", "kcm"))
        for kind, made in self._admission():
            management.request("POST", f"{ADMISSION}/{kind}", made)

    def stop(self) -> None:
        self._process.kill()
        self.stand_in.stop()
        self.charts.stop()

    def get(self, plural: str, name: str, namespace: str = "") -> Manifest:
        """An object of k0rdent's on management; empty when there is none."""
        inside = f"/namespaces/{namespace}" if namespace else ""
        try:
            found: Manifest = self.rig.management.request("GET", f"{K0RDENT}{inside}/{plural}/{name}")
        except Answered as answered:
            if answered.status != 404:
                raise
            return {}
        return found

    def condition(self, plural: str, name: str, namespace: str = "", type: str = "Ready") -> Manifest:
        """One of its conditions; empty when it has none."""
        conditions = (self.get(plural, name, namespace).get("status") or {}).get("conditions") or []
        return next((one for one in conditions if one["type"] == type), {})

    def ready(self, plural: str, name: str, namespace: str = "") -> bool:
        return self.condition(plural, name, namespace).get("status") == "True"

    def until(self, what: str, check: Callable[[], Found], seconds: float = 120) -> Found:
        """Wait until the check gives something true, and return that."""
        deadline = time.monotonic() + seconds
        while not (found := check()):
            if time.monotonic() > deadline:
                raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{self.stand_in.trouble}\n{self.log[-4000:]}")
            time.sleep(0.3)
        return found

    # -- inside --------------------------------------------------------------------------------------------------

    def _launch(self) -> None:
        certificates_folder = self._folder / "certificates"
        certificates_folder.mkdir()
        serving = self._authority.serving()
        (certificates_folder / "tls.crt").write_bytes(serving.certificate)
        (certificates_folder / "tls.key").write_bytes(serving.key)
        kubeconfig = self._folder / "management.kubeconfig"
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(self.rig.management.kubeconfig())
        settings = {"POD_NAMESPACE": SYSTEM_NAMESPACE, "KCM_NAME": "kcm", "HELM_RELEASE_NAME": "kcm"}
        self._process.start(
            [
                "/usr/bin/env",
                *(f"{name}={value}" for name, value in settings.items()),
                str(self._kcm.program),
                f"--kubeconfig={kubeconfig}",
                f"--templates-repo-url={self.charts.url}",
                "--create-management=false",
                "--create-release=false",
                "--create-templates=false",
                "--telemetry-mode=disabled",
                "--metrics-bind-address=0",
                f"--health-probe-bind-address=127.0.0.1:{self._health}",
                f"--webhook-port={self._webhooks}",
                f"--webhook-cert-dir={certificates_folder}",
                f"--leader-election-namespace={SYSTEM_NAMESPACE}",
                "--capi-cluster-poll-interval=5s",
            ]
        )

    def _templates(self) -> list[Manifest]:
        """k0rdent's own Release and templates, the Release called after what the manager was built as."""
        files = self._kcm.charts / "provider" / "kcm-templates" / "files"
        release = yaml.safe_load((files / "release.yaml").read_text())
        release["metadata"]["name"], release["spec"]["version"] = self.release, self.version
        found = [release]
        for file in sorted((files / "templates").glob("*.yaml")):
            template = yaml.safe_load(file.read_text())
            if template["kind"] == "ClusterTemplate":
                template["metadata"]["namespace"] = SYSTEM_NAMESPACE
            found.append(template)
        return found

    def _management(self) -> Manifest:
        return {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "Management",
            "metadata": {"name": "kcm"},
            "spec": {"release": self.release, "providers": [{"name": name} for name in PROVIDERS]},
        }

    def _admission(self) -> list[tuple[str, Manifest]]:
        """The module's webhook configurations, led to our process instead of to a Service."""
        text = (self._kcm.charts / "provider" / "kcm" / "templates" / "webhooks.yaml").read_text()
        lines = [line for line in text.splitlines() if not line.strip().startswith("{{")]
        plain = re.sub(r"{{.*?}}", "kcm", "\n".join(lines))
        authority = base64.b64encode(self._authority.certificate).decode()
        found = []
        for made in yaml.safe_load_all(plain):
            made["metadata"]["annotations"] = {}
            for hook in made["webhooks"]:
                path = hook["clientConfig"]["service"]["path"]
                hook["clientConfig"] = {"url": f"https://127.0.0.1:{self._webhooks}{path}", "caBundle": authority}
            plural = made["kind"].lower() + "s"
            found.append((plural, made))
        return found
