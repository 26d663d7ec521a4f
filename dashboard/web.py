"""The web process: pages and sockets by uvicorn, as `manage.py serve` and `up` run it.

uvicorn's own command line believes X-Forwarded-For of whoever asks from this machine. Ours never does: who asks is
decided in `dashboard.proxies` alone.
"""

import errno
import signal
import socket

import uvicorn
from django.core.management import CommandError

_made = False


def ours() -> bool:
    """Whether this process is a web process as it should be."""
    return _made


def config(grace: int = 5) -> uvicorn.Config:
    """How uvicorn serves Pane. At its end, open pages and sockets have `grace` seconds."""
    global _made
    _made = True
    return uvicorn.Config(
        "dashboard.asgi:application",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # costs more than it saves, and memory for every socket
        ws_max_size=64 * 1024,
        lifespan="on",
        log_config=None,  # Django's own
        access_log=False,  # one-time links are paths
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace,
    )


async def serve(listener: socket.socket) -> None:
    """Answer on this socket until SIGINT or SIGTERM."""
    server = uvicorn.Server(config())

    def leave(*_: object) -> None:
        server.should_exit = True

    # uvicorn puts its own handlers in place while it serves, and raises what it caught once more afterwards: then, too,
    # it must not end us before everything else has ended.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    await server.serve(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or a sentence why not. Port 0 takes any that is free."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Port {port} on {host} is taken: another program listens there. Choose another with --port."
        elif error.errno == errno.EACCES:
            why = f"Port {port} on {host} is not for ordinary accounts. Choose one above 1023 with --port."
        else:
            why = f"Pane cannot listen on {host}, port {port}: {error.strerror or error}."
        raise CommandError(why) from error


def address_of(listener: socket.socket, scheme: str) -> str:
    """The address under which a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
