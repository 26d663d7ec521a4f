"""Small servers on this machine that fail in one way each, as stores do."""

import base64
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

GOOD = {
    "status": "success",
    "isPartial": False,
    "data": {
        "resultType": "vector",
        "result": [
            {"metric": {"cluster": "web", "clusterNamespace": "team"}, "value": [1, "3"]},
        ],
    },
}

SPEAKS = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [
            {"metric": {"speaks": "metricsql"}, "value": [1, "1"]},
        ],
    },
}

Handler = Callable[["Faulty", socket.socket, "Request"], None]


class Request:
    """What was asked: path, query and headers."""

    def __init__(self, head: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.method, target, _ = lines[0].split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.path = urlsplit(target).path
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}

    @property
    def login(self) -> tuple[str, str]:
        kind, _, pair = self.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(pair).decode().partition(":") if kind == "Basic" else ("", "", "")
        return user, password


class Faulty:
    """Listens on a free port; what it does with a request is `handler`, which may be exchanged while it runs."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        self.tls = tls
        self.requests: list[Request] = []  # but for those that only ask what it speaks
        self.stopped = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.stopped.set()
        for line in [self._listening, *self._lines]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            if self.tls:
                line = self.tls.wrap_socket(line, server_side=True)
            buffer = b""
            while True:
                while b"\r\n\r\n" not in buffer:
                    got = line.recv(65536)
                    if not got:
                        return
                    buffer += got
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                request = Request(head)
                if "label_set" in request.query.get("query", ""):
                    answering(SPEAKS)(self, line, request)
                    continue
                self.requests.append(request)
                self.handler(self, line, request)


def send(line: socket.socket, status: str, body: bytes, **headers: str) -> None:
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    line.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def answering(body: Any = None, status: str = "200 OK", **headers: str) -> Handler:
    text = body if isinstance(body, bytes) else json.dumps(GOOD if body is None else body).encode()

    def handler(server: Faulty, line: socket.socket, request: Request) -> None:
        send(line, status, text, **headers)

    return handler


def silent(server: Faulty, line: socket.socket, request: Request) -> None:
    """It takes the question and never answers."""
    server.stopped.wait(60)


def hanging_up(server: Faulty, line: socket.socket, request: Request) -> None:
    line.close()


def breaking_off(server: Faulty, line: socket.socket, request: Request) -> None:
    line.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"status":')
    line.close()


def dripping_body(server: Faulty, line: socket.socket, request: Request) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    _drip(server, line)


def dripping_chunks(server: Faulty, line: socket.socket, request: Request) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not server.stopped.is_set():
        line.sendall(b"1\r\n \r\n")
        time.sleep(0.02)


def dripping_head(server: Faulty, line: socket.socket, request: Request) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(server, line)


def _drip(server: Faulty, line: socket.socket) -> None:
    while not server.stopped.is_set():
        line.sendall(b" ")
        time.sleep(0.02)


def huge(server: Faulty, line: socket.socket, request: Request) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            line.sendall(b" " * (1 << 20))


@contextlib.contextmanager
def faulty(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[Faulty]:
    server = Faulty(handler, tls)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """An address that takes no connection and refuses none: its queue is full and nobody accepts."""
    with contextlib.ExitStack() as kept:
        listening = kept.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = kept.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def refused() -> str:
    """The address of a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
