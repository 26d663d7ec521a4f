"""Why there is no number: a closed set of sentences, each of them true."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from regions.domain.metrics.absences import Absence
from regions.domain.metrics.figures import SourceState, figure
from regions.domain.metrics.measures import Figure, Missing, Reading, Why, total
from regions.domain.viewer import Viewer
from regions.metrics.reads import measures
from regions.metrics.stores.errors import from_status
from regions.models import Measured, Store
from regions.templatetags import panels
from tests.regions.metrics.rows import measured, small_fleet

ADA = Viewer("ada")
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
_MAY = {"regions/domain/metrics/absences.py", "regions/domain/metrics/measures.py"}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def why(found: Figure) -> tuple[Why, str]:
    assert isinstance(found, Missing), found
    return found.reason, found.sentence


def test_nothing_but_the_table_says_why_there_is_no_number():
    root = Path(settings.BASE_DIR)
    made = [
        f"{path.relative_to(root)}:{node.lineno}"
        for package in ("regions", "deployments", "dashboard")
        for path in (root / package).rglob("*.py")
        if path.relative_to(root).as_posix() not in _MAY
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Missing"
    ]
    assert made == []


def test_every_reason_has_its_words_on_the_screen_and_every_sentence_its_reason():
    assert set(panels.WORDS) == set(panels.SHORT) == set(Why)
    own = {one.value[0] for one in Absence if one.value[0]}
    failed = set(Why) - own
    assert failed == {
        Why.NO_CREDENTIALS,
        Why.REFUSED,
        Why.UNREACHABLE,
        Why.SLOW,
        Why.NOT_PERMITTED,
    }, "only what a store says of itself has no sentence of ours"


def test_what_may_be_said_of_a_figure_is_one_of_these():
    def said(value: Any, told: SourceState, now: datetime = at(10), **more: Any) -> tuple[Why, str]:
        return why(figure(value, "nodes", "wall", told, now, **more))

    well, read = SourceState(sampled_at=at(-20)), (3.0, NOON)
    assert said(None, well) == (Why.NO_DATA, "The store has no such series of it")
    assert said(None, well, asked=False) == (Why.NOT_ASKED, "It has not been asked yet")
    assert said((None, NOON), well) == (Why.NO_VALUE, "The store has such series, and no usable number in them")
    assert said(read, SourceState(dark="No watcher is at work")) == (Why.STALE, "No watcher is at work")
    refused = SourceState(reason="refused", message="Store eu does not permit this")
    assert said(None, refused) == (Why.REFUSED, "Store eu does not permit this")
    assert said(read, well, at(3600))[0] is Why.STALE
    assert said((3.0, at(400)), SourceState(sampled_at=NOON), at(401)) == (Why.STALE, "No new samples since 12:00 UTC")


def test_a_cluster_that_was_never_heard_is_not_current_whatever_the_store_returns():
    """A window of a day reaches far back: restarts, costs, elections of who has been silent for hours."""
    silent = SourceState(reporting=False)
    assert why(figure((2.0, NOON), "restarts", "detail", silent, at(10)))[0] is Why.NO_DATA
    found = figure((2.0, NOON), "restarts", "detail", silent, at(10))
    assert isinstance(found, Missing)
    assert found.last == Reading(2.0, "restarts", NOON)
    assert (
        total({"a": found, "b": Reading(1.0, "restarts", NOON)}, "restarts", "clusters").coverage == "1 of 2 clusters"
    )
    lost = figure((1.0, NOON), "clusters", "slow", silent, at(10), of_silent=True)
    assert lost == Reading(1.0, "clusters", NOON), "that it is silent is known"


def test_a_query_that_is_too_large_is_told_from_one_that_makes_no_sense():
    """In the words of VictoriaMetrics 1.151, of 1.79, and of Prometheus 3.16."""
    for status, words in (
        (422, "cannot select more than -search.maxSamplesPerQuery=40 samples; possible solutions: increase it"),
        (
            422,
            "the number of matching timeseries exceeds 300000; either narrow down the search or increase -search.max*",
        ),
        (400, "too long query; got 20001 bytes; mustn't exceed `-search.maxQueryLen=16384` bytes"),
        (422, "query processing would load too many samples into memory in query execution"),
    ):
        error = from_status(status, json.dumps({"error": words}).encode(), "Store eu")
        assert (error.why, error.sentence) == (Why.TOO_LARGE, f"Store eu does not answer so large a query: {words}")
    for status, words in (
        (400, 'unknown function with name "increase_prometheus"'),
        (422, "duplicate time series on the right side"),
    ):
        assert from_status(status, json.dumps({"error": words}).encode(), "Store eu").why is Why.BROKEN


@pytest.mark.django_db
def test_two_clusters_of_one_name_cost_nobody_else_their_figures():
    now = timezone.now()
    small_fleet(now)
    eu = Store.objects.get(name="eu")
    for namespace in ("a", "b"):
        measured(eu, namespace, "twin", now)
    for row in Measured.objects.filter(store=eu, name="web"):
        row.readings["api_p99"] = [0.25, now.timestamp()]
        row.save()
    for namespace in ("a", "b"):
        one = measures.cluster_measures(namespace, "twin", viewer=ADA)
        reason, sentence = why(one.figures["api_p99"])
        assert reason is Why.AMBIGUOUS
        assert sentence.startswith("Several clusters of this store are called twin; this figure is recorded without")
        assert isinstance(one.figures["cpu_used_ratio"], Reading), "raw series tell them apart"
    web = measures.cluster_measures("team", "web", viewer=ADA)
    assert isinstance(web.figures["api_p99"], Reading)
    pay = measures.cluster_measures("team", "pay", viewer=ADA)
    assert why(pay.figures["api_p99"])[0] is Why.NO_DATA


@pytest.mark.django_db
def test_a_price_that_is_not_known_makes_the_sum_at_least_so():
    now = timezone.now()
    small_fleet(now)
    for name, priced in (("web", 2.0), ("pay", 5.0)):
        for row in Measured.objects.filter(name=name):
            row.readings |= {"cost_hour": [1.5, now.timestamp()], "nodes_priced": [priced, now.timestamp()]}
            row.save()
    web = measures.cluster_measures("team", "web", viewer=ADA).figures["cost_hour"]
    assert isinstance(web, Reading)
    assert (web.value, web.lacks) == (1.5, "2 of 3 nodes have a usable price")
    pay = measures.cluster_measures("team", "pay", viewer=ADA).figures["cost_hour"]
    assert isinstance(pay, Reading)
    assert pay.lacks == ""
    fleet = measures.fleet_measures(viewer=ADA).sums["cost_hour"]
    assert fleet.least == ("team/web",)
    assert not fleet.whole
    region = measures.region_measures("fra1", viewer=ADA).figures["cost_hour"]
    assert isinstance(region, Reading)
    assert region.lacks == "known in part of 1 of 1 clusters"


@pytest.mark.django_db
def test_a_new_cluster_is_not_asked_yet_rather_than_without():
    now = timezone.now()
    small_fleet(now)
    Measured.objects.filter(name="web").update(asked={"wall": now.timestamp()})
    web = measures.cluster_measures("team", "web", viewer=ADA)
    assert why(web.figures["restarts_1h"])[0] is Why.NOT_ASKED
    assert why(web.figures["api_err"])[0] is Why.NO_DATA
