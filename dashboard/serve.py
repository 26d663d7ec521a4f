"""Everything in one command: the database brought up to date, a watcher beside us, pages and sockets on a port."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from time import monotonic

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from dashboard import environment, web
from dashboard.models import ApiToken
from dashboard.people import accounts, links, tokens

log = logging.getLogger(__name__)

SLOWEST_RESTART = 30.0
GRACE = 10.0
PRINTED = "printed at the start"


def run(
    port: int,
    host: str = "127.0.0.1",
    *,
    account: str = accounts.OPERATOR,
    token: str = "",
    watcher_environment: Mapping[str, str] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted; when this returns nothing is left behind. CommandError with a sentence if it cannot.

    `account` is signed in by the link and owns the API token that are printed; `token` is used instead of a random
    one. `watcher_environment` is added to the environment of the watcher only.
    """
    prepare_database()
    if not _is_loopback(host) and not settings.PANE_OIDC and not accounts.somebody_has_a_password():
        raise CommandError(
            f"Pane listens on {host} only once somebody has an account of their own, or whoever comes first would own "
            f"it. Make one: {environment.command('createsuperuser')}"
        )
    listener = web.listen(host, port)
    address = web.address_of(listener, "https" if settings.PRODUCTION else "http")
    user = accounts.operator(account)
    ApiToken.objects.filter(user=user, name=PRINTED).delete()  # of the last start
    secret = tokens.issue(user, PRINTED, preset=token)
    say(f"Pane is at    {address}{settings.PANE_PATH}/")
    say(f"Sign in once  {address}{links.make(user)}")
    say(f"API token     {secret}")
    say("Ctrl-C ends it.")
    asyncio.run(_serve(listener, dict(watcher_environment or {})))


def prepare_database() -> None:
    """Bring the tables up to date, drop sessions that have ended; a database that cannot be used ends in a sentence."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("clearsessions", verbosity=0)
    except DatabaseError as error:
        # Its first line names the trouble; passwords are never in it.
        raise CommandError(f"The database cannot be used: {str(error).splitlines()[0]}") from error


async def _serve(listener: socket.socket, watcher_environment: dict[str, str]) -> None:
    watching = asyncio.create_task(_keep_watching(watcher_environment))
    try:
        await web.serve(listener)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _keep_watching(environment: dict[str, str]) -> None:
    """Run the watcher, and run it again whenever it ends."""
    pause = 1.0
    while True:
        began = monotonic()
        starting = asyncio.create_task(_start_watcher(environment))
        try:
            status = await (await asyncio.shield(starting)).wait()
        except asyncio.CancelledError:
            await _end(await starting)  # which may not have been started yet
            raise
        pause = 1.0 if monotonic() - began > 60 else min(SLOWEST_RESTART, pause * 2)
        log.error("The watcher ended (status %s); starting it again in %.0f s", status, pause)
        await asyncio.sleep(pause)


async def _start_watcher(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dashboard.parent_guard",
        "watch",
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,  # held open and never written to: see dashboard.parent_guard
        start_new_session=True,  # a Ctrl-C is for us; we end it
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
