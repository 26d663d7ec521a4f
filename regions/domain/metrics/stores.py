"""Where metrics are to be asked for, told from what KOF leaves on management. Pure: objects in, sources out.

The ConfigMap of a regional cluster is what says where it is read; PromxyServerGroups say it too, but may vanish with a
later release, so they only add what no ConfigMap names. promxy itself comes last: it hides who is missing.

Whoever may make a ConfigMap in some namespace can say where a store is. So only those in KOF's and k0rdent's own
namespaces name Secrets of KOF, clusters of other namespaces, or a store for everything. One of elsewhere speaks for its
own namespace: nothing but the password that lies beside it is ever sent where it points.
"""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from regions.domain import manifest as m
from regions.domain.kinds import K0RDENT
from regions.domain.manifest import Manifest
from regions.domain.references import SYSTEM_NAMESPACE

ROLE = f"{K0RDENT}/kof-cluster-role"
REGIONLESS = (f"{K0RDENT}/kof-regionless", "kof-regionless")
NAMESPACE = "kof"
PROMXY_CONFIG = "kof-mothership-promxy-config"
OLD_SECRET = "storage-vmuser-credentials"  # noqa: S105  (the name of one)

LONGEST, LONGEST_URL = 253, 500  # as much as is kept of a name and of an address; a ConfigMap may say anything

_SERVICE = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?)\.([a-z0-9]([-a-z0-9]*[a-z0-9])?)\.svc(\.cluster\.local)?")


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a user and password lie."""

    namespace: str
    name: str
    user_key: str = "username"
    password_key: str = "password"  # noqa: S105

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class StoreService:
    """A Service of the management cluster, as the API server's way through takes it."""

    namespace: str
    target: str  # http:name:port


@dataclass(frozen=True, slots=True)
class StoreSource:
    """One place to ask. `sources` says for what: R and S of the clusters that report there, M and A of management."""

    key: str
    kind: str  # of regions.models.Store.Kind
    name: str
    url: str  # empty: nothing says where it is
    found: str  # how it was found, in words
    namespace: str = ""
    logins: tuple[SecretName, ...] = ()  # the first that is there counts
    verified: bool = True
    server_name: str = ""
    sources: str = "RS"
    trusted: bool = False  # said by whoever runs Pane, so it may be anywhere

    @property
    def service(self) -> StoreService | None:
        """The Service that it is, if only the cluster itself can reach it."""
        url = urlsplit(self.url)
        found = _SERVICE.fullmatch((url.hostname or "").lower())
        if not found or url.scheme not in ("http", "https"):
            return None
        port = url.port or (443 if url.scheme == "https" else 80)
        return StoreService(found[3], f"{url.scheme}:{found[1]}:{port}")


@dataclass(frozen=True, slots=True)
class ClusterHome:
    """A cluster that should report, and to which source."""

    namespace: str
    name: str
    role: str  # regional | child | management
    source: str  # Source.key


@dataclass(frozen=True, slots=True)
class Map:
    """All that was found."""

    sources: tuple[StoreSource, ...] = ()
    homes: tuple[ClusterHome, ...] = ()


@dataclass(frozen=True, slots=True)
class HandSetStore:
    """What somebody set by hand: addresses by the name of a store, an Alertmanager."""

    stores: Mapping[str, tuple[str, str]] | None = None  # name → (url, namespace/name of a Secret or empty)
    alertmanager: str = ""
    namespace: str = NAMESPACE
    system: str = SYSTEM_NAMESPACE

    @property
    def trusted(self) -> frozenset[str]:
        """Namespaces in which only administrators of the whole platform write."""
        return frozenset((self.namespace, self.system))


def discover(
    config_maps: Iterable[Manifest],
    groups: Iterable[Manifest] = (),
    connections: Iterable[Manifest] = (),
    *,
    installed: bool = False,
    hand: HandSetStore = HandSetStore(),
    through: bool = False,
) -> Map:
    """Find every source. `installed`: KOF is known to be there; `through`: services are reached by the API server."""
    found: dict[str, StoreSource] = {}
    homes: dict[tuple[str, str], ClusterHome] = {}
    ns = hand.namespace
    maps = [one for one in config_maps if m.mapping(one.get("data"))]
    for one in maps:
        labels = m.labels(one)
        regionless = any(labels.get(label) == "true" for label in REGIONLESS) and m.namespace(one) in hand.trusted
        if labels.get(ROLE) == "regional" or regionless:
            source = _of_config_map(one, regionless, hand, through)
            found[source.key] = source
            role = "management" if regionless else "regional"
            homes[source.namespace, source.name] = ClusterHome(source.namespace, source.name, role, source.key)
    for one in maps:
        if m.labels(one).get(ROLE) == "child":
            child = _child(one, hand)
            without_regions = child.source.replace("regional:", "regionless:", 1)
            if without_regions in found:
                child = replace(child, source=without_regions)
            homes.setdefault((child.namespace, child.name), child)
    for group in groups:
        extra = _of_group(group, hand)
        if extra and not _known(extra, found.values()):
            found[extra.key] = extra
    installed = installed or bool(found)
    regionless = any(source.kind == "regionless" for source in found.values())
    if installed and not regionless:
        own = _management(ns)
        same = next((key for key, source in found.items() if _base(source.url) == _base(own.url)), None)
        if same:  # management's own series, as it tells promxy
            own = replace(own, found=f"{own.found}; also named by a PromxyServerGroup")
            del found[same]
        found[own.key] = own
    for name, (url, secret) in (hand.stores or {}).items():
        _set_by_hand(found, name, url, secret)
    if installed:
        found["promxy"] = _promxy(ns, any(_of_metrics(one) for one in connections))
    if installed or hand.alertmanager:
        found["alertmanager"] = _alertmanager(ns, hand.alertmanager)
    return Map(tuple(found.values()), tuple(homes.values()))


def _of_config_map(manifest: Manifest, regionless: bool, hand: HandSetStore, through: bool) -> StoreSource:
    ns = hand.namespace
    data, place = m.mapping(manifest.get("data")), f"{m.namespace(manifest)}/{m.name(manifest)}"
    name = m.text(data.get("regional_cluster_name"))[:LONGEST] or m.name(manifest).removeprefix("kof-")
    namespace = _speaks_for(manifest, data.get("regional_cluster_namespace"), hand)
    url = _reachable(m.text(data.get("read_metrics_endpoint")), ns)
    config = _http_config(m.text(data.get("kof_http_config")))
    kind, said = ("regionless", "ConfigMap") if regionless else ("regional", "ConfigMap")
    logins = _logins(m.name(manifest), m.namespace(manifest), config, hand)
    found = f"{said} {place}, key read_metrics_endpoint"
    if regionless and through and (urlsplit(url).hostname or "").startswith("vmauth-cluster."):
        # The API server passes no password on, and vmauth insists on one; what lies behind it does not.
        url, logins, found = _select(ns), (), f"{said} {place}; asked past vmauth, by way of the API server"
    tls = m.mapping(config.get("tls_config"))
    return StoreSource(
        f"{kind}:{namespace}/{name}",
        kind,
        name,
        url,
        found,
        namespace,
        logins,
        tls.get("insecure_skip_verify") is not True,
        m.text(tls.get("server_name")),
        "RSMA" if regionless else "RS",
    )


def _speaks_for(manifest: Manifest, said: Any, hand: HandSetStore) -> str:
    """The namespace of the cluster that a ConfigMap is about: what it says, if it may speak for others."""
    own = m.namespace(manifest)
    return m.text(said)[:LONGEST] or own if own in hand.trusted else own


def _logins(name: str, namespace: str, config: Mapping[str, Any], hand: HandSetStore) -> tuple[SecretName, ...]:
    ns, made = hand.namespace, f"kof-vmuser-creds-admin-{zlib.adler32(f'{name}/{namespace}'.encode())}"
    if namespace not in hand.trusted:
        # Not the copy in KOF's namespace either: a name that hashes to that of another is found in no time.
        return (SecretName(namespace, made),)
    basic = m.mapping(config.get("basic_auth"))
    found = []
    if said := m.text(basic.get("credentials_secret_name")):
        user, password = m.text(basic.get("username_key")), m.text(basic.get("password_key"))
        found.append(SecretName(ns, said, user or "username", password or "password"))
    found += [SecretName(ns, made), SecretName(namespace, made), SecretName(ns, OLD_SECRET)]
    return tuple(dict.fromkeys(found))


def _child(manifest: Manifest, hand: HandSetStore) -> ClusterHome:
    data = m.mapping(manifest.get("data"))
    name = m.text(data.get("child_cluster_name"))[:LONGEST] or m.name(manifest).removeprefix("kof-cluster-config-")
    namespace = _speaks_for(manifest, data.get("child_cluster_namespace"), hand)
    store = m.text(data.get("regional_cluster_name"))
    at = m.text(data.get("regional_cluster_namespace")) or m.namespace(manifest)
    return ClusterHome(namespace, name, "child", f"regional:{at}/{store}")


def _of_group(manifest: Manifest, hand: HandSetStore) -> StoreSource | None:
    """A PromxyServerGroup as a source; None for those of logs, and for what names no target."""
    ns, labels = hand.namespace, m.labels(manifest)
    secret = labels.get(f"{K0RDENT}/secret-name") or labels.get("secret-name") or PROMXY_CONFIG
    spec = m.mapping(manifest.get("spec"))
    targets = spec.get("targets")
    target = m.text(targets[0]) if isinstance(targets, list) and targets else ""
    if secret != PROMXY_CONFIG or not target:
        return None
    scheme = "https" if m.text(spec.get("scheme")) == "https" else "http"
    url = _reachable(f"{scheme}://{target}{m.text(spec.get('path_prefix'))}", ns)
    client = m.mapping(spec.get("http_client"))
    tls, basic = m.mapping(client.get("tls_config")), m.mapping(client.get("basic_auth"))
    logins: tuple[SecretName, ...] = ()
    said = m.text(basic.get("credentials_secret_name"))
    if said and m.namespace(manifest) in hand.trusted:
        user, password = m.text(basic.get("username_key")), m.text(basic.get("password_key"))
        logins = (SecretName(ns, said, user or "username", password or "password"),)
    name = m.text(spec.get("cluster_name"))[:LONGEST] or m.name(manifest)
    place = f"{m.namespace(manifest)}/{m.name(manifest)}"
    return StoreSource(
        f"extra:{place}",
        "extra",
        name,
        url,
        f"PromxyServerGroup {place}, that no ConfigMap accounts for",
        m.namespace(manifest),
        logins,
        tls.get("insecure_skip_verify") is not True,
    )


def _known(source: StoreSource, others: Iterable[StoreSource]) -> bool:
    return any(
        _base(source.url) == _base(other.url) or (source.name == other.name and source.namespace == other.namespace)
        for other in others
        if other.kind != "extra"
    )


def _select(ns: str) -> str:
    return f"http://vmselect-cluster.{ns}.svc:8481/select/0/prometheus"


def _management(ns: str) -> StoreSource:
    return StoreSource(
        "management",
        "management",
        "management store",
        _select(ns),
        "KOF always has one on management",
        sources="RSMA",
    )


def _promxy(ns: str, multilevel: bool) -> StoreSource:
    url, said = f"http://kof-mothership-promxy.{ns}.svc:8082", "promxy"
    if multilevel:
        url = f"http://vmselect-kof-mothership-metrics-multilevel-select.{ns}.svc:8481/select/0/prometheus"
        said = "the multilevel vmselect, as VMStorageConnections say"
    found = f"KOF has {said} on management; only asked where a store itself gives nothing, for it hides who is missing"
    return StoreSource("promxy", "promxy", "promxy", url, found, sources="R")


def _alertmanager(ns: str, by_hand: str) -> StoreSource:
    if by_hand:
        return StoreSource(
            "alertmanager", "alerts", "Alertmanager", by_hand, "PANE_KOF_ALERTMANAGER", sources="", trusted=True
        )
    url = f"http://vmalertmanager-cluster.{ns}.svc:9093"
    return StoreSource("alertmanager", "alerts", "Alertmanager", url, "KOF always has one on management", sources="")


def _set_by_hand(found: dict[str, StoreSource], name: str, url: str, secret: str) -> None:
    namespace, _, called = secret.rpartition("/")
    logins = (SecretName(namespace or NAMESPACE, called),) if called else ()
    for key, source in found.items():
        if source.name == name or key == name:
            said = f"PANE_KOF_STORES, instead of {source.url or 'nothing'}"
            found[key] = replace(source, url=url, found=said, logins=logins or source.logins, trusted=True)
            return
    found[f"set:{name}"] = StoreSource(
        f"set:{name}", "set", name, url, "PANE_KOF_STORES", logins=logins, sources="RSMA", trusted=True
    )


def _of_metrics(manifest: Manifest) -> bool:
    return m.text(m.part(manifest, "spec", "cluster_ref", "kind")) == "VMCluster"


def _reachable(url: str, ns: str) -> str:
    """The address with a short name (Istio, regionless) made whole; without a user, without a trailing slash."""
    parts = urlsplit(url.strip())
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST_URL:
        return ""
    if "." not in host and ":" not in host and host != "localhost":
        host = f"{host}.{ns}.svc"
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _base(url: str) -> str:
    """For telling whether two addresses are one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".cluster.local")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def _http_config(text: str) -> dict[str, Any]:
    try:
        return m.mapping(json.loads(text)) if text else {}
    except (ValueError, RecursionError):
        return {}
