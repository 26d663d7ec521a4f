"""A little of VictoriaLogs: the providers' last words about machines that are in trouble."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dashboard.demo.apiserver.server import Server
from dashboard.demo.kof.queries import Arguments, Wrong
from dashboard.demo.kof.telemetry import Telemetry

Manifest = dict[str, Any]
_TERM = re.compile(r'([\w.]+):(?:=|in\()?"?([^"\s)|]*)"?\)?')
_CONTROLLERS = {"AWS": "capa", "Azure": "capz", "GCP": "capg", "OpenStack": "capo"}


class Logs:
    def __init__(self, telemetry: Telemetry, servers: dict[str, Server]) -> None:
        self._telemetry, self._servers = telemetry, servers

    def query(self, path: str, given: Arguments, store: str = "") -> str:
        """JSON lines, the newest first. Understands `field:="value"`, `field:value` and words; raises Wrong."""
        if path != "query":
            raise Wrong(404, f"unsupported path requested: /select/logsql/{path}")
        asked = given.get("query")
        if not asked:
            raise Wrong(400, "missing `query` arg")
        if "|" in asked and not re.search(r"\|\s*(limit|sort|fields)\b", asked):
            raise Wrong(422, "the demo's logs know no pipes but limit, sort and fields")
        words = re.sub(_TERM, " ", asked.partition("|")[0])
        terms = _TERM.findall(asked.partition("|")[0])
        limit = int(given.get("limit", "100") or 100)
        found = [line for line in self._lines(store) if _fits(line, terms, re.findall(r"[\w./-]+", words))]
        found.sort(key=lambda line: line["_time"], reverse=True)
        return "".join(json.dumps(line) + "\n" for line in found[:limit])

    def _lines(self, store: str) -> Iterator[Manifest]:
        """Of every infrastructure machine that is not ready, what its controller says again and again."""
        now = time.time()
        for name, server in self._servers.items():
            if store and store != self._store_of(name):
                continue
            for resource in list(server.registry):
                if resource.group != "infrastructure.cluster.x-k8s.io" or not resource.kind.endswith("Machine"):
                    continue
                for each in self._telemetry.items(server, resource.table):
                    yield from _of_machine(each, resource.kind, name, now)

    def _store_of(self, cluster: str) -> str:
        names = {track.store for track in self._telemetry.tracks.values()}
        return next((key for key in names if key.endswith(f"-{cluster}")), "")


def _of_machine(each: Manifest, kind: str, cluster: str, now: float) -> Iterator[Manifest]:
    said = [one for one in (each.get("status") or {}).get("conditions") or [] if one.get("message")]
    metadata = each["metadata"]
    prefix = next((short for start, short in _CONTROLLERS.items() if kind.startswith(start)), "capi")
    for condition in said[:1]:
        for number in range(4):
            when = datetime.fromtimestamp(now - now % 97 - 97 * number, UTC)
            text = condition["message"].replace('"', "'")
            yield {
                "_time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "_msg": f'E controller.go:347] "Reconciler error" err="{text}" controller="{kind.lower()}" '
                f'{kind}="{metadata["namespace"]}/{metadata["name"]}"',
                "k8s.cluster.name": cluster.strip("~"),
                "k8s.namespace.name": "kcm-system",
                "k8s.pod.name": f"{prefix}-controller-manager-0",
                "k8s.container.name": "manager",
                "severity_text": "ERROR",
                "severity": "ERROR",
            }


def _fits(line: Manifest, terms: list[tuple[str, str]], words: list[str]) -> bool:
    for field, value in terms:
        if field == "_time" or not value:
            continue
        if value.lower() not in str(line.get(field, "")).lower():
            return False
    text = line["_msg"].lower()
    return all(word.lower() in text for word in words if word not in ("and", "AND", "*"))
