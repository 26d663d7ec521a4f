"""Which chart a template is of, and in which version.

k0rdent's own templates are named after chart and version, `aws-standalone-cp-1-0-43`; copies that it makes in other
namespaces keep the name, and instead of `spec.helm.chartSpec` have a `chartRef` to the HelmChart of the system
namespace, which is named as the template there (kcm 1.11, AccessManagement and template chains).
"""

import re
from collections.abc import Mapping
from typing import Any

from regions.domain import manifest as m

_TAIL = re.compile(r"-v?\d+(?:-\d+)+(?:-(?:alpha|beta|dev|pre|rc)-?\d*)?$")


def chart_of(template: Mapping[str, Any], originals: Mapping[str, str] | None = None) -> str:
    """The chart of a template, as its manifest says it; of a copy, as the original does; else by its name.

    `originals`: the charts of the system namespace's templates by their names, as `said_chart` has them.
    """
    body = dict(template)
    source = m.text(m.part(body, "spec", "helm", "chartRef", "name")) or m.name(body)
    said = said_chart(template) or (originals or {}).get(source, "")
    return said or family(m.name(body), m.text(m.part(body, "status", "chartVersion")))


def said_chart(template: Mapping[str, Any]) -> str:
    """What `spec.helm.chartSpec` names; empty where there is none."""
    return m.text(m.part(dict(template), "spec", "helm", "chartSpec", "chart"))


def family(name: str, version: str = "") -> str:
    """The name without its version: `my-app` of `my-app-v1-2-3`. `version` is what is known of it otherwise.

    One number alone may be part of the name (`pool-2`): it is taken off only when it is known to be the version.
    """
    for tail in (_dashed(version), f"v{_dashed(version)}"):
        if version and len(name) > len(tail) + 1 and name.endswith(f"-{tail}"):
            return name.removesuffix(f"-{tail}")
    return _TAIL.sub("", name) or name


def version_in(name: str) -> str:
    """The version at the end of a name, `1.2.3` of `my-app-v1-2-3`; empty when there is none."""
    tail = name[len(family(name)) :].lstrip("-").removeprefix("v")
    numbers = re.match(r"\d+(?:-\d+)*", tail)
    return numbers[0].replace("-", ".") + tail[numbers.end() :] if numbers else ""


def in_order(version: str) -> list[tuple[int, str]]:
    """To sort versions by: 1.0.9 below 1.0.10, and 1.0.0-rc1 below 1.0.0."""
    core, _, before = version.removeprefix("v").partition("-")
    parts = ((int(part), "") if part.isdigit() else (-1, part) for part in core.split("."))
    return [*parts, (0 if before else 1, before)]


def _dashed(version: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", version.lower().removeprefix("v")).strip("-")
