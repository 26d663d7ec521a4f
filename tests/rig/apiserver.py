"""One kube-apiserver of the rig, and what a test does to it."""

import base64
import itertools
import os
import secrets
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import yaml

from tests.rig import certificates
from tests.rig.binaries import Binaries
from tests.rig.etcd import Etcd
from tests.rig.http import Http
from tests.rig.objects import Objects
from tests.rig.process import Process, free_port

HOME_NAMESPACE = "rig"
"""Where the rig keeps its own service accounts; never emptied."""

STANDING_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease", HOME_NAMESPACE)
READY_SECONDS = 120


class ApiServer(Objects):
    """A cluster's API. `url` and port stay the same over `stop` and `start`."""

    def __init__(self, name: str, binaries: Binaries, etcd: Etcd, folder: Path) -> None:
        self._binaries = binaries
        self._etcd = etcd
        self._folder = folder / name.strip("~")
        self._folder.mkdir(mode=0o700)
        self._process = Process(f"kube-apiserver of {name}", self._folder / "log")
        self._authority = certificates.Authority(name)
        self._port = free_port()
        self.url = f"https://127.0.0.1:{self._port}"
        self.ca = self._authority.certificate.decode()
        self._tokens = {"admin": secrets.token_hex(16)}
        self._files = itertools.count()
        self._write_files()
        super().__init__(name, Http(self.url, self.ca, self._tokens["admin"]))

    # -- its life ------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def pid(self) -> int:
        return self._process.pid

    def launch(self) -> None:
        """Start without waiting: `wait` follows."""
        self._process.start(self._command())

    def wait(self) -> None:
        self._process.wait(self._http.ready, READY_SECONDS)

    def start(self) -> None:
        """On the same port, with all it held; returns when it is ready."""
        if not self.running:
            self.launch()
            self.wait()

    def stop(self) -> None:
        """kill -9."""
        self._process.kill()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self._process.freeze()

    def thaw(self) -> None:
        self._process.thaw()

    def compact(self) -> int:
        """Forget all history, so that every earlier resource version is answered with 410; the revision forgotten.

        etcd alone would not do: the API server still knows the last events of each kind. So it is restarted, after a
        write of no meaning that puts every version known so far below the forgotten ones.
        """
        self.request("POST", "/api/v1/namespaces/rig/configmaps", {"metadata": {"generateName": "compacted-"}})
        revision = self._etcd.compact()
        self.stop()
        self.start()
        return revision

    # -- who may speak to it -------------------------------------------------------------------------------------

    def issue(self, user: str, role: str = "cluster-admin") -> str:
        """A new token for this user, whom it makes if need be and gives this ClusterRole; older tokens stay."""
        name = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": user, "namespace": HOME_NAMESPACE}}
        self._create("/api/v1/namespaces/rig/serviceaccounts", name)
        self._create(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            {
                "metadata": {"name": f"rig-{user}"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
                "subjects": [{"kind": "ServiceAccount", "name": user, "namespace": HOME_NAMESPACE}],
            },
        )
        path = f"/api/v1/namespaces/rig/serviceaccounts/{user}/token"
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 86400}}
        self._tokens[user] = self.request("POST", path, asked)["status"]["token"]
        return self._tokens[user]

    def revoke(self, user: str) -> None:
        """Every token of this user is refused from here on. Takes up to 10 s: the API server remembers a good one."""
        assert user != "admin", "the rig itself speaks as admin; revoke a user that was issued"
        self.request("DELETE", f"/api/v1/namespaces/rig/serviceaccounts/{user}")
        refused = Http(self.url, self.ca, self._tokens[user])
        end = time.monotonic() + 30
        while refused.status("/apis") != 401:
            assert time.monotonic() < end, f"{self.name} still accepts the revoked token of {user}"
            time.sleep(0.2)

    def token(self, user: str = "admin") -> str:
        return self._tokens[user]

    def kubeconfig(self, user: str = "admin") -> str:
        """A kubeconfig's text: authority and token inside. Users: admin, reader, and who was issued."""
        return self._kubeconfig(user, {"token": self._tokens[user]})

    def certificate_kubeconfig(
        self, user: str, groups: tuple[str, ...] = ("system:masters",), lasts: timedelta = timedelta(days=1)
    ) -> str:
        """The same with a client certificate instead of a token."""
        pair = self._authority.person(user, groups, lasts)
        data = {"client-certificate-data": _b64(pair.certificate), "client-key-data": _b64(pair.key)}
        return self._kubeconfig(user, data)

    # -- what is in it -------------------------------------------------------------------------------------------

    def kubectl(self, *arguments: str, stdin: str | None = None, kubeconfig: str = "") -> str:
        """What kubectl prints, as admin or as whom this kubeconfig text names. Raises with its complaint."""
        done = subprocess.run(
            self.kubectl_command(*arguments, kubeconfig=kubeconfig),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder)},
        )
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)} on {self.name}: {done.stderr.strip()}")
        return done.stdout

    def kubectl_command(self, *arguments: str, kubeconfig: str = "") -> list[str]:
        """The command line, for who wants to read a kubectl that goes on (`get -w`)."""
        file = self._folder / f"kubeconfig-{next(self._files)}"
        file.touch(mode=0o600)
        file.write_text(kubeconfig or self.kubeconfig())
        cache = self._folder / "kubectl-cache"
        return [str(self._binaries.kubectl), f"--kubeconfig={file}", f"--cache-dir={cache}", *arguments]

    def wipe(self) -> None:
        """Delete all custom objects, all namespaces that are not the cluster's own with what lies in them, and the
        roles for the whole cluster that neither it nor the rig made.
        """
        root = f"/{self.name.strip('~')}"
        for group in {name.partition(".")[2] for name in self.crd_names()}:
            self._etcd.delete_below(f"{root}/{group}/")
        namespaces = [item["metadata"]["name"] for item in self.request("GET", "/api/v1/namespaces")["items"]]
        for namespace in namespaces:
            if namespace in STANDING_NAMESPACES and namespace != "default":
                continue
            plurals = ["configmaps", "secrets", "events"]
            if namespace not in STANDING_NAMESPACES:
                plurals += ["serviceaccounts", "roles", "rolebindings"]
                self._etcd.delete(f"{root}/namespaces/{namespace}")
            for plural in plurals:
                self._etcd.delete_below(f"{root}/{plural}/{namespace}/")
        for plural in ("clusterroles", "clusterrolebindings"):
            for item in self.request("GET", f"/apis/rbac.authorization.k8s.io/v1/{plural}")["items"]:
                name, labels = item["metadata"]["name"], item["metadata"].get("labels", {})
                if labels.get("kubernetes.io/bootstrapping") != "rbac-defaults" and not name.startswith("rig-"):
                    self._etcd.delete(f"{root}/{plural}/{name}")

    # -- inside --------------------------------------------------------------------------------------------------

    def _kubeconfig(self, user: str, credentials: dict[str, str]) -> str:
        cluster = {"server": self.url, "certificate-authority-data": _b64(self.ca.encode())}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": self.name, "cluster": cluster}],
                "users": [{"name": user, "user": credentials}],
                "contexts": [{"name": self.name, "context": {"cluster": self.name, "user": user}}],
                "current-context": self.name,
            }
        )

    def _write_files(self) -> None:
        serving = self._authority.serving()
        accounts = certificates.new_key()
        for name, content in {
            "ca.crt": self._authority.certificate,
            "tls.crt": serving.certificate,
            "tls.key": serving.key,
            "sa.key": certificates.key_pem(accounts),
            "sa.pub": certificates.public_pem(accounts),
            "tokens.csv": f'{self._tokens["admin"]},admin,admin,"system:masters"\n'.encode(),
        }.items():
            (self._folder / name).write_bytes(content)

    def _command(self) -> list[str]:
        file = self._folder
        return [
            str(self._binaries.kube_apiserver),
            "--bind-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--etcd-servers={self._etcd.url}",
            f"--etcd-prefix=/{self.name.strip('~')}",
            "--authorization-mode=RBAC",
            f"--token-auth-file={file / 'tokens.csv'}",
            f"--client-ca-file={file / 'ca.crt'}",
            f"--tls-cert-file={file / 'tls.crt'}",
            f"--tls-private-key-file={file / 'tls.key'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={file / 'sa.pub'}",
            f"--service-account-signing-key-file={file / 'sa.key'}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--profiling=false",
        ]


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
