"""An OpenID Connect provider on a port of this machine that may answer anything: what a sound one never does."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Issuer:
    """`answers` by path: what is said there, each a status and JSON; a token's claims are signed by `key`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked = 0
        self.hold = threading.Event()  # cleared, the token endpoint makes whoever asks wait
        self.hold.set()
        self.answers: dict[str, tuple[int, Any]] = {
            "/.well-known/openid-configuration": (200, self.description()),
            "/jwks": (200, {"keys": [self.public("one")]}),
            "/token": (200, self.tokens()),
        }

    def description(self, **other: Any) -> dict[str, Any]:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return {"issuer": self.url} | {name: self.url + path for name, path in places.items()} | other

    def public(self, kid: str) -> dict[str, Any]:
        return jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": kid, "alg": "RS256"}

    def tokens(self, kid: str = "one", **other: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.url, "sub": "u-1", "aud": "pane", "iat": now, "exp": now + 300, "groups": ["team"]} | other
        signed = jwt.encode(said, self.key, "RS256", {"kid": kid})
        return {"access_token": "x", "refresh_token": "fresh", "id_token": signed, "expires_in": 60}


@contextmanager
def issuing() -> Iterator[Issuer]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, said = issuer.answers[self.path]
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            issuer.asked += 1
            issuer.hold.wait(60)
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        issuer.hold.set()
        server.shutdown()
        server.server_close()
