"""The poller against a real VictoriaMetrics, to what pages are told: who reports, who no longer does, who never did."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from regions import journal
from regions.domain.metrics.measures import Missing, Reading, Why
from regions.domain.viewer import Viewer
from regions.metrics.polling.poller import Poller
from regions.metrics.reads import measures
from regions.models import Measured
from tests.regions.metrics import kof
from tests.regions.metrics.test_poller import Secrets, options, put, run
from tests.rig.victoria import Victoria

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]

ADA = Viewer("ada")
HOUR = 3600


def past(store: Victoria, cluster: str, began: int, ended: int) -> None:
    """A cluster of two nodes, from so many seconds ago until so many ago; etcd changed its leader twice meanwhile."""
    now = time.time() - 2
    me = f'cluster="{cluster}",clusterNamespace="team"'
    for ago in range(began, ended - 1, -60):
        changes = 3 + sum(ago < moment for moment in (began - 300, began - 600))
        text = f'up{{{me},job="kube-state-metrics"}} 1\n'
        text += f'etcd_server_leader_changes_seen_total{{{me},job="etcd"}} {changes}\n'
        for node in ("n0", "n1"):
            text += f'kube_node_info{{{me},job="kube-state-metrics",node="{node}"}} 1\n'
            text += f'node_total_hourly_cost{{{me},node="{node}"}} 0.5\n'
        store._call(f"/api/v1/import/prometheus?timestamp={int((now - ago) * 1000)}", text.encode())
    store._call("/internal/force_flush")


def test_of_whom_a_sum_is_and_who_is_lost(victoria_metrics: Victoria):
    """A silent cluster's day still has events, and counts in no sum; that it is lost is known, and where none is: 0."""
    past(victoria_metrics, "well", 1800, 0)
    past(victoria_metrics, "gone", 3 * HOUR, 2 * HOUR)
    now = timezone.now()
    term = journal.claim("test", now)
    assert term
    put(
        term,
        *(kof.region(name) for name in ("fra1", "ams1")),
        kof.regional("eu", victoria_metrics.url),
        *(kof.child(name, "eu") for name in ("well", "gone", "never")),
        kof.deployment("well", "fra1"),
        kof.deployment("gone", "ams1"),
        kof.deployment("never", "ams1"),
    )
    told = {"readings__has_key": "lost_clusters"}
    run(Poller(options(), term, Secrets()), lambda: Measured.objects.filter(**told).count() >= 2, 40)
    journal.beat(term, timezone.now())

    well, gone, never = (measures.cluster_measures("team", name, viewer=ADA) for name in ("well", "gone", "never"))
    assert well.figures["etcd_elections"] == Reading(2.0, "changes", well.figures["etcd_elections"].at)  # type: ignore[union-attr]
    for one in (gone, never):
        for id in ("etcd_elections", "cost_day_actual", "nodes", "restarts_1h"):
            assert isinstance(one.figures[id], Missing), (one.name, id)
            assert one.figures[id].reason is Why.NO_DATA  # type: ignore[union-attr]
    assert gone.figures["etcd_elections"].last.value == 2  # type: ignore[union-attr]
    ams = measures.region_measures("ams1", viewer=ADA)
    assert (ams.sums["etcd_elections"].value, ams.sums["etcd_elections"].coverage) == (None, "0 of 2 clusters")
    assert (ams.sums["lost_clusters"].value, ams.sums["lost_clusters"].coverage) == (1, "1 of 2 clusters")
    fra = measures.region_measures("fra1", viewer=ADA)
    assert (fra.sums["lost_clusters"].value, fra.sums["lost_clusters"].coverage) == (0, "1 of 1 clusters")
    assert (fra.sums["cost_hour"].value, fra.sums["cost_day_run_rate"].value) == (1, 24)
    victoria_metrics.drop('{cluster=~"well|gone"}')


def test_a_cluster_that_appears_is_asked_of_what_is_asked_rarely_at_once(victoria_metrics: Victoria):
    """Else a figure of every five or ten minutes is missing so long, while those beside it are known."""
    past(victoria_metrics, "first", 1800, 0)
    term = journal.claim("test", timezone.now())
    assert term
    put(term, kof.regional("eu", victoria_metrics.url), kof.child("first", "eu"), kof.deployment("first", "fra1"))
    asked = Measured.objects.filter(name="late", readings__has_key="cost_day_actual")

    def come() -> bool:
        if Measured.objects.filter(name="first", readings__has_key="cost_day_actual").exists() and not come.done:  # type: ignore[attr-defined]
            come.done = True  # type: ignore[attr-defined]
            past(victoria_metrics, "late", 1800, 0)
        return bool(asked.exists())

    come.done = False  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regions.metrics.polling.store_state.AT_LEAST", timedelta(seconds=1))
        run(Poller(options(), term, Secrets()), come, 60)
    victoria_metrics.drop('{cluster=~"first|late"}')
