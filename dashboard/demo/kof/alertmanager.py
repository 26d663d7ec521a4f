"""Alertmanager's API, version 2: alerts, groups, silences, status."""

import json
import re
import time
import uuid
from datetime import datetime
from typing import Any

from aiohttp import web

from dashboard.demo.kof.alerts import Alerts, Firing, annotations, stamp_of
from dashboard.demo.kof.waves import DAY

Manifest = dict[str, Any]
_FILTER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$')


class Alertmanager:
    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        now = time.time()
        # Somebody knows of the full volume already.
        self.silences: dict[str, Manifest] = {}
        self._silence(
            str(uuid.UUID(int=0x5EED)),
            {
                "matchers": [
                    {"name": "alertname", "value": "KubePersistentVolumeFillingUp", "isRegex": False, "isEqual": True}
                ],
                "startsAt": stamp_of(now - 20 * 3600),
                "endsAt": stamp_of(now + 2 * DAY),
                "createdBy": "ines.rocha",
                "comment": "The volume is being enlarged on Thursday.",
            },
        )

    async def handle(self, request: web.Request, path: str) -> web.StreamResponse:
        match path.strip("/").split("/")[2:], request.method:
            case ["alerts"], "GET":
                return web.json_response(self._shown(request))
            case ["alerts", "groups"], "GET":
                return web.json_response(self._groups(request))
            case ["silences"], "GET":
                return web.json_response([self._with_state(each) for each in self.silences.values()])
            case ["silences"], "POST":
                return await self._post(request)
            case ["silence", name], "GET" if name in self.silences:
                return web.json_response(self._with_state(self.silences[name]))
            case ["silence", name], "DELETE" if name in self.silences:
                self.silences[name]["endsAt"] = stamp_of(time.time())
                return web.Response()
            case ["receivers"], "GET":
                return web.json_response([{"name": "blackhole"}])
            case ["status"], "GET":
                return web.json_response(
                    {
                        "cluster": {"status": "disabled", "peers": []},
                        "uptime": stamp_of(time.time() - DAY),
                        "versionInfo": {
                            "version": "0.27.0",
                            "branch": "HEAD",
                            "revision": "",
                            "buildDate": "",
                            "buildUser": "",
                            "goVersion": "go1.21.7",
                        },
                        "config": {"original": "route:\n  receiver: blackhole\nreceivers:\n- name: blackhole\n"},
                    }
                )
        return web.json_response({"code": 404, "message": f"path {path} was not found"}, status=404)

    # -- alerts --------------------------------------------------------------------------------------------------

    def _shown(self, request: web.Request) -> list[Manifest]:
        asked = request.query
        filters = asked.getall("filter", [])
        found = []
        for firing in self._alerts.firing.values():
            if not all(_passes(text, firing.alert.all_labels) for text in filters):
                continue
            shown = self._alert(firing)
            suppressed = shown["status"]["state"] == "suppressed"
            if asked.get("silenced" if suppressed else "active", "true") != "false":
                found.append(shown)
        return sorted(found, key=lambda each: each["fingerprint"])

    def _alert(self, firing: Firing) -> Manifest:
        labels = firing.alert.all_labels
        by = [name for name, each in self.silences.items() if _active(each) and _silences(each, labels)]
        return {
            "labels": labels,
            "annotations": annotations(firing.alert),
            "fingerprint": firing.alert.fingerprint,
            "startsAt": stamp_of(firing.since),
            "endsAt": stamp_of(firing.seen + 240),
            "updatedAt": stamp_of(firing.seen),
            "receivers": [{"name": "blackhole"}],
            "generatorURL": f"http://127.0.0.1:8082/graph?g0.expr={firing.alert.name}&g0.tab=1",
            "status": {"state": "suppressed" if by else "active", "silencedBy": by, "inhibitedBy": [], "mutedBy": []},
        }

    def _groups(self, request: web.Request) -> list[Manifest]:
        groups: dict[str, list[Manifest]] = {}
        for each in self._shown(request):
            groups.setdefault(each["labels"]["alertname"], []).append(each)
        return [
            {"labels": {"alertname": name}, "receiver": {"name": "blackhole"}, "alerts": alerts}
            for name, alerts in sorted(groups.items())
        ]

    # -- silences ------------------------------------------------------------------------------------------------

    async def _post(self, request: web.Request) -> web.Response:
        try:
            given = json.loads(await request.text())
            name = str(given.get("id") or uuid.uuid4())
            self._silence(name, given)
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"code": 400, "message": f"bad silence: {error}"}, status=400)
        return web.json_response({"silenceID": name})

    def _silence(self, name: str, given: Manifest) -> None:
        kept = {key: given[key] for key in ("matchers", "startsAt", "endsAt", "createdBy", "comment")}
        self.silences[name] = kept | {"id": name, "updatedAt": stamp_of(time.time())}

    def _with_state(self, silence: Manifest) -> Manifest:
        return silence | {"status": {"state": "active" if _active(silence) else "expired"}}


def _active(silence: Manifest) -> bool:
    start, end = (datetime.fromisoformat(silence[key]).timestamp() for key in ("startsAt", "endsAt"))
    return start <= time.time() < end


def _silences(silence: Manifest, labels: dict[str, str]) -> bool:
    return all(_matches(each, labels) for each in silence["matchers"])


def _matches(matcher: Manifest, labels: dict[str, str]) -> bool:
    value = labels.get(matcher["name"], "")
    same = bool(re.fullmatch(matcher["value"], value)) if matcher.get("isRegex") else value == matcher["value"]
    return bool(same == matcher.get("isEqual", True))


def _passes(text: str, labels: dict[str, str]) -> bool:
    found = _FILTER.match(text)
    if not found:
        return False
    name, op, value = found.groups()
    return _matches({"name": name, "value": value, "isRegex": "~" in op, "isEqual": not op.startswith("!")}, labels)
