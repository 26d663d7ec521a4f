"""The whole rig: a management cluster and its regions."""

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from tests.rig import crds
from tests.rig.apiserver import ApiServer
from tests.rig.binaries import Binaries
from tests.rig.etcd import Etcd

MANAGEMENT = "~management"
REGIONS = ("fra1", "dc-lund")
SYSTEM_NAMESPACE = "kcm-system"

READER = {
    "metadata": {"name": "rig-reader"},
    "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
}


class Rig:
    """`management` and `regions[name]`, each an ApiServer."""

    def __init__(self, binaries: Binaries) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="pane-rig-"))
        self._etcd = Etcd(binaries.etcd, self.folder)
        self.management = ApiServer(MANAGEMENT, binaries, self._etcd, self.folder)
        self.regions = {name: ApiServer(name, binaries, self._etcd, self.folder) for name in REGIONS}
        self.crds = crds.load()

    @property
    def clusters(self) -> list[ApiServer]:
        return [self.management, *self.regions.values()]

    def start(self) -> None:
        self._etcd.start()
        for cluster in self.clusters:
            cluster.launch()
        with ThreadPoolExecutor(len(self.clusters)) as pool:
            list(pool.map(self._prepare, self.clusters))

    def stop(self) -> None:
        for cluster in self.clusters:
            cluster.stop()
        self._etcd.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def refresh(self) -> None:
        """Everything running, all CRDs in place, and no object that a test left behind."""
        for cluster in self.clusters:
            cluster.thaw()
            cluster.start()
            cluster.install_crds(self._crds_of(cluster))
            cluster.wipe()
        self.management.create_namespace(SYSTEM_NAMESPACE)

    def register(self, region: str, user: str = "admin") -> None:
        """Make a Region known to k0rdent: its kubeconfig Secret in the system namespace, and the Region object."""
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": f"{region}-kubeconfig", "namespace": SYSTEM_NAMESPACE},
            "stringData": {"value": self.regions[region].kubeconfig(user)},
        }
        named = {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "Region",
            "metadata": {"name": region},
            "spec": {"kubeConfig": {"name": f"{region}-kubeconfig", "key": "value"}},
        }
        self.management.apply(yaml.safe_dump_all([secret, named]))

    def crds_named(self, *names: str) -> list[dict]:
        """To give to `install_crds`, for a CRD that comes late."""
        return [crd for crd in self.crds if crd["metadata"]["name"] in names]

    def _prepare(self, cluster: ApiServer) -> None:
        cluster.wait()
        cluster.create_namespace("rig")
        cluster.request("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", READER)
        cluster.issue("reader", "rig-reader")
        cluster.install_crds(self._crds_of(cluster))

    def _crds_of(self, cluster: ApiServer) -> list[dict]:
        return self.crds if cluster is self.management else crds.of_a_region(self.crds)
