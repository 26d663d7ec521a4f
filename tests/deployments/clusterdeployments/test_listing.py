"""The list of deployments: what is found, in which order, and that no more than a page of rows is read for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from dashboard.bench.narrowing import ASKED
from dashboard.bench.scribe import Scribe
from deployments.clusterdeployments.filters import SORTS, DeploymentFilters, parse
from deployments.clusterdeployments.listing import list_deployments
from regions.domain.viewer import Viewer
from regions.models import Resource

pytestmark = pytest.mark.django_db

ADA = Viewer("ada")
SEARCHED = (
    DeploymentFilters(text="d0001"),
    DeploymentFilters(text="quota 20"),
    DeploymentFilters(text="team-05 D0"),
    DeploymentFilters(labels=(("team", "t05"),)),
    DeploymentFilters(labels=(("team", "t05"), ("stage", "prod"))),
    DeploymentFilters(labels=(("stage", ""),)),
    DeploymentFilters(labels=(("team", 'a"b'),)),
    DeploymentFilters(labels=(("team", "T05"),)),
)


@pytest.fixture
def fleet() -> list[Resource]:
    """Deployments of many teams; one has odd labels, another a message that is longer than an index entry may be."""
    scribe = Scribe(8, varies=True)
    scribe.seed(200)
    odd = "".join(f"{number * 7919 % 9973:x} " for number in range(6000))
    scribe.journal.record(scribe.term, [scribe.note(7, odd, version=2)], timezone.now())
    Resource.objects.filter(name="d000009").update(labels={"team": 'a"b', "stage": ""})
    return list(Resource.objects.filter(kind="ClusterDeployment"))


def fits(row: Resource, filters: DeploymentFilters) -> bool:
    said = f"{row.name}\0{row.namespace}\0{row.message}".lower()
    return all(word.lower() in said for word in filters.text.split()) and all(
        row.labels.get(key) == value for key, value in filters.labels
    )


@pytest.mark.parametrize("filters", SEARCHED, ids=str)
def test_what_is_searched_for_is_found_and_nothing_else(fleet: list[Resource], filters: DeploymentFilters):
    expected = sorted(row.name for row in fleet if fits(row, filters))
    assert expected or "T05" in str(filters)
    listing = list_deployments(replace(filters, page_size=100), viewer=ADA)
    assert listing.page.total == len(expected)
    assert sorted(row.target.name for row in listing.rows) == expected


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_each_order_is_that_of_an_index(fleet: list[Resource], sort: str):
    with explained() as plans:
        assert len(list_deployments(DeploymentFilters(sort=sort, page_size=20), viewer=ADA).rows) == 20
    assert len(plans) > 1
    if connection.vendor == "sqlite":
        for plan in plans:
            assert "SCAN" not in plan
            assert "USE TEMP B-TREE FOR ORDER BY" not in plan


@pytest.mark.parametrize("filters", SEARCHED[:5], ids=str)
def test_a_search_reads_an_index_alone(fleet: list[Resource], filters: DeploymentFilters):
    with explained() as plans:
        list_deployments(filters, viewer=ADA)
    assert len(plans) > 1
    if connection.vendor == "sqlite":
        assert all("COVERING INDEX searched" in plan for plan in plans)


def test_what_is_measured_is_what_is_asked_for():
    for what, query in ASKED.items():
        filters, problems = parse(QueryDict(query))
        assert not problems
        assert (filters == DeploymentFilters()) is (what == "as it is")


@contextmanager
def explained() -> Iterator[list[str]]:
    """How the database answers each query about deployments, parameters and all."""
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "'ClusterDeployment'" in sql:
            how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
            execute(f"{how} {sql}", params, many, context)
            plans.append("\n".join(str(row[-1]) for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans
