"""Where kube-apiserver, etcd and kubectl are: named as envtest does it, or built by `make apiserver`."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "apiserver" / "go.mod"

CHECKOUT = MODULE.parent.parent.parent

HOW_KUBECTL = "No kubectl here: put one on PATH, or run `make apiserver` (builds it, needs Go)."
HOW = (
    "No kube-apiserver, etcd and kubectl here: run `make apiserver` (builds them, needs Go), or name a folder that "
    "holds them in KUBEBUILDER_ASSETS, or each in TEST_ASSET_KUBE_APISERVER, TEST_ASSET_ETCD and TEST_ASSET_KUBECTL."
)


@dataclass(frozen=True)
class Binaries:
    kube_apiserver: Path
    etcd: Path
    kubectl: Path


def pinned(go_mod: Path, module: str) -> str:
    """The version of a module that a go.mod pins, such as v1.36.3."""
    for line in go_mod.read_text().splitlines():
        words = line.split()
        if words[:1] == [module]:
            return words[1]
    raise LookupError(f"{go_mod} does not pin {module}")


def version() -> str:
    """The version of Kubernetes that tests/apiserver/go.mod pins."""
    return pinned(MODULE, "k8s.io/kubernetes")


def cache() -> Path:
    """Where make puts what it builds."""
    home = os.environ.get("HOME")
    root = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else CHECKOUT / "var" / "cache")
    return Path(root) / "pane"


def cache_folder() -> Path:
    """Where `make apiserver` puts them."""
    return cache() / "apiserver" / version()


def find() -> Binaries | None:
    """All of them, or None when one is nowhere."""
    apiserver, etcd, control = _find("KUBE_APISERVER", "kube-apiserver"), _find("ETCD", "etcd"), kubectl()
    return Binaries(apiserver, etcd, control) if apiserver and etcd and control else None


def kubectl() -> Path | None:
    """The one beside the others, or the one on PATH."""
    found = _find("KUBECTL", "kubectl") or shutil.which("kubectl")
    return Path(found) if found else None


def _find(variable: str, name: str) -> Path | None:
    if named := os.environ.get(f"TEST_ASSET_{variable}"):
        return Path(named)
    folders = [Path(assets)] if (assets := os.environ.get("KUBEBUILDER_ASSETS")) else []
    for folder in [*folders, cache_folder()]:
        if os.access(folder / name, os.X_OK):
            return folder / name
    return None
