"""What the database says of Pane at the moment of asking, as Prometheus has families; `exposition` shows them."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Count, F, Max
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboard.live.version import version
from dashboard.models import Delivery, ScreenLink
from dashboard.people import tokens
from deployments.models import Submission
from regions import inventory, journal
from regions.models import AuditHead, Change, Cluster, Firing, Lease, Log, Resource, Store, Stream, Upkeep


class Database(Collector):
    """The same from every process that serves pages."""

    def collect(self) -> Iterable[Metric]:
        now = timezone.now()
        yield from _watcher(now)
        yield from _clusters(now)
        yield from _copy(now)
        yield from _storage()
        yield from _asked(now)
        yield from _people(now)


def _watcher(now: datetime) -> Iterable[Metric]:
    fresh = inventory.freshness(now)
    yield GaugeMetricFamily("pane_watching", "Whether a watcher is at work.", value=fresh.alive)
    if fresh.beat_at:
        yield _age("pane_watcher_beat_age_seconds", "Since the watcher last beat.", fresh.beat_at, now)
    full = bool(fresh.trouble)
    yield GaugeMetricFamily("pane_database_full", "Whether its disk is full, so that nothing is recorded.", value=full)
    term = Lease.objects.aggregate(most=Max("term"))["most"] or 0
    yield GaugeMetricFamily("pane_watcher_term", "Rises whenever another watcher leads.", term)


def _clusters(now: datetime) -> Iterable[Metric]:
    heard = GaugeMetricFamily("pane_cluster_heard", "Whether a cluster is heard.", labels=["cluster"])
    ages = GaugeMetricFamily("pane_cluster_heard_age_seconds", "Since its last answer.", labels=["cluster"])
    expiry = GaugeMetricFamily(
        "pane_cluster_credential_expires_seconds", "Until our way into a cluster expires.", labels=["cluster"]
    )
    for name, link in inventory.links(now).items():
        heard.add_metric([name], 0 if link.blind else 1)
        if link.heard_at:
            ages.add_metric([name], (now - link.heard_at).total_seconds())
        if link.expires_at:
            expiry.add_metric([name], (link.expires_at - now).total_seconds())
    yield from (heard, ages, expiry)
    yield _counted("pane_clusters", "Clusters that are followed, by the state of the link.", Cluster.objects, "state")
    yield _counted("pane_streams", "Lists that are watched, by their state.", Stream.objects, "state")


def _copy(now: datetime) -> Iterable[Metric]:
    yield _counted("pane_objects", "Objects in the copy.", Resource.objects.order_by(), "kind")
    yield _counted("pane_objects_health", "Objects in the copy, by their own health.", Resource.objects, "health")
    log = Log.objects.first()
    newest = Change.objects.order_by("-id").values("id", "seen_at").first()
    oldest = Change.objects.order_by("id").values("id", "seen_at").first()
    top = newest["id"] if newest else 0
    yield GaugeMetricFamily("pane_log_newest_id", "Of the newest change; rises with the log, with holes.", top)
    if newest and oldest:
        yield _age("pane_log_newest_age_seconds", "Since a change was last recorded.", newest["seen_at"], now)
        yield _age("pane_log_oldest_age_seconds", "How far back the log goes.", oldest["seen_at"], now)
        yield GaugeMetricFamily("pane_log_ids", "From the oldest kept change to the newest.", top - oldest["id"] + 1)
    yield GaugeMetricFamily("pane_history_size_bytes", "Of the log and of what was, about.", journal.history_size())
    if limit := settings.PANE_KEEP_MB * 2**20:
        what = "What these may take (PANE_KEEP_MB); beyond it the oldest go first."
        yield GaugeMetricFamily("pane_history_limit_bytes", what, limit)
    if log:
        yield GaugeMetricFamily("pane_log_pruned_to_id", "Changes up to this one are no longer kept.", log.pruned_to)


def _storage() -> Iterable[Metric]:
    info = GaugeMetricFamily("pane_info", "1; the labels say what runs.", labels=["version", "pages", "database"])
    info.add_metric([_version(), version(), connection.vendor], 1)
    yield info
    yield GaugeMetricFamily("pane_database_size_bytes", "Of the database, with its write-ahead log.", database_size())
    free = shutil.disk_usage(settings.DATA).free
    yield GaugeMetricFamily("pane_data_free_bytes", "Free on the disk that holds PANE_DATA.", free)


def _asked(now: datetime) -> Iterable[Metric]:
    yield _counted("pane_submissions", "What people asked for, by what became of it.", Submission.objects, "state")
    yield _counted("pane_notice_deliveries", "Messages of notices that are kept.", Delivery.objects, "state")
    late = Delivery.objects.filter(ended_at=None).order_by("due_at").values_list("due_at", flat=True).first()
    overdue = max(0.0, (now - late).total_seconds()) if late else 0.0
    yield GaugeMetricFamily("pane_notice_overdue_seconds", "How late the message is that waits longest.", overdue)
    yield _counted("pane_stores", "Metrics stores, by why they give nothing (empty: they do).", Store.objects, "reason")
    broken = sum(len(broken) for broken in Store.objects.values_list("broken", flat=True))
    yield GaugeMetricFamily("pane_store_queries_broken", "Queries that stores did not answer.", broken)
    alerts = Firing.objects.filter(ended_at=None)
    yield _counted("pane_alerts", "Alerts of the fleet that are not over.", alerts, "state")
    upkeep = Upkeep.objects.filter(ended_at=None, starts_at__lte=now)
    yield _counted("pane_upkeep", "What is in maintenance, or known of.", upkeep, "kind")


def _people(now: datetime) -> Iterable[Metric]:
    counts: dict[tuple[str, str], Any] = {
        ("pane_accounts", "Accounts that may sign in."): User.objects.filter(is_active=True),
        ("pane_sessions", "Sessions that have not ended."): Session.objects.filter(expire_date__gt=now),
        ("pane_tokens", "API tokens that are good."): tokens.living(),
        ("pane_screens", "Screens that may show a wall."): ScreenLink.objects.filter(
            revoked_at=None, expires_at__gt=now
        ),
    }
    for (name, what), rows in counts.items():
        yield GaugeMetricFamily(name, what, rows.count())
    newest = AuditHead.objects.values_list("newest", flat=True).first() or 0
    yield GaugeMetricFamily("pane_audit_newest_id", "Of the newest row of the audit trail.", newest)


def database_size() -> int:
    """Bytes of the database that is in use."""
    if connection.vendor == "sqlite":
        files = (Path(f"{connection.settings_dict['NAME']}{ending}") for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _version() -> str:
    try:
        return installed("k0rdent-pane")
    except PackageNotFoundError:
        return "clone"


def _age(name: str, what: str, moment: datetime, now: datetime) -> Metric:
    return GaugeMetricFamily(name, what, value=(now - moment).total_seconds())


def _counted(name: str, what: str, rows: Any, by: str) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[by])
    for row in rows.values(label=F(by)).annotate(count=Count("pk")).order_by("label"):
        family.add_metric([str(row["label"])], row["count"])
    return family
