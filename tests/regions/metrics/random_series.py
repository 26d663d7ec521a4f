"""Random sets of series, one a cluster: all that the named queries ask for, of every age, and what goes wrong in it."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.rig.remote_write import Series

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YOUNG = 15 * MINUTE
KSM, NODES, COST = "kube-state-metrics", "node-exporter", "kof-collectors-opencost"
BROKEN = (math.nan, math.inf, 1e30, -1.0)
"""What OpenCost and divisions make of what they do not know."""


@dataclass(frozen=True)
class Life:
    """When samples were taken: from `began` to `ended` (seconds since 1970), so far apart."""

    began: float
    ended: float
    interval: float
    since: float  # only of the last day and week: five minutes apart before this

    def times(self) -> list[float]:
        found = []
        at = self.began
        while at <= self.ended:
            found.append(round(at, 3))
            at += self.interval if at >= self.since else 300.0
        return found


@dataclass
class Set:
    """One cluster with its series, and what is known of it beforehand."""

    name: str
    namespace: str
    dice: random.Random
    end: float
    life: Life
    series: list[Series] = field(default_factory=list)
    told_by: tuple[str, str] = ("", "")  # another cluster, that tells of it
    nan: bool = False  # something of it is NaN
    anew: bool = False  # some counter of it begins anew

    @property
    def twice(self) -> list[tuple[str, Life]]:
        """Who tells of Kubernetes' objects: one, two side by side, or one after the other."""
        return self._twice

    @property
    def stretch(self) -> float:
        """By how much Prometheus may stretch the growth of its shortest counter: an interval and a bit at both ends."""
        seen = min(min(HOUR, life.times()[-1] - life.times()[0]) for _, life in self._twice) - 2 * self.life.interval
        return (seen + 4.2 * self.life.interval) / seen if seen > 0 else math.inf

    def begin(self) -> None:
        life, way = self.life, self.dice.random()
        self._twice = [("ksm-a", life)]
        if way < 0.15:
            self._twice.append(("ksm-b", life))
        elif way < 0.3:
            over = life.ended - self.dice.uniform(60, 280)
            if over > life.began + 120:
                old, new = Life(life.began, over, life.interval, life.since), Life(over, life.ended, life.interval, 0)
                self._twice = [("ksm-a", old), ("ksm-b", new)]

    def add(self, metric: str, life: Life, values: Callable[[int, float], float], /, **labels: str) -> None:
        name, namespace = self.told_by if self.told_by[0] else (self.name, self.namespace)
        own = {"__name__": metric, "cluster": name, "clusterNamespace": namespace, **labels}
        self.series.append((own, [(at, values(place, at)) for place, at in enumerate(life.times())]))

    def recorded(self, metric: str, value: float, /, **labels: str) -> None:
        """By a rule: it lost the namespace."""
        short = self.recent
        self.series.append(
            (
                {"__name__": metric, "cluster": self.name, **labels},
                [(at, value) for at in short.times()],
            )
        )

    @property
    def recent(self) -> Life:
        """Of what only now matters: the last ten minutes."""
        life = self.life
        return Life(max(life.began, life.ended - 600), life.ended, life.interval, 0)

    def gauge(self, metric: str, value: float, /, **labels: str) -> None:
        self.add(metric, self.recent, lambda place, at: value, **labels)

    def kube(self, metric: str, value: float, /, **labels: str) -> None:
        """Told by kube-state-metrics, however many there are."""
        for instance, life in self._twice:
            short = Life(max(life.began, life.ended - 600), life.ended, life.interval, 0)
            self.add(metric, short, lambda place, at: value, job=KSM, instance=instance, **labels)

    def counter(self, metric: str, /, *, slope: float, life: Life | None = None, **labels: str) -> None:
        """Steady, from zero, from a little, or from much; one in eight began anew once."""
        life = life or self.lately
        start = self.dice.choice((0.0, 0.0, 3.0, 5.0, 41.0, 9000.0))
        anew = life.began + self.dice.random() * (life.ended - life.began) if self.dice.random() < 0.12 else math.inf
        self.anew = self.anew or anew < math.inf

        def value(place: int, at: float) -> float:
            return slope * (at - anew) if at >= anew else start + slope * (at - life.began)

        self.add(metric, life, value, **labels)

    @property
    def lately(self) -> Life:
        """Of what is asked of the last five minutes."""
        life = self.life
        return Life(max(life.began, life.ended - 900), life.ended, life.interval, 0)

    def events(self, metric: str, life: Life, most: int, /, **labels: str) -> None:
        """A counter of rare events, as restarts are: whole numbers, most of the time the same."""
        start = self.dice.choice((0.0, 0.0, 1.0, 3.0, 7.0, 41.0))
        moments = sorted(self.dice.uniform(life.began, life.ended) for _ in range(self.dice.randint(0, most)))
        anew = self.dice.choice(moments) if moments and self.dice.random() < 0.2 else math.inf

        def value(place: int, at: float) -> float:
            since = anew if at >= anew else -math.inf
            passed = sum(since < moment <= at for moment in moments)
            return float(passed) if at >= anew else start + passed

        self.add(metric, life, value, **labels)


def random_sets(seed: int, count: int, end: float, *, young: bool = False, first: int = 0) -> Iterator[Set]:
    """The same for the same seed. `young`: the store itself is not older than fifteen minutes."""
    for number in range(first, first + count):
        dice = random.Random(f"{seed}/{number}")
        made = Set(f"set-{number}", f"team-{number % 5}", dice, end, _life(dice, end, young))
        made.begin()
        _fill(made)
        yield made


def _life(dice: random.Random, end: float, young: bool) -> Life:
    interval = dice.choice((15.0, 30.0, 30.0, 60.0))
    age = YOUNG if young else dice.choice((YOUNG, YOUNG, 2 * HOUR, 5 * HOUR, 26 * HOUR, 26 * HOUR, 8 * DAY))
    late = dice.uniform(0, interval)
    if dice.random() < 0.1:
        late = dice.choice((200.0, 290.0, 400.0, 2 * HOUR if age > 3 * HOUR else 700.0))
    return Life(end - age + dice.uniform(0, interval), end - late, interval, end - 70 * MINUTE)


def _fill(s: Set) -> None:
    for part in (_targets, _nodes, _load, _workloads, _control_plane, _management, _costs, _gpus, _store, _alerts):
        part(s)


def _targets(s: Set) -> None:
    tenant = {"tenant": s.dice.choice(("acme", "globex"))} if s.dice.random() < 0.5 else {}
    for instance, life in s.twice:
        s.add("up", life, lambda place, at: 1.0, job=KSM, instance=instance, **tenant)
    for number in range(s.dice.randint(0, 3)):
        up = float(s.dice.random() < 0.8)
        s.gauge("up", up, job="kubelet", instance=f"n{number}:10250", metrics_path="/metrics", **tenant)
        s.gauge(
            "up",
            up,
            job="kubernetes-pods",
            instance=f"n{number}:8888",
            app_kubernetes_io_name="kof-collectors-daemon-collector",
        )
    for number in range(s.dice.randint(0, 2)):
        s.gauge("up", float(s.dice.random() < 0.8), job="apiserver", instance=f"10.0.0.{number}:6443")
        s.gauge("kubernetes_build_info", 1.0, job="apiserver", instance=f"10.0.0.{number}:6443", git_version="v1.34.2")
    capacity = s.dice.choice((1000.0, 1000.0, 0.0))
    s.gauge("otelcol_exporter_queue_size", s.dice.choice((0.0, 12.0, 990.0)), exporter="x", job="kubernetes-pods")
    s.gauge("otelcol_exporter_queue_capacity", capacity, exporter="x", job="kubernetes-pods")
    s.counter("otelcol_exporter_send_failed_metric_points_total", slope=s.dice.choice((0.0, 0.5, 30.0)), exporter="x")


def _nodes(s: Set) -> None:
    for number in range(s.dice.randint(1, 3)):
        node = f"n{number}"
        s.kube("kube_node_info", 1.0, node=node, kubelet_version=s.dice.choice(("v1.33.4", "v1.34.2")))
        for condition in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure"):
            true = s.dice.random() < (0.85 if condition == "Ready" else 0.1)
            for status in ("true", "false", "unknown"):
                value = float(true if status == "true" else not true if status == "false" else False)
                s.kube("kube_node_status_condition", value, node=node, condition=condition, status=status)
        s.kube("kube_node_spec_unschedulable", float(s.dice.random() < 0.1), node=node)
        for resource, unit, value in (("cpu", "core", 3.92), ("memory", "byte", 8e9), ("pods", "integer", 110.0)):
            s.kube("kube_node_status_allocatable", value, node=node, resource=resource, unit=unit)


def _load(s: Set) -> None:
    node = {"job": NODES, "node": "n0", "instance": "10.0.0.7:9100"}
    busy = s.dice.uniform(0.02, 0.9)
    for cpu in ("0", "1"):
        for mode, share in (("idle", 1 - busy), ("iowait", busy * 0.1), ("user", busy * 0.9)):
            s.counter("node_cpu_seconds_total", slope=share, cpu=cpu, mode=mode, **node)
    if s.dice.random() < 0.6:
        s.recorded("cluster:node_cpu:ratio_rate5m", _spoiled(s, busy, 0.1))
        s.recorded(":node_memory_MemAvailable_bytes:sum", _spoiled(s, 5e9, 0.1))
    s.gauge("node_memory_MemAvailable_bytes", 5.1e9, **node)
    s.gauge("node_memory_MemTotal_bytes", 8e9, **node)
    for device, kind in (("/dev/vda1", "ext4"), ("tmpfs", "tmpfs"), ("/dev/vdb1", "xfs")):
        size = s.dice.choice((1e11, 1e11, 0.0)) if kind == "xfs" else 5e10
        disk = {"device": device, "fstype": kind, "mountpoint": f"/{kind}"}
        s.gauge("node_filesystem_size_bytes", size, **node, **disk)
        s.gauge("node_filesystem_avail_bytes", size * s.dice.uniform(0.01, 0.9), **node, **disk)
    for claim in range(s.dice.randint(0, 7)):
        volume = {
            "job": "kubelet",
            "metrics_path": "/metrics",
            "namespace": "shop",
            "persistentvolumeclaim": f"d{claim}",
        }
        s.gauge("kubelet_volume_stats_capacity_bytes", s.dice.choice((1e10, 1e10, 1e10, 0.0)), **volume)
        s.gauge("kubelet_volume_stats_available_bytes", s.dice.uniform(0, 1e10), **volume)
    for device in ("eth0", "lo", "veth12"):
        s.counter("node_network_receive_bytes_total", slope=1500.0, device=device, **node)
        s.counter("node_network_transmit_bytes_total", slope=900.0, device=device, **node)
    if s.dice.random() < 0.5:
        s.recorded("instance:node_network_receive_bytes_excluding_lo:rate5m", 4096.5, job=NODES, instance="a")
        s.recorded("instance:node_network_transmit_bytes_excluding_lo:rate5m", 512.25, job=NODES, instance="a")


def _workloads(s: Set) -> None:
    for number in range(s.dice.randint(0, 7)):
        pod = {"namespace": s.dice.choice(("shop", "kube-system")), "pod": f"p{number}"}
        phase = s.dice.choice(("Running", "Running", "Pending", "Succeeded", "Failed"))
        for one in ("Running", "Pending", "Succeeded", "Failed", "Unknown"):
            s.kube("kube_pod_status_phase", float(one == phase), phase=one, **pod)
        for resource, value in (("cpu", 0.25), ("memory", 1e8)):
            s.kube("kube_pod_container_resource_requests", value, container="c", resource=resource, **pod)
        if s.dice.random() < 0.2:
            s.kube(
                "kube_pod_container_status_waiting_reason",
                float(s.dice.random() < 0.8),
                container="c",
                reason=s.dice.choice(("CrashLoopBackOff", "ImagePullBackOff")),
                **pod,
            )
        for instance, life in s.twice:
            hours = Life(max(life.began, life.ended - 2 * HOUR), life.ended, life.interval, 0)
            s.events(
                "kube_pod_container_status_restarts_total", hours, 4, job=KSM, instance=instance, container="c", **pod
            )
    for number in range(s.dice.randint(0, 3)):
        deployment = {"namespace": "shop", "deployment": f"d{number}"}
        s.kube("kube_deployment_spec_replicas", float(s.dice.randint(1, 4)), **deployment)
        s.kube("kube_deployment_status_replicas_available", float(s.dice.randint(0, 4)), **deployment)
    if s.dice.random() < 0.6:
        for namespace in ("shop", "kube-system"):
            for resource, value in (("cpu", 1.5), ("memory", 6e8)):
                s.recorded(f"namespace_{resource}:kube_pod_container_resource_requests:sum", value, namespace=namespace)
            own = {"namespace": namespace, "pod": "p", "container": "c", "node": "n0"}
            s.recorded("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m", 0.4, **own)
            s.recorded("node_namespace_pod_container:container_memory_working_set_bytes", 3e8, **own)


def _control_plane(s: Set) -> None:
    for code in s.dice.choice((("200",), ("200", "500"), ("200", "503", "500"))):
        slope = s.dice.choice((0.0, 0.2, 3.0))
        s.counter("apiserver_request_total", slope=slope, job="apiserver", code=code, instance="10.0.0.1:6443")
        if s.dice.random() < 0.6:
            s.recorded("code_resource:apiserver_request_total:rate5m", slope, code=code, verb="read", resource="pods")
    s.recorded("apiserver_request:availability30d", _spoiled(s, 0.9991, 0.1), verb="all")
    s.recorded("apiserver_request:burnrate1h", 0.004, verb="read")
    for verb in ("GET", "LIST"):
        s.recorded(
            "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile",
            _spoiled(s, s.dice.uniform(0.01, 2), 0.2),
            quantile="0.99",
            verb=verb,
            resource="pods",
        )
    if s.dice.random() < 0.5:
        return
    day = Life(max(s.life.began, s.life.ended - 26 * HOUR), s.life.ended, s.life.interval, s.life.since)
    busy = s.dice.choice((0.0, 4.0, 40.0))
    for member in range(s.dice.choice((1, 3))):
        own = {"job": "etcd", "instance": f"10.0.0.{member}:2379"}
        s.gauge("etcd_server_has_leader", float(s.dice.random() < 0.9), **own)
        s.gauge("etcd_mvcc_db_total_size_in_bytes", 4e8, **own)
        s.gauge("etcd_server_quota_backend_bytes", s.dice.choice((2e9, 2e9, 0.0)), **own)
        s.events("etcd_server_leader_changes_seen_total", day, 5, **own)
        for le, share in (("0.001", 0.5), ("0.004", 0.9), ("0.016", 0.97), ("+Inf", 1.0)):
            s.add(
                "etcd_disk_wal_fsync_duration_seconds_bucket",
                s.lately,
                lambda place, at, share=share: share * busy * (at - s.lately.began),
                le=le,
                **own,
            )  # type: ignore[misc]


def _management(s: Set) -> None:
    """What management tells of this cluster, though it be silent itself; each under a name of its own."""
    here, there = (s.life, s._twice), Life(s.life.began, s.end - 1, s.life.interval, s.life.since)
    s.life, s._twice, s.told_by = there, [("ksm-m", there)], ("mothership", "kcm-system")
    _managed(s)
    (s.life, s._twice), s.told_by = here, ("", "")


def _managed(s: Set) -> None:
    own = {"namespace": s.namespace, "name": s.name}
    group = {"customresource_group": "k0rdent.mirantis.com", "customresource_kind": "ClusterDeployment"}
    for kind in ("Ready", "Paused", "HelmReleaseReady"):
        s.kube(
            "kube_customresource_clusterdeployment_status_conditions",
            float(s.dice.random() < 0.8),
            type=kind,
            **own,
            **group,
        )
    s.kube("capi_cluster_info", 1.0, infrastructure_reference_kind=s.dice.choice(("AWSCluster", "AzureCluster")), **own)
    phase = s.dice.choice(("Provisioned", "Provisioning", "Failed"))
    for one in ("Provisioned", "Provisioning", "Failed"):
        s.kube("capi_cluster_status_phase", float(one == phase), phase=one, **own)
    available = s.dice.choice(("True", "False", "Unknown"))
    for one in ("True", "False", "Unknown"):
        s.kube("capi_cluster_status_condition", float(one == available), type="Available", status=one, **own)
    machine = {"namespace": s.namespace, "name": f"{s.name}-w0", "cluster_name": s.name}
    s.kube("capi_machine_status_phase", 1.0, phase=s.dice.choice(("Running", "Provisioning")), **machine)
    s.kube("capi_machine_status_certificatesexpirydate", s.end + 40 * DAY, **machine)
    s.kube("capi_machinedeployment_spec_replicas", 3.0, **machine)
    s.kube("capi_machinedeployment_status_replicas_ready", float(s.dice.randint(0, 3)), **machine)
    s.kube(
        "gotk_resource_info",
        1.0,
        customresource_kind="HelmRelease",
        exported_namespace=s.namespace,
        name=s.name,
        ready=s.dice.choice(("True", "False")),
        suspended=s.dice.choice(("false", "false", "true")),
    )
    kcm = {"job": "kcm-controller-manager-metrics-service"}
    s.counter(
        "controller_runtime_reconcile_total",
        slope=0.1,
        job="kof/flux-metrics-monitor",
        result="error",
        controller=s.name,
    )
    s.counter("controller_runtime_reconcile_errors_total", slope=0.2, controller=s.name, **kcm)
    s.gauge("workqueue_depth", float(s.dice.randint(0, 9)), **kcm, **{"name": s.name})
    busy = s.dice.choice((0.0, 2.0))
    for le, share in (("0.01", 0.7), ("0.1", 0.98), ("+Inf", 1.0)):
        s.add(
            "workqueue_queue_duration_seconds_bucket",
            s.lately,
            lambda place, at, share=share: share * busy * (at - s.lately.began),
            le=le,  # type: ignore[misc]
            **kcm,
            **{"name": s.name},
        )
    s.gauge("up", float(s.dice.random() < 0.8), job="kof/control-plane-metrics-monitor", pod=f"capa-{s.name}")
    s.gauge(
        "kcm_template_invalidity",
        float(s.dice.random() < 0.2),
        template_kind="ServiceTemplate",
        template_namespace=s.namespace,
        template_name=s.name,
        **kcm,
    )
    sveltos = {"cluster_namespace": s.namespace, "cluster_name": s.name}
    s.gauge("projectsveltos_cluster_connectivity_status", float(s.dice.random() < 0.2), cluster_type="Capi", **sveltos)
    day = Life(max(s.life.began, s.life.ended - 26 * HOUR), s.life.ended, s.life.interval, s.life.since)
    s.events("projectsveltos_total_drifts", day, 6, feature="Helm", **sveltos)


def _costs(s: Set) -> None:
    if s.dice.random() < 0.15:
        return
    own = {"job": COST}
    for number in range(s.dice.randint(1, 3)):
        node, price = f"n{number}", _spoiled(s, s.dice.uniform(0.01, 3), 0.15)
        s.add(
            "node_total_hourly_cost",
            s.life,
            lambda place, at, price=price: price,
            node=node,
            instance=node,  # type: ignore[misc]
            **own,
        )
        s.gauge("node_cpu_hourly_cost", _spoiled(s, 0.03, 0.1), node=node, **own)
        s.gauge("node_ram_hourly_cost", 0.004, node=node, **own)
        for namespace in ("shop", "kube-system"):
            pod = {"node": node, "namespace": namespace, "pod": "p", "container": "c"}
            s.gauge("container_cpu_allocation", 0.5, **pod, **own)
            s.gauge("container_memory_allocation_bytes", 2e9, **pod, **own)
    for number in range(s.dice.randint(0, 2)):
        s.gauge("pv_hourly_cost", _spoiled(s, 0.0001, 0.1), persistentvolume=f"pv{number}", **own)
        s.kube("kube_persistentvolume_capacity_bytes", 1e10, persistentvolume=f"pv{number}")
    s.gauge("kubecost_load_balancer_cost", _spoiled(s, 0.025, 0.1), service_name="i", **own)


def _gpus(s: Set) -> None:
    for number in range(s.dice.choice((0, 0, 0, 1, 2))):
        card = {"Hostname": "n0", "gpu": str(number), "job": "kubernetes-pods"}
        if s.dice.random() < 0.8:
            card["UUID"] = f"GPU-{s.name}-{number}"
        for pod in range(s.dice.choice((1, 1, 2))):  # a card that pods share is told of once for each
            s.gauge("DCGM_FI_DEV_GPU_UTIL", float(s.dice.randint(0, 100)), pod=f"train-{pod}", **card)


def _store(s: Set) -> None:
    if s.dice.random() < 0.7:
        return
    own = {"job": "vmstorage-cluster", "instance": "a"}
    hours = Life(max(s.life.began, s.life.ended - 7 * HOUR), s.life.ended, s.life.interval, s.life.since)
    leak = s.dice.choice((0.0, 0.0, 70000.0, 100000.0))
    s.add("vm_free_disk_space_bytes", hours, lambda place, at: 9e10 - leak * (at - hours.began), path="/data", **own)
    s.gauge("vm_data_size_bytes", 3e10, type="storage/big", **own)
    s.gauge("vm_storage_is_read_only", float(s.dice.random() < 0.1), **own)
    s.gauge("vm_cache_entries", 90000.0, type="storage/hour_metric_ids", **own)
    s.gauge("flag", 1.0, name="retentionPeriod", value="30d", **own)
    s.counter("vm_rows_inserted_total", slope=900.0, **own)
    s.counter("vm_http_request_errors_total", slope=s.dice.choice((0.0, 0.1)), **own)
    s.counter("vl_rows_ingested_total", slope=50.0, **own)
    s.gauge("vl_data_size_bytes", 2e9, **own)


def _alerts(s: Set) -> None:
    names: Sequence[tuple[str, str]] = (
        ("KubePodCrashLooping", "warning"),
        ("NodeDown", "critical"),
        ("Watchdog", "none"),
    )
    for name, severity in names:
        if s.dice.random() < 0.3:
            state = s.dice.choice(("firing", "pending"))
            s.gauge("ALERTS", 1.0, alertname=name, severity=severity, alertstate=state)


def _spoiled(s: Set, value: float, chance: float) -> float:
    if s.dice.random() < chance:
        value = s.dice.choice(BROKEN)
        s.nan = s.nan or math.isnan(value)
    return value
