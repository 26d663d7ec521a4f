"""What every named query must say, counted in plain Python: no PromQL, no code of ours."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from statistics import mean

from tests.regions.metrics.samples import DAY, HOUR, MINUTE, NOON, Labels, Series

Rows = list[tuple[Labels, float]]
Test = Callable[[Labels], bool]
Result = dict[frozenset[tuple[str, str]], float]
C = ("cluster", "clusterNamespace")
KSM = {"job": "kube-state-metrics"}


class Hand:
    """Counts over these series, at noon."""

    def __init__(self, series: Iterable[Series]) -> None:
        self.series = list(series)

    def find(self, name: str, test: Test = lambda labels: True, /, **equal: str) -> list[Series]:
        return [
            each
            for each in self.series
            if re.fullmatch(name, each.name) and equal.items() <= each.labels.items() and test(each.labels)
        ]

    def now(self, name: str, test: Test = lambda labels: True, /, **equal: str) -> Rows:
        """The newest value of each within five minutes, with the name among the labels."""
        return [
            (each.labels | {"__name__": each.name}, recent[-1])
            for each in self.find(name, test, **equal)
            if (recent := each.within(NOON - 5 * MINUTE, NOON))
        ]

    def grown(self, name: str, span: float, test: Test = lambda labels: True, /, **equal: str) -> Rows:
        """By how much each counter was seen to grow in this span, restarts counted from nothing. Its first sample is
        no growth, and of one sample nobody saw it grow."""
        found = []
        for each in self.find(name, test, **equal):
            values = each.within(NOON - span, NOON)
            if len(values) > 1:
                found.append((each.labels, _growth(values)))
        return found

    def rates(self, name: str, test: Test = lambda labels: True, /, **equal: str) -> Rows:
        """By the second, from the sample before the five minutes on."""
        found = []
        for each in self.find(name, test, **equal):
            before = [value for when, value in zip(each.times, each.values, strict=True) if when <= NOON - 5 * MINUTE]
            values = before[-1:] + each.within(NOON - 5 * MINUTE, NOON)
            if len(values) > 1:
                found.append((each.labels, _growth(values) / 300))
        return found


def _growth(values: list[float]) -> float:
    return float(sum(later - earlier if later >= earlier else later for earlier, later in pairwise(values)))


def by(rows: Rows, keys: Iterable[str], fold: Callable[[list[float]], float]) -> Result:
    groups: dict[frozenset[tuple[str, str]], list[float]] = {}
    for labels, value in rows:
        groups.setdefault(_key(labels, keys), []).append(value)
    return {key: fold(values) for key, values in groups.items()}


def total(rows: Rows, *more: str) -> Result:
    return by(rows, (*C, *more), sum)


def count(rows: Rows, *more: str) -> Result:
    return by(rows, (*C, *more), lambda values: float(len(values)))


def most(rows: Rows, *more: str) -> Result:
    return by(rows, (*C, *more), max)


def whole(rows: Rows) -> Result:
    return {frozenset((k, v) for k, v in labels.items() if k != "__name__"): value for labels, value in rows}


def one_each(rows: Rows, *keys: str) -> Rows:
    """The largest of those that are about the same thing: it may be told twice."""
    return [(dict(key), value) for key, value in by(rows, keys, max).items()]


def pairs(left: Rows, right: Rows, fold: Callable[[float, float], float], keys: Iterable[str] = ()) -> Rows:
    """Each of the left with the one on the right that has the same labels (or the same of `keys`)."""
    there = {_key(labels, keys or _names(labels)): value for labels, value in right}
    found = []
    for labels, value in left:
        key = _key(labels, keys or _names(labels))
        if key in there:
            found.append((dict(key), fold(value, there[key])))
    return found


def both(left: Result, right: Result, fold: Callable[[float, float], float]) -> Result:
    return {key: fold(value, right[key]) for key, value in left.items() if key in right}


def top(rows: Rows, number: int) -> Result:
    """The largest of each cluster, each with all its labels."""
    found: Rows = []
    for key in {_key(labels, C) for labels, _ in rows}:
        own = sorted((each for each in rows if _key(each[0], C) == key), key=lambda each: -each[1])
        found += own[:number]
    return whole(found)


def quantile(phi: float, rows: Rows, keys: Iterable[str]) -> Result:
    """Of cumulative buckets, straight between two limits."""
    groups: dict[frozenset[tuple[str, str]], dict[float, float]] = {}
    for labels, value in rows:
        buckets = groups.setdefault(_key(labels, keys), {})
        buckets[float(labels["le"])] = buckets.get(float(labels["le"]), 0) + value
    found = {}
    for key, buckets in groups.items():
        limits = sorted(buckets)
        wanted = phi * buckets[limits[-1]]
        place = next(n for n, limit in enumerate(limits) if buckets[limit] >= wanted)
        low, below = (limits[place - 1], buckets[limits[place - 1]]) if place else (0.0, 0.0)
        high = limits[place]
        if high == float("inf"):
            found[key] = low
        else:
            found[key] = low + (high - low) * (wanted - below) / (buckets[high] - below)
    return found


def _key(labels: Labels, keys: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((key, labels[key]) for key in keys if labels.get(key))


def _names(labels: Labels) -> list[str]:
    return [key for key in labels if key != "__name__"]


def _divide(left: float, right: float) -> float:
    return left / right


def _single(value: float) -> Result:
    return {frozenset(): float(value)} if value else {}


# -- one by one ------------------------------------------------------------------------------------------------------


def _allocatable(h: Hand, resource: str) -> Rows:
    return h.now("kube_node_status_allocatable", resource=resource, **KSM)


def _named(rows: Rows) -> Result:
    return by(rows, ("cluster",), sum)


def _costs(h: Hand) -> Rows:
    """One a node, the mean of what is said of it."""
    averaged = by(h.now("node_total_hourly_cost"), (*C, "node"), mean)
    return [(dict(key), value) for key, value in averaged.items()]


def _cost_day(h: Hand) -> Result:
    """Every five minutes of a day, what each node cost then; of what was heard in the five minutes before."""
    found: dict[frozenset[tuple[str, str]], float] = {}
    for number in range(288):
        at = NOON - 300 * number
        for each in h.find("node_total_hourly_cost"):
            if recent := each.within(at - 300, at):
                key = _key(each.labels, C)
                found[key] = found.get(key, 0) + recent[-1] / 12
    return found


def _cost_change(h: Hand) -> Result:
    """Now, against the mean of each full hour of a week: of what was heard in the hour before it."""
    hours: dict[frozenset[tuple[str, str]], list[float]] = {}
    for number in range(168):
        at = NOON - HOUR * number
        sums: dict[frozenset[tuple[str, str]], float] = {}
        for each in h.find("node_total_hourly_cost"):
            if recent := each.within(at - HOUR, at):
                key = _key(each.labels, C)
                sums[key] = sums.get(key, 0) + recent[-1]
        for key, value in sums.items():
            hours.setdefault(key, []).append(value)
    return {key: value / mean(hours[key]) - 1 for key, value in total(_costs(h)).items()}


def _cost_ns(h: Hand) -> Result:
    keys = (*C, "node")

    def part(allocation: str, price: str, unit: float) -> Result:
        prices = by(h.now(price), keys, mean)
        rows = [
            (labels, value / unit * prices[_key(labels, keys)])
            for labels, value in h.now(allocation)
            if _key(labels, keys) in prices
        ]
        return total(rows, "namespace")

    memory = part("container_memory_allocation_bytes", "node_ram_hourly_cost", 2**30)
    return both(part("container_cpu_allocation", "node_cpu_hourly_cost", 1), memory, lambda a, b: a + b)


def _store_eta(h: Hand) -> Result:
    """Straight through the last six hours: when it meets zero, in days. At least a byte a second, of two samples."""
    found: Rows = []
    for each in h.find("vm_free_disk_space_bytes"):
        points = [(t, v) for t, v in zip(each.times, each.values, strict=True) if NOON - 6 * HOUR < t <= NOON]
        if len(points) < 2:
            continue
        x, y = mean(t for t, _ in points), mean(v for _, v in points)
        slope = sum((t - x) * (v - y) for t, v in points) / sum((t - x) ** 2 for t, _ in points)
        found.append((each.labels, each.values[-1] / max(-slope, 1) / DAY))
    return by(found, C, min)


def _lost(h: Hand) -> Result:
    heard = [(each.labels, 1.0) for each in h.find("up", **KSM) if each.within(NOON - DAY, NOON)]
    here = total(h.now("up", **KSM))
    return {key: value for key, value in count(heard).items() if key not in here}


def _etcd_elections(h: Hand) -> Result:
    found: Rows = []
    for each in h.find("etcd_server_leader_changes_seen_total"):
        values = each.within(NOON - DAY, NOON)
        found.append((each.labels, float(sum(a != b for a, b in pairwise(values)))))
    return most(found)


def _errors(h: Hand) -> Result:
    rate = "code_resource:apiserver_request_total:rate5m"
    wrong = total(h.now(rate, lambda labels: labels["code"].startswith("5")))
    return {key: wrong.get(key, 0.0) / value for key, value in total(h.now(rate)).items()}


def _k0rdent_failed(h: Hand) -> Result:
    usual = ("Paused", "Deleting", "HelmChartNameChanged", "InvalidClaimCondition")
    rows = h.now(
        "kube_customresource_.*_status_conditions",
        lambda labels: labels.get("type") not in usual,
        customresource_group="k0rdent.mirantis.com",
    )
    named = one_each(rows, "customresource_kind", "namespace", "name", "type")
    return whole([each for each in named if each[1] == 0])


def _requested(h: Hand, resource: str) -> Result:
    """Of pods that have not finished."""
    key = (*C, "namespace", "pod")
    phases = h.now("kube_pod_status_phase", lambda labels: labels["phase"] in ("Pending", "Running"), **KSM)
    here = by([each for each in phases if each[1] == 1], key, max)
    rows = h.now("kube_pod_container_resource_requests", resource=resource)
    return total([each for each in rows if _key(each[0], key) in here])


def _joined(h: Hand) -> Result:
    rows = h.now("kube_customresource_clusterdeployment_status_conditions", type="Ready")
    return most([({"cluster": labels["name"], "clusterNamespace": labels["namespace"]}, v) for labels, v in rows])


def _disk(h: Hand) -> Result:
    test = {"job": "node-exporter"}
    kind = lambda labels: labels.get("fstype", "") not in ("tmpfs", "ramfs", "overlay", "squashfs", "")  # noqa: E731
    left, size = h.now("node_filesystem_avail_bytes", kind, **test), h.now("node_filesystem_size_bytes", kind, **test)
    return most(pairs(left, size, lambda a, b: 1 - a / b))


def _real(labels: Labels) -> bool:
    return not re.fullmatch("lo|veth.*|cali.*|lxc.*|cni.*", labels["device"])


def _pvc(h: Hand) -> Result:
    test = {"job": "kubelet", "metrics_path": "/metrics"}
    left = h.now("kubelet_volume_stats_available_bytes", **test)
    return top(pairs(left, h.now("kubelet_volume_stats_capacity_bytes", **test), lambda a, b: 1 - a / b), 5)


def _store_used(h: Hand) -> Result:
    vm = lambda labels: labels["job"].startswith("vmstorage")  # noqa: E731
    keys = (*C, "instance")
    used, free = by(h.now("vm_data_size_bytes", vm), keys, sum), by(h.now("vm_free_disk_space_bytes", vm), keys, max)
    return most([(dict(key), value) for key, value in both(used, free, lambda a, b: a / (a + b)).items()])


def _etcd(labels: Labels) -> bool:
    return "etcd" in labels["job"]


_ERRORS_RAW = "apiserver_request_total"
BY_HAND: dict[str, Callable[[Hand], Result]] = {
    "region_probe": lambda h: _single(len(h.now("up"))),
    "clusters_reporting": lambda h: _single(len(count(h.now("up")))),
    "cluster_list": lambda h: count(h.now("up"), "tenant"),
    "targets_down": lambda h: count([each for each in h.now("up") if each[1] == 0]),
    "targets_up_ratio": lambda h: by(h.now("up"), C, mean),
    "lost_clusters": _lost,
    "freshness": lambda h: by([(labels, 0.0) for labels, _ in h.now("up")], C, max),
    "freshness_vm": lambda h: by(
        [(s.labels, NOON - s.times[-1]) for s in h.find("up", **KSM) if s.within(NOON - HOUR, NOON)], C, min
    ),
    "ingest_rate": lambda h: total(h.rates("vm_rows_inserted_total")),
    "active_series": lambda h: total(
        [(labels, v / 2) for labels, v in h.now("vm_cache_entries", type="storage/hour_metric_ids")]
    ),
    "collectors_up": lambda h: total(h.now("up", app_kubernetes_io_name="kof-collectors-daemon-collector")),
    "collector_queue": lambda h: most(
        pairs(h.now("otelcol_exporter_queue_size"), h.now("otelcol_exporter_queue_capacity"), _divide)
    ),
    "collector_failures": lambda h: total(h.rates("otelcol_exporter_send_failed_metric_points_total")),
    "nodes": lambda h: count(h.now("kube_node_info", **KSM)),
    "nodes_ready": lambda h: total(h.now("kube_node_status_condition", condition="Ready", status="true", **KSM)),
    "nodes_not_ready": lambda h: whole(
        [
            each
            for each in one_each(
                h.now("kube_node_status_condition", condition="Ready", status="true", **KSM), *C, "node"
            )
            if not each[1]
        ]
    ),
    "node_pressure": lambda h: total(
        h.now(
            "kube_node_status_condition", lambda labels: labels["condition"].endswith("Pressure"), status="true", **KSM
        ),
        "condition",
    ),
    "node_cordoned": lambda h: total(h.now("kube_node_spec_unschedulable", **KSM)),
    "kubelet_versions": lambda h: count(h.now("kube_node_info", **KSM), "kubelet_version"),
    "k8s_version": lambda h: count(h.now("kubernetes_build_info", job="apiserver"), "git_version"),
    "cpu_used_ratio": lambda h: most(h.now("cluster:node_cpu:ratio_rate5m")),
    "cpu_used_ratio/fb": lambda h: both(
        total(h.rates("node_cpu_seconds_total", lambda labels: labels["mode"] in ("idle", "iowait", "steal"))),
        total(h.rates("node_cpu_seconds_total")),
        lambda a, b: 1 - a / b,
    ),
    "cpu_used_cores": lambda h: total(
        h.rates("node_cpu_seconds_total", lambda labels: labels["mode"] not in ("idle", "iowait", "steal"))
    ),
    "cpu_capacity": lambda h: total(_allocatable(h, "cpu")),
    "cpu_requests": lambda h: total(h.now("namespace_cpu:kube_pod_container_resource_requests:sum")),
    "cpu_requests/fb": lambda h: _requested(h, "cpu"),
    "cpu_commit": lambda h: both(
        _named(h.now("namespace_cpu:kube_pod_container_resource_requests:sum")), _named(_allocatable(h, "cpu")), _divide
    ),
    "cpu_commit/fb": lambda h: both(_requested(h, "cpu"), total(_allocatable(h, "cpu")), _divide),
    "mem_used_ratio": lambda h: both(
        _named(h.now(":node_memory_MemAvailable_bytes:sum")),
        _named(h.now("node_memory_MemTotal_bytes")),
        lambda a, b: 1 - a / b,
    ),
    "mem_used_ratio/fb": lambda h: both(
        total(h.now("node_memory_MemAvailable_bytes")),
        total(h.now("node_memory_MemTotal_bytes")),
        lambda a, b: 1 - a / b,
    ),
    "mem_capacity": lambda h: total(_allocatable(h, "memory")),
    "mem_commit": lambda h: both(
        _named(h.now("namespace_memory:kube_pod_container_resource_requests:sum")),
        _named(_allocatable(h, "memory")),
        _divide,
    ),
    "mem_commit/fb": lambda h: both(_requested(h, "memory"), total(_allocatable(h, "memory")), _divide),
    "disk_worst": _disk,
    "pvc_worst": _pvc,
    "net_rx": lambda h: total(h.now("instance:node_network_receive_bytes_excluding_lo:rate5m")),
    "net_rx/fb": lambda h: total(h.rates("node_network_receive_bytes_total", _real)),
    "net_tx": lambda h: total(h.now("instance:node_network_transmit_bytes_excluding_lo:rate5m")),
    "net_tx/fb": lambda h: total(h.rates("node_network_transmit_bytes_total", _real)),
    "pods_phase": lambda h: total(h.now("kube_pod_status_phase", **KSM), "phase"),
    "pods_capacity": lambda h: total(_allocatable(h, "pods")),
    "pods_waiting": lambda h: total(
        [each for each in h.now("kube_pod_container_status_waiting_reason") if each[1] > 0], "reason"
    ),
    "restarts_1h": lambda h: total(h.grown("kube_pod_container_status_restarts_total", HOUR)),
    "restarts_top": lambda h: top(
        [
            (dict(key), v)
            for key, v in total(h.grown("kube_pod_container_status_restarts_total", HOUR), "namespace", "pod").items()
            if v > 0
        ],
        5,
    ),
    "deploy_unavailable": lambda h: count(
        [
            each
            for each in pairs(
                h.now("kube_deployment_spec_replicas"),
                h.now("kube_deployment_status_replicas_available"),
                lambda a, b: a - b,
            )
            if each[1] > 0
        ]
    ),
    "ns_cpu": lambda h: total(
        h.now("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m"), "namespace"
    ),
    "ns_mem": lambda h: total(h.now("node_namespace_pod_container:container_memory_working_set_bytes"), "namespace"),
    "api_up": lambda h: by(h.now("up", job="apiserver"), C, mean),
    "api_avail_30d": lambda h: by(h.now("apiserver_request:availability30d", verb="all"), C, min),
    "api_err": _errors,
    "api_err/fb": lambda h: both(
        total(h.rates(_ERRORS_RAW, lambda labels: labels["code"][0] == "5")), total(h.rates(_ERRORS_RAW)), _divide
    ),
    "api_p99": lambda h: most(
        h.now("cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile", quantile="0.99"), "verb"
    ),
    "api_burn_1h": lambda h: total([(labels, v * 100) for labels, v in h.now("apiserver_request:burnrate1h")]),
    "etcd_leader": lambda h: total(h.now("etcd_server_has_leader", _etcd)),
    "etcd_db": lambda h: most(
        pairs(h.now("etcd_mvcc_db_total_size_in_bytes"), h.now("etcd_server_quota_backend_bytes"), _divide)
    ),
    "etcd_fsync": lambda h: quantile(0.99, h.rates("etcd_disk_wal_fsync_duration_seconds_bucket"), C),
    "etcd_elections": _etcd_elections,
    "cd_ready": lambda h: _single(
        sum(v for _, v in h.now("kube_customresource_clusterdeployment_status_conditions", type="Ready"))
    ),
    "cd_total": lambda h: _single(len(h.now("kube_customresource_clusterdeployment_status_conditions", type="Ready"))),
    "k0rdent_failed": _k0rdent_failed,
    "cluster_ready_joined": _joined,
    "capi_phase": lambda h: by([e for e in h.now("capi_cluster_status_phase") if e[1] == 1], ("phase",), sum),
    "capi_not_available": lambda h: whole(
        [
            e
            for e in one_each(
                h.now("capi_cluster_status_condition", lambda labels: labels["status"] != "True", type="Available"),
                "namespace",
                "name",
                "status",
            )
            if e[1] == 1
        ]
    ),
    "capi_machines": lambda h: by(
        [e for e in h.now("capi_machine_status_phase") if e[1] == 1], ("cluster_name", "phase"), sum
    ),
    "capi_md_gap": lambda h: by(
        pairs(
            h.now("capi_machinedeployment_spec_replicas"),
            h.now("capi_machinedeployment_status_replicas_ready"),
            lambda a, b: a - b,
        ),
        ("cluster_name",),
        sum,
    ),
    "capi_infra": lambda h: by(
        [(labels, 1.0) for labels, _ in h.now("capi_cluster_info")], ("infrastructure_reference_kind",), sum
    ),
    "capi_cert": lambda h: by(
        [(labels, v - NOON) for labels, v in h.now("capi_machine_status_certificatesexpirydate")],
        ("cluster_name",),
        min,
    ),
    "flux_not_ready": lambda h: by(
        [
            (labels, 1.0)
            for labels, _ in h.now(
                "gotk_resource_info", lambda labels: labels["ready"] != "True" and labels["suspended"] != "true"
            )
        ],
        ("customresource_kind",),
        sum,
    ),
    "flux_errors": lambda h: by(
        h.rates("controller_runtime_reconcile_total", lambda labels: "flux" in labels["job"], result="error"),
        ("controller",),
        sum,
    ),
    "kcm_errors": lambda h: by(h.rates("controller_runtime_reconcile_errors_total"), ("controller",), sum),
    "kcm_queue": lambda h: by(h.now("workqueue_depth"), ("name",), max),
    "kcm_queue_wait": lambda h: quantile(0.99, h.rates("workqueue_queue_duration_seconds_bucket"), ("name",)),
    "ctl_up": lambda h: by(h.now("up", job="kof/control-plane-metrics-monitor"), ("pod",), min),
    "tpl_invalid": lambda h: whole(
        [
            e
            for e in one_each(h.now("kcm_template_invalidity"), "template_kind", "template_namespace", "template_name")
            if e[1] > 0
        ]
    ),
    "sveltos_disc": lambda h: whole(
        [
            e
            for e in one_each(
                h.now("projectsveltos_cluster_connectivity_status"), "cluster_type", "cluster_namespace", "cluster_name"
            )
            if e[1] == 1
        ]
    ),
    "sveltos_drift": lambda h: by(
        h.grown("projectsveltos_total_drifts", DAY), ("cluster_namespace", "cluster_name"), sum
    ),
    "cost_hour": lambda h: total(_costs(h)),
    "nodes_priced": lambda h: count(_costs(h)),
    "cost_day_run_rate": lambda h: total([(labels, 24 * v) for labels, v in _costs(h)]),
    "cost_day_actual": _cost_day,
    "cost_change_7d": _cost_change,
    "cost_ns": _cost_ns,
    "cost_pv": lambda h: total(
        [
            (labels, v / 2**30)
            for labels, v in pairs(
                h.now("pv_hourly_cost"),
                h.now("kube_persistentvolume_capacity_bytes"),
                lambda a, b: a * b,
                (*C, "persistentvolume"),
            )
        ]
    ),
    "cost_lb": lambda h: total(h.now("kubecost_load_balancer_cost")),
    "cost_idle_cpu": lambda h: both(
        total(h.now("container_cpu_allocation")), total(_allocatable(h, "cpu")), lambda a, b: 1 - a / b
    ),
    "cost_eff": lambda h: both(
        _named(h.now("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m")),
        _named(h.now("namespace_cpu:kube_pod_container_resource_requests:sum")),
        _divide,
    ),
    "gpu_count": lambda h: count(h.now("DCGM_FI_DEV_GPU_UTIL")),
    "gpu_util": lambda h: by(h.now("DCGM_FI_DEV_GPU_UTIL"), C, mean),
    "store_used": _store_used,
    "store_eta": _store_eta,
    "store_ro": lambda h: most(h.now("vm_storage_is_read_only")),
    "store_retention": lambda h: most(h.now("flag", name="retentionPeriod"), "job", "value"),
    "store_errors": lambda h: total(h.rates("vm_http_request_errors_total"), "job"),
    "logs_rate": lambda h: total(h.rates("vl_rows_ingested_total")),
    "logs_disk": lambda h: total(h.now("vl_data_size_bytes")),
    "alerts_firing": lambda h: count(
        h.now("ALERTS", lambda labels: labels["alertname"] not in ("Watchdog", "InfoInhibitor"), alertstate="firing"),
        "severity",
    ),
    "watchdog": lambda h: _single(len(h.now("ALERTS", alertname="Watchdog", alertstate="firing"))),
}
