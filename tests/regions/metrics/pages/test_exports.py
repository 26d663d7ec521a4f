"""Tables and charts as files."""

import csv
import io

import pytest

from regions.metrics.pages.tables import NAMES
from regions.models import Firing


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_a_file_in_both_kinds_with_the_same_rows(measured, ada, name):
    text, data = ada.get(f"/metrics/export/{name}.csv"), ada.get(f"/metrics/export/{name}.json")
    assert text["Content-Type"] == "text/csv; charset=utf-8"
    assert data["Content-Type"] == "application/json"
    for answer, ending in ((text, "csv"), (data, "json")):
        assert answer["Content-Disposition"].startswith(f'attachment; filename="pane-{name}-')
        assert answer["Content-Disposition"].endswith(f'.{ending}"')
    rows = list(csv.DictReader(io.StringIO(text.content.decode())))
    assert len(rows) == data.json()["count"] > 0
    assert list(rows[0]) == list(data.json()["rows"][0])


def test_a_sum_carries_of_how_many_it_is(measured, ada):
    rows = {row["figure"]: row for row in ada.get("/metrics/export/sums.json").json()["rows"]}
    assert (rows["nodes"]["heard"], rows["nodes"]["of"], rows["nodes"]["whole"]) == (7, 10, False)
    assert "kcm-system/ads-prod" in rows["nodes"]["missing"]


def test_what_is_not_known_is_empty_and_why_is_said(measured, ada):
    rows = {row["cluster"]: row for row in ada.get("/metrics/export/clusters.json").json()["rows"]}
    assert rows["lake-prod"]["nodes (nodes)"] is None
    assert "unreachable" in rows["lake-prod"]["why"]
    assert rows["shop-prod"]["nodes (nodes)"] == 9


def test_a_table_can_be_narrowed(measured, ada):
    rows = ada.get("/metrics/export/clusters.json?region=us-east").json()["rows"]
    assert {row["cluster"] for row in rows} == {"lake-prod", "etl-prod"}


def test_an_alert_that_is_a_formula_stays_words(measured, ada):
    Firing.objects.filter(fingerprint="f0").update(summary='=HYPERLINK("http://evil","x")')
    text = ada.get("/metrics/export/alerts.csv").content.decode()
    assert "'=HYPERLINK" in text


def test_a_chart_is_a_row_a_moment_and_a_gap_is_empty(measured, ada):
    answer = ada.get("/metrics/chart.csv?query=cpu_used_ratio&cluster=kcm-system/shop-prod&span=1h")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["time", "CPU used"]
    assert len(rows) == 62
    assert [row[1] for row in rows[1:]].count("") == 20
    assert "cpu_used_ratio-kcm-system-shop-prod-1h" in answer["Content-Disposition"]


def test_a_chart_that_failed_says_why_in_its_file(measured, ada):
    body = ada.get("/metrics/chart.json?query=cpu_used_ratio&region=us-east").json()
    assert body["missing"]["reason"] == "unreachable"
    assert body["series"] == []
