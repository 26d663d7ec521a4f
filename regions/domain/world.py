"""Where regions are, and where that is on a map of the world. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from regions.domain import manifest as m
from regions.domain.manifest import Manifest

LOCATION = "pane.k0rdent.dev/location"
"""Annotation of a Region or Management that says where it is: latitude and longitude, such as `55.70, 13.19`."""
TOPOLOGY = "topology.kubernetes.io/region"
"""Kubernetes' well-known label of nodes and clusters: the region of the cloud, by its code."""

WIDTH, HEIGHT = 1000, 440
"""The map of static/vendor/land.svg, which vendor/land.mjs draws in the projection below."""
_SCALE = WIDTH / 2 / (math.pi * 0.8707)


@dataclass(frozen=True, slots=True)
class Location:
    """A point, in degrees, and how we know: a code of a cloud, or the object's own word."""

    latitude: float
    longitude: float
    by: str

    @property
    def point(self) -> tuple[float, float]:
        return project(self.latitude, self.longitude)


@cache
def cloud_regions() -> Mapping[str, tuple[float, float]]:
    """Code of a cloud's region → latitude, longitude. Of a code that two clouds use, the first of the file counts."""
    clouds: dict[str, dict[str, list[float]]] = yaml.safe_load(
        (Path(__file__).parent / "cloud_regions.yaml").read_text(encoding="utf-8")
    )
    found: dict[str, tuple[float, float]] = {}
    for codes in clouds.values():
        for code, (latitude, longitude) in codes.items():
            found.setdefault(code, (latitude, longitude))
    return found


def of_code(code: str) -> Location | None:
    """Where a cloud's region is; of a zone (`eu-west-1a`, `europe-west3-b`) where its region is."""
    known = cloud_regions()
    for one in (code, re.sub(r"-?[a-f]$", "", code)):
        if one in known:
            return Location(*known[one], one)
    return None


def of_object(manifest: Manifest) -> Location | None:
    """What a Region or Management says of where it is: by annotation, by label, or by being called as a cloud's
    region is."""
    said = re.fullmatch(
        r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", m.annotations(manifest).get(LOCATION, "")
    )
    if said and abs(float(said[1])) <= 90 and abs(float(said[2])) <= 180:
        return Location(float(said[1]), float(said[2]), "its annotation")
    return of_code(m.labels(manifest).get(TOPOLOGY, "")) or of_code(m.name(manifest))


def of_deployment(manifest: Manifest) -> Location | None:
    """Where a ClusterDeployment runs: charts call it `region` (AWS, GCP) or `location` (Azure)."""
    config: Any = m.part(manifest, "spec", "config")
    found = (of_code(m.text(m.part(m.mapping(config), key))) for key in ("region", "location"))
    return next((one for one in found if one), None)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Natural Earth's projection (Šavrič, Jenny, Patterson 2011, in the form of d3-geo's geoNaturalEarth1)."""
    x, y = math.radians(longitude), math.radians(latitude)
    y2 = y * y
    y4 = y2 * y2
    across = x * (0.8707 - 0.131979 * y2 + y4 * (-0.013791 + y4 * (0.003971 * y2 - 0.001529 * y4)))
    up = y * (1.007226 + y2 * (0.015085 + y4 * (-0.044475 + 0.028874 * y2 - 0.005916 * y4)))
    return WIDTH / 2 + _SCALE * across, 240 - _SCALE * up
