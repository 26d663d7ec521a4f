"""Which chart a template is of: one answer wherever it is asked."""

import pytest

from deployments.domain.template_names import chart_of, family, in_order, version_in


def template(name: str, **helm: object) -> dict:
    return {"metadata": {"name": name, "namespace": "kcm-system"}, "spec": {"helm": helm}}


@pytest.mark.parametrize(
    ("name", "version", "wanted"),
    [
        ("aws-standalone-cp-1-0-43", "1.0.43", "aws-standalone-cp"),
        ("aws-standalone-cp-1-0-43", "", "aws-standalone-cp"),
        ("my-app-v1-2-3", "", "my-app"),
        ("my-app-v1-2-3", "1.2.3", "my-app"),
        ("my-app-1-2-3", "v1.2.3", "my-app"),
        ("app-2-0-0-rc1", "2.0.0-rc1", "app"),
        ("app-2-0-0-rc1", "", "app"),
        ("app-1-2-3-build7", "1.2.3+build7", "app"),
        ("ingress-nginx-4-11-3", "", "ingress-nginx"),
        ("kube-prometheus-stack-65", "65", "kube-prometheus-stack"),
        ("aws-2-1-gpu", "", "aws-2-1-gpu"),  # what follows the numbers is no version
        ("k0s-8", "1.0.0", "k0s-8"),
        ("pool-2", "", "pool-2"),
        ("plain", "", "plain"),
    ],
)
def test_a_name_without_its_version(name, version, wanted):
    assert family(name, version) == wanted


def test_what_the_manifest_says_counts_before_its_name():
    assert chart_of(template("team-clusters-3-0-0", chartSpec={"chart": "aws-standalone-cp"})) == "aws-standalone-cp"


def test_a_copy_is_of_the_chart_of_its_original():
    copied = template("team-clusters-3-0-0", chartRef={"kind": "HelmChart", "name": "team-clusters-3-0-0"})
    assert chart_of(copied, {"team-clusters-3-0-0": "aws-standalone-cp"}) == "aws-standalone-cp"
    assert chart_of(copied, {}) == "team-clusters"


@pytest.mark.parametrize(
    ("name", "version"), [("my-app-v1-2-3", "1.2.3"), ("app-2-0-0-rc1", "2.0.0-rc1"), ("plain", ""), ("pool-2", "")]
)
def test_the_version_that_a_name_ends_with(name, version):
    assert version_in(name) == version


def test_versions_are_sorted_by_number():
    versions = ["1.0.9", "1.0.10", "v1.1.0", "1.0.10-rc1"]
    assert sorted(versions, key=in_order) == ["1.0.9", "1.0.10-rc1", "1.0.10", "v1.1.0"]
