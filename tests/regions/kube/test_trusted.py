"""Our own way in: files, plugins and accounts of pods, each renewed when it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from regions.kube import trusted
from regions.kube.client import Client
from regions.kube.errors import Unsupported
from tests.regions.kube import pems
from tests.rig.fleet import Rig

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a kubeconfig whose one user and cluster are so; its path."""

    def made(user: dict[str, Any], name: str = "config", **cluster: Any) -> str:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "c", "cluster": {"server": "https://10.1.2.3:6443", **cluster}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        }
        (tmp_path / name).write_text(yaml.safe_dump(config))
        return str(tmp_path / name)

    return made


def plugin(folder: Path, **status: Any) -> dict[str, Any]:
    """An exec plugin that counts its runs and says so in its token."""
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    script = folder / "plugin"
    script.write_text(
        f"#!/bin/sh\necho run >> {folder}/runs\n"
        f"sed \"s/COUNT/$(grep -c run {folder}/runs)/\" <<'END'\n{json.dumps(answer)}\nEND\n"
    )
    script.chmod(0o700)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin"}}


async def test_a_token_a_certificate_and_an_authority_are_taken_inline_or_from_files(tmp_path: Path, write: Write):
    (tmp_path / "ca.crt").write_bytes(pems.certificate("ca"))
    (tmp_path / "me.crt").write_bytes(pems.certificate("me"))
    user = {"token": "t0ken", "client-certificate": "me.crt", "client-key-data": pems.b64(pems.key_pem("me"))}
    endpoint = await trusted.load(write(user, **{"certificate-authority": "ca.crt"}))
    assert (endpoint.host, endpoint.port, endpoint.trusted) == ("10.1.2.3", 6443, True)
    assert await endpoint.headers() == {"Authorization": "Bearer t0ken"}
    assert endpoint.expires_at == pems.ENDS
    assert endpoint.ssl_context() is not None
    assert "t0ken" not in repr(endpoint)


async def test_a_token_file_is_read_again_when_its_token_is_refused(tmp_path: Path, write: Write):
    (tmp_path / "token").write_text("first\n")
    endpoint = await trusted.load(write({"tokenFile": "token"}))
    assert await endpoint.headers() == {"Authorization": "Bearer first"}
    (tmp_path / "token").write_text("second\n")
    assert await endpoint.headers() == {"Authorization": "Bearer first"}
    assert await endpoint.headers(fresh=True) == {"Authorization": "Bearer second"}
    (tmp_path / "token").unlink()
    with pytest.raises(Unsupported, match="Our own kubeconfig cannot be used"):
        await endpoint.headers(fresh=True)


async def test_a_plugin_runs_once_until_its_token_is_refused(tmp_path: Path, write: Write):
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    endpoint = await trusted.load(write(plugin(tmp_path, token="token-COUNT", expirationTimestamp=later)))
    assert await endpoint.headers() == await endpoint.headers() == {"Authorization": "Bearer token-1"}
    assert endpoint.expires_at is not None
    assert await endpoint.headers(fresh=True) == {"Authorization": "Bearer token-2"}


async def test_a_plugin_runs_again_when_its_token_is_about_to_end(tmp_path: Path, write: Write):
    soon = (datetime.now(UTC) + timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    endpoint = await trusted.load(write(plugin(tmp_path, token="token-COUNT", expirationTimestamp=soon)))
    assert await endpoint.headers() == {"Authorization": "Bearer token-2"}


async def test_a_plugin_may_give_a_certificate_and_it_is_used(tmp_path: Path, write: Write):
    pair = {"clientCertificateData": pems.certificate("me").decode(), "clientKeyData": pems.key_pem("me").decode()}
    endpoint = await trusted.load(write(plugin(tmp_path, **pair)))
    assert await endpoint.headers() == {}
    assert endpoint.expires_at == pems.ENDS
    assert endpoint.ssl_context() is not None


async def test_a_plugin_that_fails_is_told_without_what_it_printed(tmp_path: Path, write: Write):
    user = plugin(tmp_path)
    (tmp_path / "plugin").write_text("#!/bin/sh\necho hunter2 >&2\nexit 1\n")
    with pytest.raises(Unsupported, match="credential plugin of our kubeconfig failed") as caught:
        await trusted.load(write(user))
    assert "hunter2" not in str(caught.value)
    (tmp_path / "plugin").unlink()
    with pytest.raises(Unsupported, match="is not installed here"):
        await trusted.load(write(user))


async def test_a_key_that_does_not_fit_is_told_when_it_is_needed(write: Write):
    pair = {"client-certificate-data": pems.b64(pems.certificate("me"))}
    for key in (pems.key_pem("other"), pems.key_pem("me", b"password"), b"nonsense"):
        endpoint = await trusted.load(write(pair | {"client-key-data": pems.b64(key)}))
        with pytest.raises(Unsupported, match=r"certificate or key for 10\.1\.2\.3:6443 cannot be used"):
            endpoint.ssl_context()


async def test_several_files_are_merged_as_kubectl_does(write: Write, monkeypatch: pytest.MonkeyPatch):
    paths = os.pathsep.join([write({"token": "one"}, "a"), "/nowhere/at/all", write({"token": "two"}, "b")])
    monkeypatch.setenv("KUBECONFIG", paths)
    assert await (await trusted.load(None, "here")).headers() == {"Authorization": "Bearer one"}
    assert await (await trusted.load()).headers() == {"Authorization": "Bearer one"}


async def test_what_is_wrong_with_our_own_kubeconfig_is_a_sentence(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(Unsupported, match="There is no kubeconfig at"):
        await trusted.load(str(tmp_path / "nowhere"))
    with pytest.raises(Unsupported, match="cannot be used"):
        await trusted.load(write({"token": "t"}), "no-such-context")
    with pytest.raises(Unsupported, match="neither an https:// nor an http:// address"):
        await trusted.load(write({"token": "t"}, server="unix:///x"))
    (tmp_path / "broken").write_text("token: [hunter2\n")
    with pytest.raises(Unsupported) as caught:
        await trusted.load(str(tmp_path / "broken"))
    assert "hunter2" not in repr((caught.value, caught.value.__cause__))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(Unsupported, match="set PANE_KUBECONFIG"):
        await trusted.load()


async def test_the_account_of_a_pod_is_read_again_when_its_token_is_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "token").write_text("first")
    (tmp_path / "ca.crt").write_bytes(pems.certificate("ca"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    endpoint = trusted.from_pod(tmp_path / "token", tmp_path / "ca.crt")
    assert (endpoint.host, endpoint.port) == ("fd00::1", 443)
    assert await endpoint.headers() == {"Authorization": "Bearer first"}
    (tmp_path / "token").write_text("second")
    assert await endpoint.headers(fresh=True) == {"Authorization": "Bearer second"}
    (tmp_path / "ca.crt").write_bytes(b"")  # never the system's roots instead
    with pytest.raises(ValueError, match="without a token or an authority"):
        trusted.from_pod(tmp_path / "token", tmp_path / "ca.crt")


def test_what_only_plugins_take_is_not_imported_at_a_start(tmp_path: Path, write: Write):
    asking = (
        "import asyncio, sys; from regions.kube import trusted; "
        "asyncio.run(trusted.load(sys.argv[1])); sys.exit('kubernetes' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", asking, write({"token": "t"})], check=True, cwd=settings.BASE_DIR, timeout=60)


@pytest.mark.real
async def test_kubectls_own_file_opens_a_real_server(rig: Rig, tmp_path: Path):
    rig.management.start()
    (tmp_path / "config").write_text(rig.management.kubeconfig())
    async with Client(await trusted.load(str(tmp_path / "config"))) as client:
        assert (await client.ready()).ready
