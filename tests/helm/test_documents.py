"""Every command of Helm and kubectl in the documents, in their order, against a real API server."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import need
from tests.helm import helm
from tests.helm.test_chart import kinds
from tests.house.checkout import ROOT
from tests.rig import binaries
from tests.rig.fleet import Rig
from tests.wheel.documents import block, commands

__all__ = ["kinds"]

pytestmark = pytest.mark.real


def test_each_is_taken(fresh_fleet: Rig, kinds: None, tmp_path: Path):
    program, kubectl = helm.program(), binaries.kubectl()
    need(program, helm.HOW)
    need(kubectl, binaries.HOW_KUBECTL)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "helm").symlink_to(str(program))
    (tmp_path / "bin" / "kubectl").symlink_to(str(kubectl))
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    (tmp_path / "values.yaml").write_text(block("yaml"))
    (tmp_path / "kubeconfig").write_text(fresh_fleet.management.kubeconfig())
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "kubeconfig")}
    run = [line for line in commands("helm", "kubectl") if not line.startswith("kubectl exec")]  # no kubelet runs here
    assert len(run) >= 7
    for line in run:
        done = subprocess.run(
            line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
