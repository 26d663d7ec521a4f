"""Which ConfigMaps keep their data: the schemas of templates, and KOF's records of where a region's metrics are."""

import json
import re
from typing import Any

from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.redact_text import HIDDEN, without_credentials

_KOF_LABELS = (f"{K0RDENT}/kof-cluster-role", "kof-cluster-role", f"{K0RDENT}/kof-regionless", "kof-regionless")
_KOF_KEYS = re.compile(
    r"(regional|child)_cluster_(name|namespace|cloud)|aws_region|azure_location|openstack_region|vsphere_datacenter"
    r"|gcp_region|istio_role|(read|write)_(metrics|logs|audit_logs|traces)_endpoint"
)
_HTTP_CONFIG: dict[str, dict[str, Any] | None] = {
    "dial_timeout": None,
    "tls_config": {"insecure_skip_verify": None, "server_name": None},
    "basic_auth": {"credentials_secret_name": None, "username_key": None, "password_key": None},
}
"""What may stay of `kof_http_config`: names of Secrets and keys, never what they hold."""


def config_map_data(manifest: Manifest) -> dict[str, str]:
    """The data of a ConfigMap, hidden but for what is known to be public. Keys stay."""
    data = m.mapping(manifest.get("data"))
    return {m.text(key): _value(m.text(key), m.text(value), manifest) if value else "" for key, value in data.items()}


def _value(key: str, value: str, manifest: Manifest) -> str:
    if m.name(manifest).startswith("schema-") and key == "schema":
        return value if isinstance(_json(value), dict) else HIDDEN
    if any(label in m.labels(manifest) for label in _KOF_LABELS):
        if key == "kof_http_config":
            config = _json(value)
            return json.dumps(_kept(config, _HTTP_CONFIG)) if isinstance(config, dict) else HIDDEN
        if _KOF_KEYS.fullmatch(key) and len(value) < 500 and "\n" not in value:
            return without_credentials(value)
    return HIDDEN


def _kept(value: dict[str, Any], allowed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, below in allowed.items():
        inner = value.get(key)
        if below is None and isinstance(inner, str | bool | int):
            found[key] = inner
        elif below is not None and isinstance(inner, dict):
            found[key] = _kept(inner, below)
    return found


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
