"""How a manifest is redacted, as plainly as can be said: what `regions.domain.redact` does faster, and must equal."""

from typing import Any

from regions.domain import manifest as m
from regions.domain.bounds_kept import LARGEST, LONGEST, MOST, MOST_CONDITIONS, SHORT, bounded, too_large
from regions.domain.kinds import K0RDENT
from regions.domain.redact import (
    _ALLOWED,
    _CHART_DEFAULTS,
    _DEEPEST,
    _DROPPED,
    _FREE,
    _FREE_ENDINGS,
    _HARMLESS,
    HIDDEN,
    _annotations,
    _is_plain,
    _published,
    _secret,
)
from regions.domain.redact_data import config_map_data
from regions.domain.redact_text import _CREDENTIALS, Secrets, secretive_name


def redact_plainly(manifest: dict[str, Any]) -> dict[str, Any]:
    if m.kind(manifest) == "Secret" and not m.group(manifest):
        return _secret(manifest)
    secrets = Secrets()
    special = {"status", "data"} if m.kind(manifest) == "ConfigMap" else {"status"}
    redacted = _walk("", {key: value for key, value in manifest.items() if key not in special}, secrets, 0)
    if "data" in special and "data" in manifest:
        redacted["data"] = config_map_data(manifest)
    if "status" in manifest:
        status = manifest["status"]
        chart = m.kind(manifest) in _CHART_DEFAULTS and m.group(manifest) == K0RDENT and isinstance(status, dict)
        if chart and "config" in status:
            others = {key: value for key, value in status.items() if key != "config"}
            found = {**_walk("status", others, secrets, 0), "config": _published(status["config"])}
        else:
            found = _walk("status", status, secrets, 0)
        redacted["status"] = secrets.without(found)
    return bounded(redacted) if secrets.large or secrets.letters > LARGEST else redacted


def _walk(key: str, value: Any, secrets: Secrets, depth: int) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        if key.endswith(("annotations", "Annotations")):
            return _annotations(value, secrets)
        found: dict[str, Any] = {}
        secrets.large = secrets.large or len(value) > MOST
        for inner, below in value.items():
            name = m.text(inner)
            if name not in _DROPPED:
                free = name.lower() in _FREE or name.lower().endswith(_FREE_ENDINGS)
                hide = free and not _is_plain(name, below, value)
                found[name] = (_free if hide else _walk)(name, below, secrets, depth + 1)
        return found
    if isinstance(value, list):
        secrets.large = secrets.large or (len(value) > MOST_CONDITIONS and too_large(value, key))
        return [_walk(key, member, secrets, depth + 1) for member in value]
    if isinstance(value, str) and value:
        if len(value) > SHORT:
            secrets.letters += len(value)
            secrets.large = secrets.large or len(value) > LONGEST
        return secrets.hide(value) if secretive_name(key) else _without_credentials(value)
    return value


def _free(key: str, value: Any, secrets: Secrets, depth: int) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        secrets.large = secrets.large or len(value) > MOST
        return {m.text(inner): _free(m.text(inner), below, secrets, depth + 1) for inner, below in value.items()}
    if isinstance(value, list):
        secrets.large = secrets.large or len(value) > MOST
        return [_free(key, member, secrets, depth + 1) for member in value]
    if value is None or value == "":
        return value
    if key.lower() in _ALLOWED and (not isinstance(value, str) or _HARMLESS.fullmatch(value)):
        return value if not isinstance(value, str) else _without_credentials(value)
    return secrets.hide(value)


def _without_credentials(text: str) -> str:
    for pattern, instead in _CREDENTIALS:
        text = pattern.sub(instead, text)
    return text
