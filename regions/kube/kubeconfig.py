"""Kubeconfigs that a person or a Secret supplied: read in memory, without files, programs or connections.

Kubernetes' own loaders run programs, open files and send their content to the server named; so this one takes the
few fields that need neither and refuses the rest by name.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from regions.domain.kubeconfig_fields import CLUSTER_FILES, IMPERSONATION, PROGRAMS, USER_FILES
from regions.domain.proxies import proxy_of
from regions.kube import tls
from regions.kube.addresses import ip_literal
from regions.kube.endpoint import ClientIdentity, Endpoint
from regions.kube.errors import Unsupported
from regions.kube.plainyaml import NotPlain, PlainScalar, load

_RUNS = "Pane runs no program that a kubeconfig names"
_OPENS = "Pane opens no file that a kubeconfig names; put the content in {}"

_REFUSED_CLUSTER = {name: _OPENS.format(instead) for name, instead in CLUSTER_FILES.items()} | {
    "insecure-skip-tls-verify": "Pane speaks only to servers whose certificate it can verify",
}
_REFUSED_USER = {
    **dict.fromkeys(PROGRAMS, f"{_RUNS}; use a token or a client certificate"),
    **{name: _OPENS.format(instead) for name, instead in USER_FILES.items()},
    **dict.fromkeys(("username", "password"), "passwords are not accepted; use a token or a client certificate"),
    **dict.fromkeys(IMPERSONATION, "Pane decides itself for whom it asks"),
}
_CLUSTER = {"server", "certificate-authority-data", "tls-server-name", "disable-compression", "proxy-url"}
_USER = {"token", "client-certificate-data", "client-key-data"}
_CONTEXT = {"cluster", "user", "namespace"}
_TOP = {"apiVersion", "kind", "current-context", "contexts", "clusters", "users", "preferences"}
_INERT = "extensions"  # what tools note for themselves

_SHOWABLE = re.compile(r"[a-z]+(-[a-z]+){0,4}")
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_TOKEN = re.compile(r"[\x21-\x7e]+")

Fields = Mapping[str, Any]


def parse(given: str | bytes, proxies: Collection[str] = ()) -> Endpoint:
    """The endpoint that the current (or only) context describes. Raises `Unsupported` with a sentence.

    `proxies` are those that it may go through, as `proxies.proxy_of` spells them. The sentence names fields, never
    values. Opens no file, runs no program, makes no connection.
    """
    try:
        config = load(given, _as_written)
    except NotPlain as error:
        raise Unsupported(f"This kubeconfig cannot be read: {error}.") from None
    if not isinstance(config, dict):
        raise Unsupported("This is not a kubeconfig: it is not a mapping of fields.")
    if config.get("kind", "Config") != "Config" or config.get("apiVersion", "v1") != "v1":
        raise Unsupported("This is not a kubeconfig: apiVersion and kind must be v1 and Config.")
    _known(config, _TOP, {}, "The kubeconfig")
    context = _context(config)
    cluster = _entry(config, "clusters", "cluster", _text(context, "cluster", "The context"))
    user = _entry(config, "users", "user", _text(context, "user", "The context"))
    _known(cluster, _CLUSTER, _REFUSED_CLUSTER, "The cluster")
    _known(user, _USER, _REFUSED_USER, "The user")
    return Endpoint(
        _server(_text(cluster, "server", "The cluster")),
        _identity(user),
        ca=_authority(cluster),
        server_name=_server_name(cluster),
        proxy=_proxy(cluster, proxies),
    )


class _Number(str):
    """A name may be one; a token or an address that is one was damaged on its way."""


def _as_written(plain: PlainScalar) -> Any:
    return _Number(plain.text) if type(plain.value) in (int, float) else plain.value


def _context(config: Fields) -> Fields:
    contexts = _named(config, "contexts")
    current = config.get("current-context") or None
    if current is None:
        if len(contexts) != 1:
            raise Unsupported(
                f"The kubeconfig has {len(contexts) or 'no'} contexts and no current-context: Pane cannot choose."
            )
        current = next(iter(contexts))
    if not isinstance(current, str) or current not in contexts:
        raise Unsupported("The current-context of the kubeconfig is not among its contexts.")
    context = _mapping(contexts[current], "context", "The context")
    _known(context, _CONTEXT, {}, "The context")
    return context


def _entry(config: Fields, plural: str, singular: str, name: str) -> Fields:
    entries = _named(config, plural)
    if name not in entries:
        raise Unsupported(f"The context names a {singular} that is not among the kubeconfig's {plural}.")
    return _mapping(entries[name], singular, f"The {singular}")


def _named(config: Fields, plural: str) -> dict[str, Fields]:
    listed = config.get(plural)
    if listed is None:
        return {}
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise Unsupported(f"The {plural} of the kubeconfig are not a list of named entries.")
    found: dict[str, Fields] = {}
    for entry in listed:
        name = entry.get("name")
        if not isinstance(name, str) or not name:
            raise Unsupported(f"One of the {plural} of the kubeconfig has no name.")
        if name in found:
            raise Unsupported(f"Two of the {plural} of the kubeconfig have the same name: Pane cannot choose.")
        found[name] = entry
    return found


def _mapping(entry: Fields, key: str, what: str) -> Fields:
    _known(entry, {"name", key}, {}, f"The entry of {what.lower()}")
    inner = entry.get(key)
    if not isinstance(inner, dict):
        raise Unsupported(f"{what} of the kubeconfig is empty.")
    return inner


def _known(fields: Fields, known: Iterable[str], refused: Mapping[str, str], what: str) -> None:
    """Refuse by name whatever is not known. Empty and false mean absent, as they do for kubectl."""
    for name, value in fields.items():
        if name in known or name == _INERT or value in (None, "", False) or value in ({}, []):
            continue
        if refused.get(name):
            raise Unsupported(f"{what} has {name}, which is not accepted: {refused[name]}.")
        # A broken file may have a token where a name should be: show only what looks like a name.
        shown = f"the field {name}" if _SHOWABLE.fullmatch(name) and len(name) <= 40 else "a field"
        raise Unsupported(f"{what} has {shown} that Pane does not know, which is not accepted.")


def _text(fields: Fields, name: str, what: str, *, required: bool = True) -> str:
    value = fields.get(name)
    if value in (None, ""):
        if required:
            raise Unsupported(f"{what} has no {name}.")
        return ""
    if type(value) is not str:
        raise Unsupported(f"{what} has a {name} that is not text.")
    return value


def _server(given: str) -> str:
    if re.search(r"[\s\\]|[^\x21-\x7e]", given) or len(given) > 500:
        raise Unsupported("The server is not a URL that can be read: it holds spaces, backslashes or odd letters.")
    try:
        url = urlsplit(given)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise Unsupported("The server is not a URL that can be read.") from None
    if url.scheme != "https":
        named = f", not {url.scheme}://" if re.fullmatch(r"[a-z]{1,8}", url.scheme) and "://" in given else ""
        raise Unsupported(f"The server must be an https:// address{named}.")
    if "@" in url.netloc:
        raise Unsupported("The server has a user or password in its URL, which is not accepted.")
    if url.query or url.fragment or "?" in given or "#" in given:
        raise Unsupported("The server has a query or fragment in its URL, which is not accepted.")
    if not host or port == 0:
        raise Unsupported("The server has no host, or port 0.")
    if not _PATH.fullmatch(url.path):
        raise Unsupported("The server has a path that Pane does not accept.")
    _check_host(host, "server")
    return given.rstrip("/")


def _check_host(host: str, what: str) -> None:
    try:
        named = ip_literal(host) is None
    except ValueError:
        raise Unsupported(f"The {what} is neither a host name nor an address in its usual form.") from None
    labels = host.removesuffix(".").split(".")
    if named and (len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels)):
        raise Unsupported(f"The {what} is neither a host name nor an address in its usual form.")


def _proxy(cluster: Fields, allowed: Collection[str]) -> str | None:
    given = _text(cluster, "proxy-url", "The cluster", required=False)
    if not given:
        return None
    try:
        proxy = proxy_of(given)
    except ValueError as error:
        raise Unsupported(f"The cluster has proxy-url, which is not accepted: {error}.") from None
    if proxy not in allowed:
        # The host is no secret once its spelling is known to hold no user, and who runs Pane has to know it.
        raise Unsupported(
            f"The cluster has proxy-url, which is not accepted: {proxy} is not among the proxies that "
            "PANE_REGION_PROXIES lists, and whoever runs Pane sets that."
        )
    return proxy


def _server_name(cluster: Fields) -> str | None:
    name = _text(cluster, "tls-server-name", "The cluster", required=False)
    if name:
        _check_host(name, "tls-server-name")
    return name or None


def _pem(fields: Fields, name: str, what: str) -> bytes:
    text = _text(fields, name, what, required=False)
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise Unsupported(f"{what} has {name} that is not base64.") from None


def _authority(cluster: Fields) -> bytes:
    pem = _pem(cluster, "certificate-authority-data", "The cluster")
    if pem:
        try:
            tls.check_authority(pem)
        except ValueError:
            raise Unsupported("The cluster has certificate-authority-data that holds no certificate.") from None
    return pem


def _identity(user: Fields) -> ClientIdentity:
    token = _text(user, "token", "The user", required=False)
    certificate = _pem(user, "client-certificate-data", "The user")
    key = _pem(user, "client-key-data", "The user")
    if token and not _TOKEN.fullmatch(token):
        raise Unsupported("The user has a token with spaces or letters that no token has.")
    if bool(certificate) != bool(key):
        there, missing = ("certificate", "key") if certificate else ("key", "certificate")
        raise Unsupported(f"The user has client-{there}-data without client-{missing}-data.")
    if not token and not certificate:
        raise Unsupported("The user has neither a token nor a client certificate.")
    ends = [token_expiry(token), _certificate_expiry(certificate, key)]
    return ClientIdentity.bearer(
        token, certificate=certificate, key=key, expires_at=min((end for end in ends if end), default=None)
    )


def _certificate_expiry(certificate: bytes, key: bytes) -> datetime | None:
    if not certificate:
        return None
    try:
        end = tls.expiry(certificate)
    except ValueError:
        raise Unsupported("The user has client-certificate-data that holds no certificate.") from None
    try:
        matching = tls.belong_together(certificate, key)
    except TypeError:
        raise Unsupported("The user has client-key-data that is encrypted, and Pane has no password for it.") from None
    except ValueError:
        raise Unsupported("The user has client-key-data that holds no private key.") from None
    except Exception:  # cryptography knows more kinds of keys than it can compare
        raise Unsupported("The user has client-key-data of a kind that Pane does not know.") from None
    if not matching:
        raise Unsupported("The user has a client certificate and a key that do not belong together.")
    return end


def token_expiry(token: str) -> datetime | None:
    """When a JWT ends. Any other token does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
