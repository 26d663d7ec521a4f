"""Which figures stand where, from what size on they ask for attention, and Grafana's board for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from regions.domain.metrics.measures import Figure, Reading
from regions.metrics.stores.queries import QUERIES


@dataclass(frozen=True, slots=True)
class Panel:
    """How a named query is shown. `warn` and `bad`: from there on; `least`: less is worse."""

    key: str
    title: str
    warn: float | None = None
    bad: float | None = None
    least: bool = False
    board: str = "k8s_views_global"  # uid of KOF's Grafana dashboard
    full: float | None = None  # the top of its scale, where there is one by nature
    brief: str = ""  # its title at the head of a narrow column

    @property
    def short(self) -> str:
        return self.brief or self.title

    @property
    def unit(self) -> str:
        return QUERIES[self.key].unit

    @property
    def meaning(self) -> str:
        return QUERIES[self.key].meaning

    def tone(self, value: float | None) -> str:
        """bad, warn, or nothing: colour is for what asks for attention."""
        if value is None:
            return ""
        for limit, word in ((self.bad, "bad"), (self.warn, "warn")):
            if limit is not None and (value <= limit if self.least else value >= limit):
                return word
        return ""

    def tone_of(self, figure: Figure | None) -> str:
        return self.tone(figure.value) if isinstance(figure, Reading) else ""


_NODES, _APISERVER, _ETCD = "k8s_views_nodes", "k8s_system_apisrv", "c2f4e12cdf69feb95caa41a5a1b423d9"
_SLO, _RESOURCES = "09ec8aa1e996d6ffcd6817bbaff4db1b", "b59e6c9f2fcbe2e16d77fc492374cc4f"
_PODS, _SPACES, _COST = "k8s_views_pods", "k8s_views_ns", "opencost-cost-reporter-detailed-overview"
_STORE, _VOLUMES = "oS7Bi_0Wz", "919b92a8e8041bd567af9edab12c840c"

_ALL = (
    Panel("nodes_ready", "Nodes ready", board=_NODES, brief="Nodes"),
    Panel("nodes", "Nodes", board=_NODES),
    Panel("nodes_not_ready", "Nodes not ready", 1, board=_NODES),
    Panel("node_pressure", "Nodes under pressure", 1, board=_NODES),
    Panel("node_cordoned", "Cordoned nodes", 1, board=_NODES),
    Panel("cpu_used_ratio", "CPU used", 0.8, 0.95, board=_NODES, full=1, brief="CPU"),
    Panel("cpu_commit", "CPU requested", 1, 1.2, board=_RESOURCES),
    Panel("cpu_capacity", "CPU allocatable", board=_NODES),
    Panel("mem_used_ratio", "Memory used", 0.85, 0.95, board=_NODES, full=1, brief="Memory"),
    Panel("mem_commit", "Memory requested", 1, 1.2, board=_RESOURCES),
    Panel("mem_capacity", "Memory allocatable", board=_NODES),
    Panel("disk_worst", "Fullest disk", 0.85, 0.95, board="rYdddlPWk", full=1, brief="Disk"),
    Panel("pvc_worst", "Fullest volume", 0.85, 0.95, board=_VOLUMES, full=1),
    Panel("net_rx", "Network in", board=_NODES),
    Panel("net_tx", "Network out", board=_NODES),
    Panel("pods_phase", "Pods by phase", board=_PODS),
    Panel("pods_waiting", "Containers failing", 1, 20, board=_PODS, brief="Failing"),
    Panel("restarts_1h", "Restarts in an hour", 5, 50, board=_PODS),
    Panel("restarts_top", "Pods that restart most", board=_PODS),
    Panel("deploy_unavailable", "Workloads short of replicas", 1, board=_SPACES),
    Panel("ns_cpu", "CPU by namespace", board=_SPACES),
    Panel("ns_mem", "Memory by namespace", board=_SPACES),
    Panel("api_up", "API servers up", 0.99, 0.5, least=True, board=_APISERVER, full=1),
    Panel("api_avail_30d", "API availability, 30 days", 0.99, 0.95, least=True, board=_SLO),
    Panel("api_err", "API errors", 0.01, 0.05, board=_APISERVER, brief="API errors"),
    Panel("api_p99", "API latency, p99", 1, 4, board=_APISERVER, brief="API p99"),
    Panel("api_burn_1h", "Error budget burn, 1 h", 6, 14.4, board=_SLO),
    Panel("etcd_leader", "etcd members with leader", board=_ETCD),
    Panel("etcd_db", "etcd size of quota", 0.8, 0.95, board=_ETCD, full=1),
    Panel("etcd_fsync", "etcd fsync, p99", 0.1, 0.5, board=_ETCD),
    Panel("etcd_elections", "etcd elections, 24 h", 3, 10, board=_ETCD),
    Panel("targets_up_ratio", "Scrape health", 0.99, 0.9, least=True, full=1),
    Panel("targets_down", "Targets down", 1),
    Panel("freshness", "Newest sample", 180, 600, brief="Sample"),
    Panel("collectors_up", "Collectors up"),
    Panel("collector_queue", "Collector queue", 0.5, 0.8, full=1),
    Panel("collector_failures", "Failed exports", 0.1, 10),
    Panel("cost_hour", "Cost an hour", board=_COST),
    Panel("cost_day_run_rate", "Cost a day, at this pace", board=_COST, brief="Cost a day"),
    Panel("cost_day_actual", "Cost, last 24 h", board=_COST),
    Panel("cost_change_7d", "Against a week", 0.25, 1, board=_COST),
    Panel("cost_ns", "Cost by namespace", board=_COST),
    Panel("cost_pv", "Volumes", board=_COST),
    Panel("cost_lb", "Load balancers", board=_COST),
    Panel("cost_idle_cpu", "Idle CPU", 0.6, 0.9, board=_COST, full=1),
    Panel("cost_eff", "CPU used of requested", board=_COST),
    Panel("gpu_count", "GPUs", board="DCGM"),
    Panel("gpu_util", "GPU busy", board="DCGM", full=100),
    Panel("ingest_rate", "Samples taken in", board=_STORE),
    Panel("active_series", "Active series", board=_STORE),
    Panel("store_used", "Store disk used", 0.8, 0.9, board=_STORE, full=1),
    Panel("store_eta", "Store full in", 14, 3, least=True, board=_STORE),
    Panel("store_ro", "Store read-only", 1, 1, board=_STORE),
    Panel("store_errors", "Store errors", 0.1, 10, board=_STORE),
    Panel("alerts_firing", "Alerts raised", board="alertmanager-overview"),
)
PANELS: Mapping[str, Panel] = {panel.key: panel for panel in _ALL}

ACROSS = (
    "nodes_ready",
    "cpu_used_ratio",
    "mem_used_ratio",
    "disk_worst",
    "pods_waiting",
    "api_err",
    "api_p99",
    "cost_day_run_rate",
    "freshness",
)
"""Side by side on /metrics/: a column each."""

KEYS = (
    "nodes_ready",
    "cpu_used_ratio",
    "cpu_commit",
    "mem_used_ratio",
    "disk_worst",
    "pods_waiting",
    "api_err",
    "api_p99",
    "cost_day_run_rate",
    "cost_idle_cpu",
    "targets_up_ratio",
    "freshness",
)
"""Key figures of a region or cluster."""

CHARTS = (
    ("Capacity", ("cpu_used_ratio", "mem_used_ratio", "disk_worst", "cpu_commit", "net_rx")),
    ("Nodes and workloads", ("nodes_ready", "pods_waiting", "restarts_1h", "deploy_unavailable")),
    ("Control plane", ("api_err", "api_p99", "etcd_db", "etcd_fsync")),
    ("Cost", ("cost_hour", "cost_idle_cpu")),
    ("Collectors", ("targets_up_ratio", "collector_queue", "collector_failures")),
)
"""Charts of a region or cluster, by section."""

GPU = ("GPU", ("gpu_util",))
STORE = ("Store", ("ingest_rate", "active_series", "store_used"))

CONTROL_PLANE = (
    "api_up",
    "api_avail_30d",
    "api_burn_1h",
    "etcd_leader",
    "etcd_db",
    "etcd_fsync",
    "etcd_elections",
)
CAPACITY = (
    "cpu_capacity",
    "cpu_commit",
    "mem_capacity",
    "mem_commit",
    "pvc_worst",
    "node_pressure",
    "node_cordoned",
    "deploy_unavailable",
    "restarts_1h",
    "targets_up_ratio",
    "collector_queue",
)


def panel(key: str) -> Panel | None:
    """How this query is shown; one in no list above by its own words. None: there is no such one."""
    found = PANELS.get(key)
    if found is None and key in QUERIES:
        found = Panel(key, QUERIES[key].panel)
    return found
