"""Where kube-apiserver and etcd are: named in the environment as envtest does it, or built by `make apiserver`."""

import os
from dataclasses import dataclass
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "apiserver" / "go.mod"

HOW = (
    "No kube-apiserver and etcd here: run `make apiserver` (builds both, needs Go), or name a folder that holds them "
    "in KUBEBUILDER_ASSETS, or each in TEST_ASSET_KUBE_APISERVER and TEST_ASSET_ETCD."
)


@dataclass(frozen=True)
class Binaries:
    kube_apiserver: Path
    etcd: Path


def version() -> str:
    """The version of Kubernetes that tests/apiserver/go.mod pins, such as v1.36.3."""
    for line in MODULE.read_text().splitlines():
        words = line.split()
        if words[:1] == ["k8s.io/kubernetes"]:
            return words[1]
    raise LookupError(f"{MODULE} does not pin k8s.io/kubernetes")


def cache_folder() -> Path:
    """Where `make apiserver` puts them."""
    home = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME") or "/tmp") / ".cache"
    return Path(home) / "pane" / "apiserver" / version()


def find() -> Binaries | None:
    """Both binaries, or None when one of them is nowhere."""
    found = [_find("KUBE_APISERVER", "kube-apiserver"), _find("ETCD", "etcd")]
    return Binaries(*found) if all(found) else None


def _find(variable: str, name: str) -> Path | None:
    if named := os.environ.get(f"TEST_ASSET_{variable}"):
        return Path(named)
    folders = [Path(assets)] if (assets := os.environ.get("KUBEBUILDER_ASSETS")) else []
    for folder in [*folders, cache_folder()]:
        if os.access(folder / name, os.X_OK):
            return folder / name
    return None
