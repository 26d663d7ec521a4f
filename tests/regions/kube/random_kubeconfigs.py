"""Random kubeconfigs, tried with kubectl and with Pane side by side.

    python -m tests.regions.kube.random_kubeconfigs --files 200 --seed 1

Pane may refuse what kubectl takes only for what a file holds that Pane refuses by name; it never takes what kubectl
does not, but for what `LAXER` explains. Ends with 1 where that is not so.
"""

import argparse
import asyncio
import base64
import json
import random
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from regions.kube import kubeconfig
from regions.kube.client import Client
from regions.kube.errors import KubeError, Unsupported
from tests.regions.watcher import servers
from tests.rig import binaries
from tests.rig.certificates import Authority
from tests.rig.proxies import proxy

_DAY = timedelta(days=1)
TOKEN = "t-0123456789"
REFUSED = (
    "proxy-url", "insecure-skip-tls-verify", "certificate-authority", "exec", "auth-provider", "tokenFile", "username",
    "password", "as", "as-groups", "client-certificate", "client-key", "http server", "user in the URL", "anchor",
    "no identity", "no current-context", "context is missing", "no apiVersion", "odd field", "no user",
)  # fmt: skip
"""What Pane refuses though kubectl may take it, as `Drawn.holds` names it."""
LAXER = {
    "no current-context": "with one context Pane takes that one, where kubectl takes none",
}
"""Where Pane takes what kubectl does not."""


@dataclass
class Drawn:
    """One kubeconfig, and what is in it that may be refused."""

    text: str
    holds: set[str] = field(default_factory=set)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Drawer:
    """Draws kubeconfigs of one server."""

    def __init__(self, url: str, ca: Authority, seed: int, proxy: str) -> None:
        self.url = url
        self.ca = ca.certificate
        self.other = Authority("another").certificate
        self.proxy = proxy
        self.rng = random.Random(seed)

    def draw(self) -> Drawn:
        rng, holds = self.rng, set()
        cluster = self._cluster(holds)
        user = self._user(holds)
        name = rng.choice(("c", "kind-kind", "admin@fra1.example", "ein-name mit-leer"))
        context: dict[str, Any] = {"cluster": name, "user": "u"}
        if rng.random() < 0.2:
            context["namespace"] = "default"
        config: dict[str, Any] = {
            "apiVersion": "v1", "kind": "Config", "preferences": {}, "current-context": name,
            "clusters": [{"name": name, "cluster": cluster}], "users": [{"name": "u", "user": user}],
            "contexts": [{"name": name, "context": context}],
        }  # fmt: skip
        self._whole(config, holds)
        items = list(config.items())
        rng.shuffle(items)
        config = dict(items)
        style = rng.random()
        text = json.dumps(config) if style < 0.3 else yaml.safe_dump(config, default_flow_style=style < 0.4)
        if rng.random() < 0.1:
            text = f"# made by hand\n---\n{text}" if style >= 0.4 else text
        if rng.random() < 0.05:
            text = text.replace("\n", "\r\n")
        return Drawn(text, holds)

    def _cluster(self, holds: set[str]) -> dict[str, Any]:
        rng = self.rng
        cluster: dict[str, Any] = {"server": self.url, "certificate-authority-data": b64(self.ca)}
        pick = rng.random()
        if pick < 0.08:
            cluster["certificate-authority-data"] = b64(self.other)
        elif pick < 0.16:
            cluster["certificate-authority-data"] = b64(self.other + self.ca)
        elif pick < 0.2:
            cluster["certificate-authority-data"] = rng.choice(
                ("bm90IGEgY2VydGlmaWNhdGU=", "not base64!", b64(b"-----"))
            )
        elif pick < 0.24:
            del cluster["certificate-authority-data"]
        elif pick < 0.28:
            text = cluster["certificate-authority-data"]
            cluster["certificate-authority-data"] = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
        pick = rng.random()
        if pick < 0.1:
            cluster["server"] += "/"
        elif pick < 0.2:
            cluster["server"] = self.url.replace("127.0.0.1", "localhost")
        elif pick < 0.24:
            cluster["server"] = self.url.replace("127.0.0.1", "LOCALHOST")
        elif pick < 0.28:
            cluster["server"], _ = self.url.replace("https", "http"), holds.add("http server")
        elif pick < 0.31:
            cluster["server"], _ = self.url.replace("https://", "https://ada:pw@"), holds.add("user in the URL")
        elif pick < 0.34:
            cluster["server"] = "https://127.0.0.1:9"
        elif pick < 0.37:
            cluster["server"] = rng.choice(("", "https://", "https://[::1", "127.0.0.1 :6443"))
        if rng.random() < 0.15:
            cluster["tls-server-name"] = rng.choice(("localhost", "kube.example", ""))
        if rng.random() < 0.1:
            cluster["disable-compression"] = rng.choice((True, False))
        if rng.random() < 0.1:
            cluster["extensions"] = [{"name": "minikube", "extension": {"version": "v1.36.0"}}]
        if rng.random() < 0.08:
            cluster["proxy-url"] = rng.choice((self.proxy, ""))
        if rng.random() < 0.06:
            cluster["insecure-skip-tls-verify"] = rng.choice((True, False))
            holds |= {"insecure-skip-tls-verify"} if cluster["insecure-skip-tls-verify"] else set()
        return cluster

    def _user(self, holds: set[str]) -> dict[str, Any]:
        rng = self.rng
        user: dict[str, Any] = {"token": TOKEN}
        pick = rng.random()
        if pick < 0.06:
            user["token"] = "another-token"
        elif pick < 0.1:
            user, _ = {}, holds.add("no identity")
        elif pick < 0.14:
            holds |= {"exec"}
            user["exec"] = {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/false",
                            "interactiveMode": "Never"}  # fmt: skip
        elif pick < 0.18:
            user["username"], user["password"], _ = "ada", "pw", holds.update({"username", "password"})
        elif pick < 0.21:
            user["as"], _ = "ada", holds.add("as")
        elif pick < 0.24:
            user["tokenFile"], _ = "/nowhere/token", holds.add("tokenFile")
        elif pick < 0.27:
            user["client-certificate"], user["client-key"] = "/nowhere/crt", "/nowhere/key"
            holds |= {"client-certificate", "client-key"}
        elif pick < 0.37:
            pair = Authority("people").person("ada", (), _DAY)
            other = Authority("people").person("ada", (), _DAY)
            user["client-certificate-data"] = b64(pair.certificate)
            user["client-key-data"] = b64(rng.choice((pair.key, pair.key, other.key)))
        return user

    def _whole(self, config: dict[str, Any], holds: set[str]) -> None:
        rng = self.rng
        pick = rng.random()
        if pick < 0.06:
            del config["current-context"]
            holds |= {"no current-context"}
        elif pick < 0.1:
            config["current-context"] = "nowhere"
            holds |= {"context is missing"}
        elif pick < 0.14:
            config["clusters"][0]["name"] = "elsewhere"
            holds |= {"context is missing"}
        elif pick < 0.18:
            config["users"][0]["name"] = "nobody"
            holds |= {"no user"}
        if rng.random() < 0.2:
            config["clusters"].append({"name": "other", "cluster": {"server": "https://10.0.0.1:6443"}})
            config["contexts"].append({"name": "other", "context": {"cluster": "other", "user": "u"}})
        if rng.random() < 0.06:
            del config["preferences"]
        if rng.random() < 0.04:
            del config["apiVersion"]
        if rng.random() < 0.04:
            config[rng.choice(("clusterss", "note"))], _ = "odd", holds.add("odd field")
        if rng.random() < 0.05:
            config["extensions"] = [{"name": "x", "extension": {"a": "b"}}]


@dataclass(frozen=True)
class Judged:
    """What both made of a file."""

    drawn: Drawn
    kubectl: str  # empty: it worked
    pane: str
    refused: bool  # by Pane itself, before anything was sent

    @property
    def wrong(self) -> str:
        """Why this is not as it should be; empty when it is."""
        if not self.pane and self.kubectl and not self.drawn.holds & set(LAXER):
            return f"Pane takes what kubectl does not: {self.kubectl}"
        if self.pane and not self.kubectl and not (self.refused and self.drawn.holds & set(REFUSED)):
            return f"kubectl takes what Pane does not: {self.pane}"
        return ""


async def judged(drawn: Drawn, kubectl: str, folder: Path, proxies: set[str]) -> Judged:
    path = folder / "kubeconfig"
    path.write_text(drawn.text)
    theirs, (ours, refused) = await asyncio.gather(_by_kubectl(kubectl, path), _by_pane(drawn.text, proxies))
    return Judged(drawn, theirs, ours, refused)


async def _by_kubectl(kubectl: str, path: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        kubectl, "--kubeconfig", str(path), "--request-timeout=10s", "get", "--raw", "/version",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
        env={"HOME": str(path.parent)},
    )  # fmt: skip
    _, said = await process.communicate()
    return "" if process.returncode == 0 else (said.decode().strip().splitlines() or ["failed"])[-1][:200]


async def _by_pane(text: str, proxies: set[str]) -> tuple[str, bool]:
    try:
        endpoint = kubeconfig.parse(text, proxies)
    except Unsupported as error:
        return error.message, True
    try:
        async with Client(endpoint, allow_loopback=True) as client:
            await client.server_version()
    except KubeError as error:
        return error.message, isinstance(error, Unsupported)
    return "", False


async def compare(files: int, seed: int, kubectl: str) -> list[Judged]:
    """So many random files, by a seed."""
    ca = Authority("random")
    server = servers.Cluster("random")
    server.token = TOKEN
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        await server.start(stack.enter_context(servers.serving(ca)))
        try:
            async with proxy("http") as way:
                drawer = Drawer(server.url, ca, seed, way.url)
                return [await judged(drawer.draw(), kubectl, Path(folder), {way.url}) for _ in range(files)]
        finally:
            await server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    kubectl = binaries.kubectl()
    if kubectl is None:
        print(binaries.HOW_KUBECTL, file=sys.stderr)
        return 2
    found = asyncio.run(compare(asked.files, asked.seed, str(kubectl)))
    wrong = [one for one in found if one.wrong]
    count = Counter((not one.kubectl, not one.pane) for one in found)
    print(f"{len(found)} kubeconfigs: both take {count[True, True]}, both refuse {count[False, False]}, "
          f"only kubectl takes {count[True, False]}, only Pane {count[False, True]}")  # fmt: skip
    for one in wrong:
        print(f"WRONG {one.wrong}\n{sorted(one.drawn.holds)}\n{one.drawn.text}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
