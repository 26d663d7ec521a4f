"""A look at what somebody pasted: what it is, in a sentence, or why it will not do. Quotes no secret."""

import base64
import binascii
import ipaddress
import json
import re
from typing import Any
from urllib.parse import urlsplit

from deployments.domain import safe_yaml
from deployments.domain.findings import Problem, error, note, warning
from regions.domain.kubeconfig_fields import CLUSTER_FILES, IMPERSONATION, PROGRAMS, USER_FILES

_RUNS = "k0rdent runs no program that a kubeconfig names"
_OPENS = "k0rdent cannot open files of your machine"
_FILE = f"It names a file ({{0}}), and {_OPENS}. Put its content in {{1}}."
_REFUSED_CLUSTER = {name: _FILE.format(name, instead) for name, instead in CLUSTER_FILES.items()}
_REFUSED_USER = {
    **{
        name: f"It runs a program to sign in ({name}), and {_RUNS}. Use a token or a client certificate."
        for name in PROGRAMS
    },
    **{name: _FILE.format(name, instead) for name, instead in USER_FILES.items()},
    **{name: f"It acts as somebody else ({name}), which is not accepted." for name in IMPERSONATION},
}
_PRIVATE = re.compile(r"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----\s+(.*?)\s*-----END \1PRIVATE KEY-----", re.DOTALL)
_SHOWN = re.compile(r"[A-Za-z0-9._:@/-]{1,120}")


def kubeconfig(field: str, text: str) -> list[Problem]:
    """Whether k0rdent could use this kubeconfig, from anywhere but your machine."""
    try:
        config = safe_yaml.load(text)
    except safe_yaml.NotPlain as problem:
        return [error(field, f"This kubeconfig cannot be read: {problem}.")]
    if not isinstance(config, dict) or config.get("kind", "Config") != "Config" or "clusters" not in config:
        if isinstance(config, str) and _hides_kubeconfig(config):
            return [error(field, "This is base64. Paste the kubeconfig itself; Pane encodes it.")]
        return [error(field, "This is not a kubeconfig: it has no clusters.")]
    context = _current(config)
    if isinstance(context, str):
        return [error(field, context)]
    cluster = _entry(config, "clusters", "cluster", context.get("cluster"))
    user = _entry(config, "users", "user", context.get("user"))
    if cluster is None or user is None:
        missing = "cluster" if cluster is None else "user"
        return [error(field, f"Its context names a {missing} that the kubeconfig does not have.")]
    refused = [error(field, why) for key, why in _REFUSED_USER.items() if user.get(key)]
    refused += [error(field, why) for key, why in _REFUSED_CLUSTER.items() if cluster.get(key)]
    refused += [
        error(field, f"Its {key} is not base64.")
        for holder in (cluster, user)
        for key, value in holder.items()
        if key.endswith("-data") and not _is_base64(value)
    ]
    if bool(user.get("client-certificate-data")) != bool(user.get("client-key-data")):
        refused.append(error(field, "It has a client certificate without its key, or a key without its certificate."))
    if not refused and not (user.get("token") or user.get("client-certificate-data") or user.get("password")):
        refused.append(error(field, "Its user has neither a token nor a client certificate."))
    server, found = _server(field, cluster.get("server"))
    if refused or not server:
        return refused + found
    if cluster.get("insecure-skip-tls-verify") is True:
        found.append(warning(field, "It does not verify the server's certificate: anybody in between can read along."))
    if cluster.get("proxy-url"):
        found.append(warning(field, "It goes through a proxy, which the management cluster must be able to reach."))
    if user.get("password"):
        found.append(warning(field, "It signs in with a password, which current Kubernetes servers refuse."))
    by = "a token" if user.get("token") else "a client certificate" if user.get("client-key-data") else "a password"
    return [note(field, f"This is a kubeconfig for {server}, signing in with {by}."), *found]


def _hides_kubeconfig(text: str) -> bool:
    try:
        return b"clusters:" in base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        return False


def server_of(text: str) -> str:
    """The address that a kubeconfig leads to; empty when it cannot be read."""
    try:
        config = safe_yaml.load(text)
    except safe_yaml.NotPlain:
        return ""
    context = _current(config) if isinstance(config, dict) else ""
    cluster = _entry(config, "clusters", "cluster", context.get("cluster")) if isinstance(context, dict) else None
    server = (cluster or {}).get("server")
    return server.rstrip("/") if isinstance(server, str) else ""


def _current(config: dict[str, Any]) -> dict[str, Any] | str:
    contexts = config.get("contexts")
    named = [entry for entry in contexts if isinstance(entry, dict)] if isinstance(contexts, list) else []
    current = config.get("current-context")
    if not current and len(named) != 1:
        return f"It has {len(named) or 'no'} contexts and no current-context: say which one to use."
    for entry in named:
        if (not current or entry.get("name") == current) and isinstance(entry.get("context"), dict):
            return dict(entry["context"])
    return "Its current-context is not among its contexts."


def _entry(config: dict[str, Any], plural: str, singular: str, name: Any) -> dict[str, Any] | None:
    listed = config.get(plural)
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name and isinstance(entry.get(singular), dict):
            return dict(entry[singular])
    return None


def _server(field: str, given: Any) -> tuple[str, list[Problem]]:
    try:
        url = urlsplit(given if isinstance(given, str) else "")
        host, port = url.hostname or "", url.port
    except ValueError:
        host, port, url = "", None, urlsplit("")
    if not host or url.scheme not in ("http", "https"):
        return "", [error(field, "Its cluster has no server that is an https:// address.")]
    if url.username or url.password:
        return "", [error(field, "Its server has a user or a password in the address, which is not accepted.")]
    if url.scheme == "http":
        return "", [error(field, "Its server must be an https:// address, not http://.")]
    shown = f"{host}:{port}" if port else host
    if not _SHOWN.fullmatch(shown):
        return "", [error(field, "Its server is not an address that can be read.")]
    if is_local(host):
        reach = f"{host} means the machine that asks: the management cluster cannot reach it. Name its real address."
        return shown, [warning(field, reach)]
    return shown, []


def is_local(host: str) -> bool:
    """True for an address that leads back to whoever uses it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _is_base64(value: Any) -> bool:
    if value in (None, ""):
        return True
    try:
        base64.b64decode(re.sub(r"\s", "", value), validate=True)
    except (TypeError, binascii.Error, ValueError):
        return False
    return True


def ssh_key(field: str, text: str) -> list[Problem]:
    """Whether this is a private key that can be used without a person to type its passphrase."""
    text = text.strip()
    if re.match(r"(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) ", text):
        return [error(field, "This is the public half of a key. Paste the private one (the file without .pub).")]
    if "BEGIN CERTIFICATE" in text:
        return [error(field, "This is a certificate. Paste a private key.")]
    if text.startswith("PuTTY-User-Key-File"):
        return [error(field, "This is a PuTTY key. Export it as an OpenSSH key (Conversions menu of PuTTYgen).")]
    found = _PRIVATE.fullmatch(text)
    if not found:
        return [
            error(field, "This is not a private key: it must begin with -----BEGIN … PRIVATE KEY----- and end alike.")
        ]
    kind, body = found[1].strip(), found[2]
    if "ENCRYPTED" in kind or "Proc-Type: 4,ENCRYPTED" in body:
        return [error(field, "This key has a passphrase, which nobody can type for k0rdent. Use a key without one.")]
    if kind == "OPENSSH":
        return _openssh(field, body)
    lines = "".join(line for line in body.splitlines() if ":" not in line)
    if not lines or not _is_base64(lines):
        return [error(field, "This key is damaged: what stands between its first and last line is not base64.")]
    return [
        note(field, f"This is {'an' if kind[:1] in 'AEIOR' and kind else 'a'} {kind + ' ' if kind else ''}private key.")
    ]


def _openssh(field: str, body: str) -> list[Problem]:
    try:
        raw = base64.b64decode(re.sub(r"\s", "", body), validate=True)
    except (binascii.Error, ValueError):
        return [error(field, "This key is damaged: what stands between its first and last line is not base64.")]
    magic = b"openssh-key-v1\0"
    if not raw.startswith(magic):
        return [error(field, "This key is damaged: it does not begin as an OpenSSH key does.")]
    length = int.from_bytes(raw[len(magic) : len(magic) + 4], "big")
    cipher = raw[len(magic) + 4 : len(magic) + 4 + length]
    if cipher != b"none":
        return [error(field, "This key has a passphrase, which nobody can type for k0rdent. Use a key without one.")]
    kind = next((name for name in (b"ssh-ed25519", b"ssh-rsa", b"ecdsa-sha2", b"ssh-dss") if name in raw[:200]), b"")
    known = {b"ssh-ed25519": "an Ed25519", b"ssh-rsa": "an RSA", b"ecdsa-sha2": "an ECDSA", b"ssh-dss": "a DSA"}
    return [note(field, f"This is {known.get(kind, 'an')} private key in OpenSSH's format.")]


def service_account(field: str, text: str) -> list[Problem]:
    """Whether this is the JSON key of a Google service account, and of which project."""
    try:
        key = safe_yaml.load_json(text)
    except safe_yaml.NotPlain as problem:
        if _decodes_to_json(text):
            return [error(field, "This is base64. Paste the JSON itself; Pane encodes it.")]
        return [error(field, f"This is not a service-account key: {problem}.")]
    if not isinstance(key, dict):
        return [error(field, "This is not a service-account key: it is not a JSON object.")]
    kind = key.get("type")
    if kind != "service_account":
        known = {"authorized_user": "the sign-in of a person", "external_account": "an external account"}
        what = known.get(kind, "something else") if isinstance(kind, str) else "something else"
        return [error(field, f"This is {what}, not a service-account key (its type must be service_account).")]
    missing = [name for name in ("project_id", "client_email", "private_key") if not isinstance(key.get(name), str)]
    if missing:
        return [error(field, f"This service-account key is not whole: {', '.join(missing)} is missing.")]
    if not _PRIVATE.fullmatch(key["private_key"].strip()):
        return [error(field, "The private_key in this service-account key is damaged.")]
    project, mail = key["project_id"], key["client_email"]
    shown = f" of {mail}" if _SHOWN.fullmatch(mail) else ""
    return [
        note(
            field, f"This is a service-account key for project {project if _SHOWN.fullmatch(project) else '?'}{shown}."
        )
    ]


def _decodes_to_json(text: str) -> bool:
    try:
        return isinstance(json.loads(base64.b64decode(re.sub(r"\s", "", text), validate=True)), dict)
    except (ValueError, RecursionError):
        return False
