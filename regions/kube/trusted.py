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
from pathlib import Path
from typing import Any, Protocol

import yaml

from regions.kube import tls
from regions.kube.endpoint import ClientIdentity, Endpoint, Renew
from regions.kube.errors import Unsupported
from regions.kube.kubeconfig import token_expiry

_REREAD_SECONDS = 60.0
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")  # of the pod that we run in

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
        if os.environ.get("KUBERNETES_SERVICE_HOST"):
            return await asyncio.to_thread(from_pod)
    raise Unsupported("There is no kubeconfig, and this is no pod with an account: set PANE_KUBECONFIG.")


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (yaml.YAMLError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        # Their own messages may quote the file, or what a plugin printed.
        raise Unsupported(f"Our own kubeconfig cannot be used ({type(error).__name__}).") from None


def _find(path: str | None) -> str:
    """The files to read, as KUBECONFIG lists them; empty when none of them is there."""
    wanted = path or os.environ.get("KUBECONFIG") or "~/.kube/config"
    return wanted if any(Path(part).expanduser().is_file() for part in wanted.split(os.pathsep) if part) else ""


async def _from_files(path: str, context: str | None) -> Endpoint:
    clusters, contexts, users, current = await asyncio.to_thread(_merged, path)
    _, named = contexts[context or current]
    base, cluster = clusters[named["cluster"]]
    home, user = users.get(str(named.get("user")), (base, {}))
    renew = _renewal(user, home)
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


_Entries = dict[str, tuple[Path, Fields]]  # by name: the folder of the file that says it, and what it says


def _merged(paths: str) -> tuple[_Entries, _Entries, _Entries, str]:
    """Clusters, contexts, users and the current context of these files: of a name the first counts, as to kubectl."""
    found: dict[str, _Entries] = {"cluster": {}, "context": {}, "user": {}}
    current = ""
    for part in filter(None, paths.split(os.pathsep)):
        path = Path(part).expanduser()
        if path.exists():
            config = yaml.safe_load(path.read_text())
            current = current or config.get("current-context") or ""
            for what, entries in found.items():
                for entry in config.get(f"{what}s") or []:
                    entries.setdefault(entry["name"], (path.parent, entry[what] or {}))
    return found["cluster"], found["context"], found["user"], current


def _renewal(user: Fields, base: Path) -> Renew:
    """How the identity of this user is found, as kubectl finds it."""
    way: _Way = _Static(user, base)
    if user.get("exec") or user.get("auth-provider"):
        # With a library that takes longer to import than all else that a start needs of the kind.
        from regions.kube.plugins import Plugin, Provider

        way = Plugin(user["exec"], base) if user.get("exec") else Provider(user)

    async def renew(fresh: bool) -> ClientIdentity:
        with _worded():
            return await way.identity(fresh)

    return renew


class _Way(Protocol):
    async def identity(self, fresh: bool) -> ClientIdentity: ...


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


def from_pod(token: Path = _ACCOUNT / "token", ca: Path = _ACCOUNT / "ca.crt") -> Endpoint:
    """The API of the cluster that we run in; the token is read again as it is rotated. Raises OSError or ValueError."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    reader, authority = _Static({"tokenFile": str(token)}, Path("/")), ca.read_bytes()
    identity = reader.read()
    if not authority or not identity.headers:
        raise ValueError("an account without a token or an authority")
    return Endpoint(server, identity, ca=authority, trusted=True, renew=reader.identity)


def _inline_or_file(fields: Fields, name: str, base: Path) -> bytes:
    if fields.get(f"{name}-data"):
        return base64.b64decode(fields[f"{name}-data"])
    return (base / fields[name]).read_bytes() if fields.get(name) else b""
