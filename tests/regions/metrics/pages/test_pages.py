"""What people see of metrics, from rows alone."""

import json
import re
from datetime import timedelta

from django.utils import timezone

from regions.models import Firing, Measured, Resource, Store

PAGES = (
    "/metrics/",
    "/metrics/alerts/",
    "/metrics/cost/",
    "/metrics/onboarding/",
    "/metrics/figures/cpu_used_ratio/",
    "/metrics/figures/store_eta/",
    "/metrics/figures/watchdog/",
    "/regions/eu-central/metrics/",
    "/regions/us-east/metrics/",
    "/regions/dc-lund/metrics/",
    "/regions/~management/metrics/",
    "/deployments/kcm-system/shop-prod/metrics/",
    "/deployments/kcm-system/ads-prod/metrics/",
    "/deployments/platform/old-ci/metrics/",
    "/metrics/chart/?query=cpu_used_ratio&region=eu-central&span=24h",
    "/metrics/figures/nodes/?region=a/b",
    "/metrics/chart/?query=nodes&cluster=a/b/c&span=nonsense",
)


def alone(client, url):
    return client.get(url, headers={"HX-Request": "true"}).content.decode()


def test_every_page_answers(measured, ada):
    for url in PAGES:
        assert ada.get(url).status_code == 200, url


def test_nothing_is_seen_without_signing_in(measured, client):
    for url in PAGES:
        assert client.get(url).status_code == 302, url
    for url in ("/metrics/chart.csv?query=nodes", "/metrics/export/regions.csv"):
        assert client.get(url).status_code == 401, url  # files are for programs, too


def test_every_sum_says_of_how_many_and_who_is_missing(measured, read):
    text = read("/metrics/")
    assert "2 of 3 stores answer (not heard: us-store)" in text
    assert "7 of 10 clusters report" in text
    # nodes, CPU, memory, disk, containers, API twice, cost, freshness: each of the clusters that were heard
    assert text.count("7 of 10 clusters") >= 10
    assert "kcm-system/ads-prod, team-data/etl-prod, team-data/lake-prod" in text


def test_what_is_stale_is_no_number_and_never_good(measured, read, ada):
    html = ada.get("/metrics/").content.decode()
    row = re.search(r'<tr id="metrics-region-us-east">.*?</tr>', html, re.DOTALL)[0]
    assert "0 of 2" in row
    assert "unreachable" in row
    assert "52" not in re.sub(r"<[^>]+>", " ", row), "what it said 41 minutes ago is not what is"


def test_a_store_that_fell_silent_ends_in_its_small_line_where_it_ended(measured, ada):
    html = ada.get("/metrics/").content.decode()
    row = re.search(r'<tr id="metrics-region-us-east">.*?</tr>', html, re.DOTALL)[0]
    xs = [float(x) for d in re.findall(r'chart__line s-1" d="([^"]+)"', row) for x in re.findall(r"[ML]([\d.]+) ", d)]
    assert xs
    assert max(xs) < 400, "the last 41 of 60 minutes are empty"


def test_kof_stands_above_what_it_measures(measured, read):
    text = read("/metrics/")
    assert "1 of 7 parts of KOF is Degraded: kof-child-cluster (7 of 9 clusters)" in text
    assert text.index("parts of KOF") < text.index("Nodes ready")


def test_when_the_watcher_is_away_every_figure_is_stale(measured, ada, read):
    from regions.models import Lease

    Lease.objects.update(beat_at=timezone.now() - timedelta(minutes=9))
    text = read("/metrics/")
    assert "0 of 3 stores answer" in text
    assert "54.0" not in text
    assert "not known" in text


def test_what_kof_does_not_alert_of_is_looked_at(measured, read):
    text = read("/metrics/")
    assert "1 of 10 do not report: kcm-system/ads-prod" in text, "those of a silent store are not accused"
    assert "lund-regional: 83" in text
    assert "Watchdog fires" in text
    Measured.objects.filter(name="").update(readings={})
    assert "Watchdog does not fire" in read("/metrics/")


def test_the_ladder_says_the_first_step_that_fails(measured, read):
    text = read("/metrics/onboarding/")
    assert "1 of 10 clusters" in text
    assert "Of 2 nobody can tell: their stores do not answer" in text, "a silent store is not the clusters' fault"
    assert "us-store does not answer for 2 clusters" in text
    assert "KOF made no ConfigMap for it" in text
    assert "kof-regional-cluster-name" in read("/deployments/kcm-system/ads-prod/metrics/")


def test_a_store_that_does_not_answer_is_said_above_and_no_cluster_is_called_stuck_for_it(measured, ada):
    html = ada.get("/regions/us-east/metrics/").content.decode()
    above = re.search(r'id="place-silent">.*?</div></div>', html, re.DOTALL)[0]
    assert "No answer from vmauth.us.example.org: connection refused" in above
    assert re.search(r'id="place-stuck"[^>]* hidden', html)
    assert "Ask all the same" in html, "charts are not asked of who does not answer, unless somebody wants it"


def test_a_cluster_outside_kof_is_said_to_be_and_shows_no_chart(measured, read):
    text = read("/deployments/platform/old-ci/metrics/")
    assert "Nothing is measured here" in text
    assert "It has no KOF role" in text
    assert "Asking its store" not in text


def test_figures_that_cannot_be_say_why(measured, read):
    Resource.objects.filter(name="shop-prod", kind="ClusterDeployment").update(template="aws-hosted-cp-1-0-43")
    for row in Measured.objects.filter(name="shop-prod"):
        row.readings = {key: value for key, value in row.readings.items() if not key.startswith("etcd")}
        row.save()
    text = read("/deployments/kcm-system/shop-prod/metrics/")
    assert "Its control plane is run elsewhere" in text
    assert "etcd fsync, p99" in text


def test_a_chart_has_words_for_who_does_not_see_it(measured, ada):
    html = alone(ada, "/metrics/chart/?query=cpu_used_ratio&cluster=kcm-system/shop-prod&span=1h")
    assert html.lstrip().startswith("<figure")
    assert "Lowest" in html
    assert "Where the line is broken nothing was heard" in html
    assert 'class="chart__gap"' in html
    assert "style=" not in html
    facts = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])
    assert facts["count"] == 61
    assert None in facts["lines"][0]["points"]


def test_a_store_that_does_not_answer_has_its_words_in_the_place_of_the_chart(measured, ada):
    html = alone(ada, "/metrics/chart/?query=cpu_used_ratio&region=us-east")
    assert "The store does not answer." in html
    assert "connection refused" in html
    assert "chart__line" not in html


def test_a_partial_answer_is_said_to_be(measured, ada):
    assert "not whole" in ada.get("/metrics/chart/?query=net_rx&region=eu-central").content.decode()


def test_pages_are_drawn_without_asking_a_store(measured, ada, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a page asked a store")

    monkeypatch.setattr("regions.metrics.pages.charts.chart", never)
    for url in (page for page in PAGES if not page.startswith("/metrics/chart/")):
        assert ada.get(url).status_code == 200, url


def test_alerts_are_by_place_worst_first_once_each_and_linked(measured, ada, read):
    html = ada.get("/metrics/alerts/").content.decode()
    names = ("NodeFilesystemAlmostOutOfSpace", "KubeNodeNotReady", "KubePodCrashLooping")
    places = [html.index(name) for name in names]
    assert places == sorted(places)
    assert html.count('<span class="row__name">KubePodCrashLooping') == 1
    assert "×2" in html
    assert 'href="/deployments/kcm-system/search-prod/"' in html
    text = read("/metrics/alerts/")
    assert "KubeHpaMaxedOut" in text, "what fired within a day"
    assert "pod pay/pay-7c9-x" in text


def test_alerts_are_filtered_by_severity_region_words_and_silence(measured, read):
    assert "KubeNodeNotReady" not in read("/metrics/alerts/?severity=critical")
    assert "KubeNodeNotReady" not in read("/metrics/alerts/?region=~management")
    assert "CPUThrottlingHigh" not in read("/metrics/alerts/?silenced=0")
    assert "No alert fits" in read("/metrics/alerts/?search=atlantis")


def test_without_alertmanager_no_alert_is_not_said_to_be_good(measured, read):
    Firing.objects.all().delete()
    Store.objects.filter(kind="alerts").update(reason="unreachable", message="connection refused")
    text = read("/metrics/alerts/")
    assert "These may not be all" in text
    assert "No alert fires" not in text


def test_an_alert_from_a_cluster_can_link_to_nothing_that_runs(measured, ada, settings):
    settings.PANE_ALERTS_URL = "https://alerts.example.org"
    Firing.objects.filter(fingerprint="f0").update(runbook="javascript:alert(1)", summary="<script>x</script>")
    html = ada.get("/metrics/alerts/").content.decode()
    assert "javascript:" not in html
    assert "<script>x" not in html
    assert "https://alerts.example.org/#/silences/new?filter=%7Balertname%3D%22KubeNodeNotReady%22" in html


def test_cost_names_its_source_and_says_where_it_is_an_estimate(measured, read, settings):
    settings.PANE_BUDGETS = {"*": 500.0, "eu-central": 1000.0}
    text = read("/metrics/cost/")
    assert "OpenCost" in text
    rows = {row.split()[0]: row for row in re.findall(r"(\S+ kcm-system(?: · estimated)? [\d.,]+)", text)}
    assert "estimated" in rows["lund-regional"], "docker has no price list"
    assert "estimated" not in rows["shop-prod"]
    assert "Over budget: the fleet." in text
    assert "7 of 10 clusters" in text
    assert "Over budget: eu-central" not in text
    assert "Over budget" in read("/metrics/")


def test_a_figure_is_explained_with_its_query_and_leads_on(measured, ada, settings):
    settings.PANE_GRAFANA_URL = "https://grafana.example.org/"
    settings.PANE_VMUI_URL = "https://vm.{region}.example.org/vmui"
    html = ada.get("/metrics/figures/etcd_db/?region=eu-central").content.decode()
    assert "etcd_mvcc_db_total_size_in_bytes" in html
    assert "https://grafana.example.org/d/c2f4e12cdf69feb95caa41a5a1b423d9?" in html
    assert "https://vm.eu-central.example.org/vmui/?#/?g0.expr=" in html


def test_names_that_nobody_has_are_not_found(measured, ada):
    for url in (
        "/metrics/figures/nonsense/",
        "/metrics/chart/?query=nonsense",
        "/metrics/chart.csv",
        "/regions/atlantis/metrics/",
        "/deployments/a/b/metrics/",
        "/metrics/export/nonsense.csv",
        "/metrics/export/regions.exe",
    ):
        assert ada.get(url).status_code == 404, url
