"""The fleet that the tests of pages use, an administrator, and a webhook that answers as it is told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.dashboard.live.harness import browser, page, served
from tests.pages.conftest import ada, read, seeded

__all__ = ["ada", "browser", "page", "read", "seeded", "served"]


@pytest.fixture
def boss(db: None) -> Client:
    """A test client of an administrator."""
    client = Client()
    client.force_login(User.objects.create_user("boss", is_staff=True))
    return client


@dataclass
class Hook:
    """What a receiver got, and what it answers next (the last stays)."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(204, b"")])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook(settings: object) -> Iterator[Hook]:
    settings.PANE_ALLOW_LOOPBACK = True  # type: ignore[attr-defined]
    told = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, content))
            status, body = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", told.url + "elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/secret-path"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()
