"""The chart, as the real Helm renders and installs it."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.house.checkout import ROOT
from tests.rig import binaries
from tests.rig.apiserver import ApiServer

CHART = ROOT / "deploy" / "chart"
HOW = "No Helm here: run `make helm` (builds it, needs Go)."
URL = "https://pane.example.org"
DATABASE = {"database": {"url": "postgresql://pane:not-a-secret@db:5432/pane"}}


def program() -> Path | None:
    place = binaries.cache() / "helm"
    found = place / f"helm-{binaries.pinned(ROOT / 'tests' / 'helm' / 'go.mod', 'helm.sh/helm/v3')}"
    return found if found.exists() else None


def crds() -> Path | None:
    """Of the kinds that the chart makes beside Kubernetes' own."""
    return next((binaries.cache() / "helm").glob("crds-*[0-9]"), None)


class Helm:
    """Runs Helm with values, for a cluster or for none. Raises CalledProcessError; `refused` says why instead."""

    def __init__(self, found: Path, folder: Path, cluster: ApiServer | None = None) -> None:
        self.found = found
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(cluster.kubeconfig() if cluster else "")

    def run(self, *words: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(values or {}))
        command = [str(self.found), *words, "--kubeconfig", str(self.kubeconfig)]
        command += ["--values", str(file)] if values is not None else []
        home = {name: str(self.folder) for name in ("HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=home)

    def done(self, *words: str, values: dict[str, Any] | None = None) -> str:
        answer = self.run(*words, values=values)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def template(self, values: dict[str, Any], release: str = "pane", namespace: str = "pane") -> list[dict[str, Any]]:
        words = ("template", release, str(CHART), "--namespace", namespace, "--kube-version", binaries.version())
        return [one for one in yaml.safe_load_all(self.done(*words, values=values)) if one]
