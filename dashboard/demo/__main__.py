"""Runs the installation as a process of its own: `python -m dashboard.demo --folder DIR`.

Its standard input is a pipe that whoever started it holds: when that closes, everything ends. It prints one line once
all servers listen; kubeconfigs and the way to the control port lie in the folder, readable by their owner only.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from dashboard.demo.control import Control
from dashboard.demo.fleet.model import Size
from dashboard.demo.installation import Installation
from dashboard.demo.story.play import Story


async def run(options: argparse.Namespace, folder: Path) -> None:
    size = Size(options.regions, options.deployments, options.machines)
    installation = Installation(options.seed, size)
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
    control = Control(installation, story)
    await control.start(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    forgetting = asyncio.create_task(installation.keep_events())
    try:
        await _until_told()
    finally:
        forgetting.cancel()
        await control.stop()
        await story.stop()
        await installation.stop()


async def _until_told() -> None:
    """Until standard input closes or a signal comes."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    reader = asyncio.StreamReader()
    with contextlib.suppress(ValueError, OSError):  # a closed or odd standard input: signals are left
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

        async def read() -> None:
            while await reader.read(1024):
                pass
            over.set()

        task = asyncio.create_task(read())
        await over.wait()
        task.cancel()
        return
    await over.wait()


def main() -> None:
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
    asyncio.run(run(options, folder))


if __name__ == "__main__":
    main()
