"""Identities that a program, or an older auth-provider, of our own kubeconfig gives: as the Kubernetes client asks."""

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import ConfigException
from kubernetes.aio.config.exec_provider import ExecProvider
from kubernetes.aio.config.kube_config import ConfigNode, KubeConfigLoader

from regions.kube import tls
from regions.kube.endpoint import ClientIdentity
from regions.kube.errors import Unsupported
from regions.kube.kubeconfig import token_expiry

_EARLY = timedelta(minutes=1)  # an identity is renewed before it ends
_PLUGIN_SECONDS = 60.0

Fields = Mapping[str, Any]


class Plugin:
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


class Provider:
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
        try:
            await KubeConfigLoader(self._config).load_and_set(configuration)
        except (ConfigException, ClientError) as error:
            # Its own message may quote the file.
            raise Unsupported(f"Our own kubeconfig cannot be used ({type(error).__name__}).") from None
        header = str(configuration.api_key.get("BearerToken") or "")
        return ClientIdentity({"Authorization": header}, expires_at=token_expiry(header.removeprefix("Bearer ")))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
