"""The words of troubles (data/troubles.yaml), versions, and conditions summed up."""

from functools import cache
from typing import Any

import yaml

from dashboard.demo.charts import chart_of, version_of
from dashboard.demo.crds import DATA
from dashboard.demo.fleet.model import Deployment

Manifest = dict[str, Any]
_VERSIONS = ("v1.36.3", "v1.35.6", "v1.34.9")


@cache
def troubles() -> Manifest:
    data: dict[str, Any] = yaml.safe_load((DATA / "troubles.yaml").read_text())
    return data


def trouble_text(d: Deployment) -> str:
    """What is said about this deployment's trouble."""
    if d.said:
        return d.said
    chart = chart_of(d.template)
    texts = troubles()[d.trouble]["texts"]
    text: str = texts.get(chart.cloud) or texts["other"]
    return text.format(
        namespace=d.namespace, name=d.name, chart=chart.name, version=version_of(d.template), identity=d.credential
    )


def kubernetes_version(template: str) -> str:
    """Of the clusters that this template makes."""
    chart = chart_of(template)
    age = len(chart.versions) - 1 - chart.versions.index(version_of(template))
    number = _VERSIONS[min(age, len(_VERSIONS) - 1)]
    return number if chart.managed else f"{number}+k0s.{2 - min(age, 2)}"


def summary(conditions: list[Manifest]) -> str:
    """What is not as it should be, as bullet lines."""
    lines = []
    for each in conditions:
        if each["status"] != "True" and each["type"] not in ("Deleting", "Available"):
            text = f"\n{_indent(each['message'])}" if each["message"].startswith("*") else f" {each['message']}"
            lines.append(f"* {each['type']}:{text}")
    return "\n".join(lines)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
