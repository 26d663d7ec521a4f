"""Our own way in: the kubeconfig of whoever runs Pane, or the account of the pod that it runs in.

What is in there is ours, so it may run programs and name files, and who we are is asked anew when it ends. Keys that
a file holds inline stay in memory all the same.
"""

import asyncio
import base64
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import ConfigException
from kubernetes.aio.config.exec_provider import ExecProvider
from kubernetes.aio.config.incluster_config import (
    SERVICE_CERT_FILENAME,
    SERVICE_HOST_ENV_NAME,
    SERVICE_TOKEN_FILENAME,
    InClusterConfigLoader,
)
from kubernetes.aio.config.kube_config import (
    ConfigNode,
    KubeConfigLoader,
    KubeConfigMerger,
)
from yaml import YAMLError

from regions.kube import tls
from regions.kube.endpoint import ClientIdentity, Endpoint, Renew
from regions.kube.errors import Unsupported
from regions.kube.kubeconfig import token_expiry

_EARLY = timedelta(minutes=1)  # an identity is renewed before it ends
_PLUGIN_SECONDS = 60.0
_REREAD_SECONDS = 60.0

Fields = Mapping[str, Any]


async def load(path: str | None = None, context: str | None = None) -> Endpoint:
    """The endpoint of our own kubeconfig; without a path, what kubectl would use, else the account of this pod.

    Raises Unsupported with a sentence.
    """
    found = await asyncio.to_thread(_find, path)
    if path and not found:
        raise Unsupported(f"There is no kubeconfig at {path}.")
    with _worded():
        if found:
            return await _from_files(found, context)
        if os.environ.get(SERVICE_HOST_ENV_NAME):
            return await asyncio.to_thread(from_pod)
    raise Unsupported("There is no kubeconfig, and this is no pod with an account: set PANE_KUBECONFIG.")


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (ConfigException, YAMLError, ClientError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        # Their own messages may quote the file, or what a plugin printed.
        raise Unsupported(f"Our own kubeconfig cannot be used ({type(error).__name__}).") from None


def _find(path: str | None) -> str:
    """The files to read, as KUBECONFIG lists them; empty when none of them is there."""
    wanted = path or os.environ.get("KUBECONFIG") or "~/.kube/config"
    return wanted if any(Path(part).expanduser().is_file() for part in wanted.split(os.pathsep) if part) else ""


async def _from_files(path: str, context: str | None) -> Endpoint:
    merged = await asyncio.to_thread(lambda: KubeConfigMerger(path).config)
    loader = KubeConfigLoader(merged, active_context=context, config_base_path=None)
    named = loader.current_context
    cluster_node = merged["clusters"].get_with_name(named["context"]["cluster"])["cluster"]
    user_node = merged["users"].get_with_name(named["context"].get("user"), safe=True)
    cluster, user = cluster_node.value, _fields(user_node["user"]) if user_node is not None else {}
    base = Path(cluster_node.path or path).parent
    renew = _renewal(user, Path(user_node.path).parent if user_node is not None and user_node.path else base)
    server = str(cluster["server"])
    if not server.startswith(("https://", "http://")):
        raise Unsupported("The server of our own kubeconfig is neither an https:// nor an http:// address.")
    return Endpoint(
        server,
        await renew(False),
        ca=await asyncio.to_thread(_inline_or_file, cluster, "certificate-authority", base),
        server_name=cluster.get("tls-server-name") or None,
        trusted=True,
        verified=not cluster.get("insecure-skip-tls-verify"),
        proxy=cluster.get("proxy-url") or None,
        renew=renew,
    )


def _renewal(user: Fields, base: Path) -> Renew:
    """How the identity of this user is found, as kubectl finds it."""
    way: _Plugin | _Provider | _Static
    if user.get("exec"):
        way = _Plugin(user["exec"], base)
    elif user.get("auth-provider"):
        way = _Provider(user)
    else:
        way = _Static(user, base)

    async def renew(fresh: bool) -> ClientIdentity:
        with _worded():
            return await way.identity(fresh)

    return renew


class _Static:
    """Tokens, certificates and passwords; what lies in files is read again every minute, and when refused."""

    def __init__(self, user: Fields, base: Path) -> None:
        self._user = user
        self._base = base
        self._identity: ClientIdentity | None = None
        self._read_at = 0.0

    async def identity(self, fresh: bool) -> ClientIdentity:
        if self._identity is None or fresh or time.monotonic() - self._read_at > _REREAD_SECONDS:
            self._identity = await asyncio.to_thread(self.read)
            self._read_at = time.monotonic()
        return self._identity

    def read(self) -> ClientIdentity:
        user = self._user
        token = user.get("token") or ""
        if not token and user.get("tokenFile"):
            token = (self._base / user["tokenFile"]).read_text().strip()
        certificate = _inline_or_file(user, "client-certificate", self._base)
        key = _inline_or_file(user, "client-key", self._base)
        ends = [token_expiry(token), tls.expiry(certificate) if certificate else None]
        identity = ClientIdentity.bearer(
            token, certificate=certificate, key=key, expires_at=min((end for end in ends if end), default=None)
        )
        if not token and user.get("username"):
            pair = f"{user['username']}:{user.get('password') or ''}".encode()
            basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
            identity = ClientIdentity(basic, certificate, key, identity.expires_at)
        return identity


class _Plugin:
    """An exec plugin: run when its credential is about to end, or was refused; by one caller for all."""

    def __init__(self, config: Fields, base: Path) -> None:
        command = str(config.get("command", ""))
        if os.sep in command:  # kubectl reads these beside the file
            config = {**config, "command": str(base / command)}
        self._config = config
        self._identity: ClientIdentity | None = None
        self._lock = asyncio.Lock()

    async def identity(self, fresh: bool) -> ClientIdentity:
        refused = self._identity
        async with self._lock:
            if self._identity is not refused and self._identity is not None:
                return self._identity  # somebody else has just asked
            ends = self._identity.expires_at if self._identity else None
            if self._identity is None or fresh or (ends and tls.is_over(ends - _EARLY)):
                self._identity = await self._run()
            return self._identity

    async def _run(self) -> ClientIdentity:
        try:
            async with asyncio.timeout(_PLUGIN_SECONDS):
                status = await ExecProvider(ConfigNode("exec", dict(self._config))).run()
        except TimeoutError:
            raise Unsupported(f"The credential plugin of our kubeconfig took over {_PLUGIN_SECONDS:.0f} s.") from None
        except FileNotFoundError:
            raise Unsupported("The credential plugin of our kubeconfig is not installed here.") from None
        except (ConfigException, OSError) as error:
            raise Unsupported(f"The credential plugin of our kubeconfig failed ({type(error).__name__}).") from None
        certificate = (status.get("clientCertificateData") or "").encode()
        ends = [
            _time(status.get("expirationTimestamp")),
            token_expiry(status.get("token") or ""),
            tls.expiry(certificate) if certificate else None,
        ]
        return ClientIdentity.bearer(
            status.get("token") or "",
            certificate=certificate,
            key=(status.get("clientKeyData") or "").encode(),
            expires_at=min((end for end in ends if end), default=None),
        )


class _Provider:
    """The older auth-providers (oidc, gcp), as the Kubernetes client knows them. It sees nothing but this user."""

    def __init__(self, user: Fields) -> None:
        self._config = {
            "current-context": "pane",
            "contexts": [{"name": "pane", "context": {"cluster": "pane", "user": "pane"}}],
            "clusters": [{"name": "pane", "cluster": {}}],
            "users": [{"name": "pane", "user": {"auth-provider": user["auth-provider"]}}],
        }

    async def identity(self, fresh: bool) -> ClientIdentity:
        configuration = Configuration()
        await KubeConfigLoader(self._config).load_and_set(configuration)
        header = str(configuration.api_key.get("BearerToken") or "")
        return ClientIdentity({"Authorization": header}, expires_at=token_expiry(header.removeprefix("Bearer ")))


def from_pod(token: str = SERVICE_TOKEN_FILENAME, ca: str = SERVICE_CERT_FILENAME) -> Endpoint:
    """The API of the cluster that we run in; the token is read again as it is rotated. Raises ConfigException."""
    configuration = Configuration()
    InClusterConfigLoader(token, ca).load_and_set(configuration)
    reader = _Static({"tokenFile": token}, Path("/"))
    return Endpoint(configuration.host, reader.read(), ca=Path(ca).read_bytes(), trusted=True, renew=reader.identity)


def _inline_or_file(fields: Fields, name: str, base: Path) -> bytes:
    if fields.get(f"{name}-data"):
        return base64.b64decode(fields[f"{name}-data"])
    return (base / fields[name]).read_bytes() if fields.get(name) else b""


def _fields(node: Any) -> Fields:
    value = node.value if isinstance(node, ConfigNode) else node
    return value if isinstance(value, dict) else {}


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
