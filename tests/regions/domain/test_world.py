"""Where regions are: by what they say, by the codes of clouds; and where that is on the map."""

import math

import pytest

from regions.domain.world import LOCATION, TOPOLOGY, cloud_regions, of_code, of_deployment, of_object, project


# As d3-geo 3.1.2 says of geoNaturalEarth1, with the scale and the middle of vendor/land.mjs.
@pytest.mark.parametrize(
    ("latitude", "longitude", "x", "y"),
    [
        (0, 0, 500, 240),
        (55.7, 13.19, 530.952, 61.854),
        (-33.87, 151.21, 896.976, 349.243),
        (45.52, -122.68, 193.858, 93.391),
    ],
)
def test_a_point_is_where_the_drawn_land_has_it(latitude, longitude, x, y):
    assert project(latitude, longitude) == pytest.approx((x, y), abs=0.01)


def test_every_code_is_a_point_on_the_shown_part_of_the_world():
    for code, (latitude, longitude) in cloud_regions().items():
        x, y = project(latitude, longitude)
        assert 0 < x < 1000, code
        assert 0 < y < 440, code
    assert {"eu-west-1", "westeurope", "europe-west3", "eu-frankfurt-1"} <= set(cloud_regions())


def test_codes_that_name_one_city_are_near_each_other():
    """Three clouds in Frankfurt, and two in Tokyo: a slip in a line would stand out."""
    frankfurt = [cloud_regions()[code] for code in ("eu-central-1", "europe-west3", "germanywestcentral")]
    tokyo = [cloud_regions()[code] for code in ("ap-northeast-1", "japaneast", "asia-northeast1")]
    assert all(math.dist(a, b) < 0.5 for some in (frankfurt, tokyo) for a in some for b in some)


def region(name: str = "r", labels: dict[str, str] | None = None, annotations: dict[str, str] | None = None):
    return {"metadata": {"name": name, "labels": labels or {}, "annotations": annotations or {}}}


def test_a_region_says_where_it_is_by_annotation_label_or_name():
    own = of_object(region(annotations={LOCATION: " 55.70, 13.19 "}, labels={TOPOLOGY: "eu-west-1"}))
    assert own
    assert (own.latitude, own.longitude) == (55.70, 13.19)
    by_label = of_object(region(labels={TOPOLOGY: "westeurope"}))
    assert by_label
    assert by_label.by == "westeurope"
    assert of_object(region("us-east-1")) == of_code("us-east-1")
    assert of_object(region("us-east")) is None


@pytest.mark.parametrize("said", ["", "Lund", "91, 0", "0, 181", "55.7", "55,7 13,2", "1, 2, 3", "NaN, 0"])
def test_what_is_no_place_is_none(said):
    assert of_object(region(annotations={LOCATION: said})) is None


def test_zones_are_where_their_region_is_and_deployments_where_they_run():
    assert of_code("eu-west-1b") == of_code("eu-west-1")
    assert of_code("europe-west3-c") == of_code("europe-west3")
    assert of_code("nova") is None
    found = of_deployment({"spec": {"config": {"location": "westus2"}}})
    assert found
    assert found.by == "westus2"
    assert of_deployment({"spec": {"config": {"region": "RegionOne"}}}) is None
    assert of_deployment({"spec": {"config": ["a"]}}) is None
