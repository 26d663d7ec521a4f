"""Templates to test forms with: one of our own, and the shipped ones where a folder with them is named."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.domain.safe_yaml import copied

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Chart:
    name: str
    schema: dict[str, Any]
    defaults: dict[str, Any]


@cache
def _station() -> dict[str, Any]:
    return yaml.safe_load((HERE / "station.yaml").read_text())


def station() -> Chart:
    """The template of station.yaml, a copy of your own."""
    read = copied(_station())
    return Chart("station", read["schema"], read["defaults"])


@cache
def _shipped() -> dict[str, Chart]:
    folder = Path(os.environ.get("PANE_TEST_TEMPLATES", ""))
    found = {}
    for file in sorted(folder.glob("*/schema.json")) if os.environ.get("PANE_TEST_TEMPLATES") else ():
        values = json.loads((file.parent / "values.json").read_text())
        found[file.parent.name] = Chart(file.parent.name, json.loads(file.read_text()), values)
    return found


def shipped() -> list[Any]:
    """One parameter for each shipped template, or one that skips and says why."""
    if not _shipped():
        why = "PANE_TEST_TEMPLATES names no folder with <template>/schema.json and values.json"
        return [pytest.param(None, id="none", marks=pytest.mark.skip(reason=why))]
    return [pytest.param(chart, id=name) for name, chart in _shipped().items()]
