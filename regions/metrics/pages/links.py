"""Where else to look: Grafana, vmui, logs, Alertmanager; only where an administrator says that they are."""

import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings

from regions.domain.charts.spans import Span
from regions.metrics.pages.panels import Panel


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """A link with its words."""

    title: str
    url: str


def around(panel: Panel, promql: str, *, region: str, cluster: str, span: Span) -> tuple[OutsideLink, ...]:
    """Where this figure can be looked at further."""
    found = [grafana(panel.board, cluster, span), vmui(promql, region, span), logs(region, cluster)]
    return tuple(link for link in found if link)


def grafana(board: str, cluster: str, span: Span) -> OutsideLink | None:
    """KOF's own dashboard of this uid, of this cluster and span."""
    base = settings.PANE_GRAFANA_URL.rstrip("/")
    if not base:
        return None
    wanted = {"var-datasource": "kof-metrics", "from": f"now-{span.key}", "to": "now"}
    if cluster:
        wanted["var-cluster"] = cluster
    return OutsideLink("Grafana", f"{base}/d/{quote(board)}?{urlencode(wanted)}")


def vmui(promql: str, region: str, span: Span) -> OutsideLink | None:
    """VictoriaMetrics' own page with this query. The address may hold `{region}`."""
    base = _of_region(settings.PANE_VMUI_URL, region)
    if not base or not promql:
        return None
    return OutsideLink(
        "vmui", f"{base}/?#/?{urlencode({'g0.expr': promql, 'g0.range_input': span.key}, quote_via=quote)}"
    )


def logs(region: str, cluster: str, query: str = "") -> OutsideLink | None:
    """VictoriaLogs' own page with the logs of this cluster. The address may hold `{region}`."""
    base = _of_region(settings.PANE_LOGS_URL, region)
    if not base:
        return None
    wanted = query or (f"k8s.cluster.name:={json.dumps(cluster)}" if cluster else "*")
    return OutsideLink("Logs", f"{base}/?#/?{urlencode({'query': wanted}, quote_via=quote)}")


def silence(name: str, labels: dict[str, str]) -> OutsideLink | None:
    """Alertmanager's form for a silence of this alert: silencing is done there, under its own rules."""
    base = settings.PANE_ALERTS_URL.rstrip("/")
    if not base:
        return None
    matchers = {"alertname": name, **labels}
    said = ",".join(f"{key}={json.dumps(value)}" for key, value in matchers.items() if value)
    return OutsideLink("Silence", f"{base}/#/silences/new?filter={quote('{' + said + '}')}")


def _of_region(address: str, region: str) -> str:
    if "{region}" in address and not region:
        return ""
    return address.rstrip("/").replace("{region}", quote(region))
