"""`/-/metrics`: what Pane itself does, for Prometheus. Of the fleet only what an alert on Pane would need."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from dashboard.models import Delivery
from dashboard.people import tokens
from dashboard.people.viewer import viewer_of
from deployments.models import Submission
from regions import inventory
from regions.models import Change, Resource
from regions.permitted import sees_fleet


class Database(Collector):
    """What the database says at the moment of asking: the same from every process that serves pages."""

    def collect(self) -> Iterable[Metric]:
        now = timezone.now()
        fresh = inventory.freshness(now)
        yield GaugeMetricFamily("pane_watching", "Whether a watcher is at work.", value=fresh.alive)
        if fresh.beat_at:
            age = (now - fresh.beat_at).total_seconds()
            yield GaugeMetricFamily("pane_watcher_beat_age_seconds", "Since the watcher last beat.", value=age)
        heard = GaugeMetricFamily("pane_cluster_heard", "Whether a cluster is heard.", labels=["cluster"])
        ages = GaugeMetricFamily("pane_cluster_heard_age_seconds", "Since its last answer.", labels=["cluster"])
        for name, link in inventory.links().items():
            heard.add_metric([name], 0 if link.blind else 1)
            if link.heard_at:
                ages.add_metric([name], (now - link.heard_at).total_seconds())
        yield heard
        yield ages
        yield _counted("pane_objects", "Objects in the copy.", Resource.objects.order_by(), "kind")
        newest = Change.objects.order_by("-id").values_list("id", flat=True).first() or 0
        yield GaugeMetricFamily("pane_log_newest_id", "Of the newest change; rises with the log, with holes.", newest)
        yield _counted("pane_submissions", "What people asked for, by what became of it.", Submission.objects, "state")
        yield _counted("pane_notice_deliveries", "Messages of notices that are kept.", Delivery.objects, "state")


def _counted(name: str, what: str, rows: object, by: str) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[by])
    for row in rows.values(by).annotate(count=Count("pk")).order_by(by):  # type: ignore[attr-defined]
        family.add_metric([str(row[by])], row["count"])
    return family


_DATABASE = CollectorRegistry(auto_describe=False)
_DATABASE.register(Database())


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a token or a session; 401 without, as a scraper expects."""
    secret = tokens.bearer(request.headers.get("Authorization", ""))
    user = request.user if secret is None else tokens.resolve(secret)
    viewer = viewer_of(user)
    if viewer is None:
        refusal = HttpResponse("A token is needed: Authorization: Bearer …\n", status=401, content_type="text/plain")
        refusal["WWW-Authenticate"] = 'Bearer realm="Pane"'
        return refusal
    if not sees_fleet(viewer):
        raise PermissionDenied("Pane's own figures speak of every cluster: they are for who may see all of the fleet.")
    return HttpResponse(generate_latest(_DATABASE) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
