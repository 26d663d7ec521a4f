"""Plain HTTP to an API server, with everything an answer carries: status, headers, body."""

import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MERGE = "application/merge-patch+json"
PATIENCE = 20


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    text: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def reason(self) -> str:
        return self.body.get("reason", "")

    @property
    def causes(self) -> list[tuple[str, str, str]]:
        """(field, reason, message) of each, in order of the fields."""
        found = self.body.get("details", {}).get("causes", [])
        return sorted((each.get("field", ""), each["reason"], each["message"]) for each in found)

    @property
    def warnings(self) -> list[str]:
        return [value for name, value in self.headers if name.lower() == "warning"]

    @property
    def version(self) -> str:
        return self.body["metadata"]["resourceVersion"]


class Api:
    def __init__(self, url: str, ca: str, token: str = "") -> None:
        self.url = url
        self.ca = ca
        self.token = token
        self._trust = ssl.create_default_context(cadata=ca)

    def as_token(self, token: str) -> "Api":
        return Api(self.url, self.ca, token)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        kind: str = "application/json",
        accept: str = "",
        headers: list[tuple[str, str]] | None = None,
        **query: str,
    ) -> Answer:
        connection, answer = self._send(method, path, body, kind, accept, headers, query)
        try:
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def create(self, path: str, body: Any, **more: Any) -> Answer:
        return self.call("POST", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        return self.call("PATCH", path, body, MERGE, **more)

    def delete(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call("DELETE", path, body, **more)

    def watch(self, path: str, seconds: int, accept: str = "", **query: str) -> Iterator[dict[str, Any]]:
        """Every event until the server ends the watch after so many seconds; the status first if it is not 200."""
        query |= {"watch": "true", "timeoutSeconds": str(seconds)}
        connection, answer = self._send("GET", path, None, "application/json", accept, None, query)
        try:
            if answer.status != 200:
                yield {"type": "STATUS", "object": json.loads(answer.read())}
                return
            for line in answer:
                yield json.loads(line)
        finally:
            connection.close()

    def _send(
        self,
        method: str,
        path: str,
        body: Any,
        kind: str,
        accept: str,
        headers: list[tuple[str, str]] | None,
        query: dict[str, str],
    ) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        parts = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=self._trust, timeout=PATIENCE)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        connection.putrequest(method, target)
        connection.putheader("Accept", accept or "application/json")
        if self.token:
            connection.putheader("Authorization", f"Bearer {self.token}")
        for name, value in headers or []:
            connection.putheader(name, value)
        if data is not None:
            connection.putheader("Content-Type", kind)
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        return connection, connection.getresponse()
