"""The CRDs that the rig installs: a folder named in PANE_TEST_CRDS, else the project's own compact ones."""

import os
from pathlib import Path
from typing import Any

import yaml

COMPACT = Path(__file__).resolve().parent.parent / "crds"


def folder() -> Path:
    return Path(os.environ.get("PANE_TEST_CRDS") or COMPACT)


def load(where: Path | None = None) -> list[dict[str, Any]]:
    """Every CRD below the folder, by name, fit for a cluster on which no conversion webhook runs."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((where or folder()).rglob("*.yaml")):
        for document in yaml.load_all(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if document and document.get("kind") == "CustomResourceDefinition":
                document["spec"].pop("conversion", None)
                document.pop("status", None)
                found[document["metadata"]["name"]] = document
    assert found, f"{where or folder()} holds no CustomResourceDefinition"
    return list(found.values())


def of_a_region(crds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that a regional cluster has: Cluster API, Sveltos, and the one k0rdent kind that is shipped to regions."""
    return [
        crd
        for crd in crds
        if crd["spec"]["group"].endswith(("cluster.x-k8s.io", "projectsveltos.io"))
        or crd["spec"]["names"]["kind"] == "ProviderInterface"
    ]
