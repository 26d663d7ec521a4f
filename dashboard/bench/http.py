"""Plain HTTP on kept connections, for loading clusters and asking pages."""

import json
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit


class Caller:
    """One connection to one server; opened again when it was closed. Not for several threads."""

    def __init__(self, url: str, headers: dict[str, str], authority: str = "") -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.headers = headers
        self.connection: HTTPConnection
        if parts.scheme == "https":
            trust = ssl.create_default_context(cadata=authority)
            self.connection = HTTPSConnection(parts.hostname, parts.port, timeout=60, context=trust)
        else:
            self.connection = HTTPConnection(parts.hostname, parts.port, timeout=60)

    def ask(self, method: str, path: str, body: Any = None, media: str = "application/json") -> tuple[int, bytes]:
        """Status and body."""
        data = None if body is None else json.dumps(body).encode()
        for last in (False, True):
            try:
                self.connection.request(method, path, data, {**self.headers, "Content-Type": media})
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (HTTPException, OSError):
                self.connection.close()
                if last:
                    raise
        raise AssertionError("unreachable")

    def do(self, method: str, path: str, body: Any = None, media: str = "application/json") -> Any:
        """The decoded answer; a server that asks to wait is asked again; anything else than 2xx raises."""
        for _ in range(100):
            status, answer = self.ask(method, path, body, media)
            if status != 429:
                break
            time.sleep(0.2)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:500].decode(errors='replace')}")
        return json.loads(answer)

    def close(self) -> None:
        self.connection.close()
