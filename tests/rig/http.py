"""Plain calls to an API server: no proxy, a deadline, patience with a server that has just started."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Answered(Exception):
    """The server said something else than 2xx."""

    def __init__(self, what: str, status: int, body: str) -> None:
        super().__init__(f"{what}: {status} {body[:500]}")
        self.status = status
        self.body = body

    @property
    def reason(self) -> str:
        try:
            return json.loads(self.body).get("reason", "")
        except (ValueError, AttributeError):
            return ""


class Http:
    def __init__(self, url: str, ca: str, token: str) -> None:
        self._url = url
        self._token = token
        trust = ssl.create_default_context(cadata=ca)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", accept: str = ""
    ) -> Any:
        """The decoded answer. A server that asks to wait (429, for seconds after its start) is asked again."""
        end = time.monotonic() + 30
        while True:
            try:
                return self._request(method, path, body, content_type, accept)
            except Answered as answer:
                if answer.status != 429 or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _request(self, method: str, path: str, body: Any, content_type: str, accept: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": content_type}
        if accept:
            headers["Accept"] = accept
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Answered(f"{method} {path}", error.code, error.read().decode(errors="replace")) from None

    def status(self, path: str) -> int:
        """Only the status that a GET is answered with."""
        try:
            self.request("GET", path)
        except Answered as answer:
            return answer.status
        return 200

    def ready(self) -> bool:
        request = urllib.request.Request(self._url + "/readyz", headers={"Authorization": f"Bearer {self._token}"})
        try:
            with self._opener.open(request, timeout=5) as answer:
                return answer.read() == b"ok"
        except OSError:
            return False

    def discover(self, root: str) -> Iterator[dict[str, Any]]:
        """Every kind served below /api or /apis, in every version."""
        for group in self.request("GET", root, accept=AGGREGATED)["items"]:
            for version in group["versions"]:
                for resource in version.get("resources", []):
                    yield {
                        "group": group["metadata"].get("name", ""),
                        "version": version["version"],
                        "kind": resource["responseKind"]["kind"],
                        "plural": resource["resource"],
                        "namespaced": resource["scope"] == "Namespaced",
                        "status": any(part["subresource"] == "status" for part in resource.get("subresources", [])),
                    }
