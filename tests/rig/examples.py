"""Examples of manifests as people publish them: in YAML files, in fenced blocks and here-documents of Markdown."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FENCE = re.compile(r"^([ \t]*)(```+|~~~+)[^\n]*\n(.*?)^\1\2[ \t]*$", re.DOTALL | re.MULTILINE)
_HERE = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?[^\n]*\n(.*?)^\s*\1\s*$", re.DOTALL | re.MULTILINE)
_OF_REGIONS = re.compile(r"(^|\.)cluster\.x-k8s\.io$|projectsveltos\.io$")
_OF_SERVER = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "deletionTimestamp", "finalizers",
              "generation", "ownerReferences", "selfLink", "deletionGracePeriodSeconds")  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One manifest as it was found, made fit to be created, and what a controller would say of it."""

    source: str  # file, and which of its manifests
    manifest: dict[str, Any]
    status: dict[str, Any] | None
    regional: bool  # it belongs on the cluster of a region

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def group(self) -> str:
        return str(self.manifest["apiVersion"]).rpartition("/")[0]

    @property
    def namespace(self) -> str:
        return str(self.manifest["metadata"].get("namespace", ""))

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])


def collect(folders: Iterable[Path]) -> list[Example]:
    """Every whole manifest below these folders. Of several with one name each gets a name of its own."""
    found: list[Example] = []
    taken: dict[tuple[str, str, str], int] = {}
    for folder in folders:
        for path in sorted([*folder.rglob("*.md"), *folder.rglob("*.y*ml")]):
            for place, manifest in enumerate(_manifests(path)):
                if example := _example(f"{path.relative_to(folder)}#{place}", manifest, taken):
                    found.append(example)
    return found


def _manifests(path: Path) -> Iterator[dict[str, Any]]:
    text = path.read_text(errors="replace")
    blocks = [textwrap.dedent(block) for _, _, block in _FENCE.findall(text)] if path.suffix == ".md" else [text]
    for block in blocks:
        for piece in [inner for _, inner in _HERE.findall(block)] or [block]:
            try:
                documents = list(yaml.load_all(piece, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
            except yaml.YAMLError:
                continue  # a shell session, a template, a part of a manifest
            for one in documents:
                items = one.get("items", [one]) if isinstance(one, dict) and one.get("kind") == "List" else [one]
                yield from (item for item in items if isinstance(item, dict) and item.get("apiVersion"))


def _example(source: str, manifest: dict[str, Any], taken: dict[tuple[str, str, str], int]) -> Example | None:
    meta = manifest.get("metadata")
    if (
        not isinstance(meta, dict)
        or not manifest.get("kind")
        or not re.fullmatch(r"[a-z0-9.-]+", str(meta.get("name")))
    ):
        return None  # a fragment, or with a place to fill in
    if not re.fullmatch(r"[a-z0-9-]*", str(meta.get("namespace") or "")):
        return None  # a place to fill in, too
    made = deepcopy(manifest)
    status = made.pop("status", None)
    for field in _OF_SERVER:
        made["metadata"].pop(field, None)
    place = (str(made["kind"]), str(meta.get("namespace", "")), str(meta["name"]))
    taken[place] = taken.get(place, 0) + 1
    if taken[place] > 1:
        made["metadata"]["name"] = f"{meta['name']}-{taken[place]}"
    group = str(made["apiVersion"]).rpartition("/")[0]
    regional = bool(_OF_REGIONS.search(group)) and not str(made["kind"]).endswith("Identity")
    return Example(source, made, status if isinstance(status, dict) else None, regional)
