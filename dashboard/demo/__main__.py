"""Runs the installation as a process of its own: `python -m dashboard.demo --folder DIR`.

Its standard input is a pipe that whoever started it holds: when that closes, everything ends, from the first moment on.
It prints one line once all servers listen; kubeconfigs, the way to the control port and what its servers have to
complain of (`fleet.log`) lie in the folder, readable by their owner only.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from dashboard.demo.control import Control
from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from dashboard.demo.story.play import Story

GRACE = 8.0  # seconds to end by itself; less than whoever started it waits


async def run(options: argparse.Namespace, folder: Path) -> None:
    """Until a signal comes, whether everything is up by then or not."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    told = asyncio.create_task(over.wait())
    serving = asyncio.create_task(_serve(options, folder))
    await asyncio.wait({told, serving}, return_when=asyncio.FIRST_COMPLETED)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    told.cancel()


async def _serve(options: argparse.Namespace, folder: Path) -> None:
    async with AsyncExitStack() as ends:
        installation = Installation(options.seed, Size(options.regions, options.deployments, options.machines))
        ends.push_async_callback(installation.stop)
        await installation.start()
        installation.write_kubeconfigs(folder)
        if options.store != "own":
            installation.observatory.back(folder)
        story = Story(
            installation.management.kubeconfig(),
            seed=options.seed,
            pace=options.pace,
            switch=installation.switch,
            stores=installation.observatory.open,
        )
        story.start()
        ends.push_async_callback(story.stop)
        control = Control(installation, story)
        await control.start(folder)
        ends.push_async_callback(control.stop)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await installation.keep_events()


def _end_with_whoever_started_us() -> None:
    """When the pipe closes: politely, and then not."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=wait, name="tether", daemon=True).start()


def main() -> None:
    _end_with_whoever_started_us()
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--regions", type=int, default=6)
    parser.add_argument("--deployments", type=int, default=60)
    parser.add_argument("--machines", type=int, default=0)
    parser.add_argument("--pace", type=float, default=1)
    parser.add_argument("--store", choices=("auto", "own"), default="auto")
    options = parser.parse_args()
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    logging.basicConfig(
        filename=folder / "fleet.log", filemode="w", level=logging.WARNING, format="%(asctime)s %(message)s"
    )
    asyncio.run(run(options, folder))


if __name__ == "__main__":
    main()
