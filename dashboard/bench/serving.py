"""The web server as `up` runs it, without a watcher: `python -m dashboard.bench.serving PORT [MARKS]`."""

import asyncio
import sys
import time
from typing import Any

from dashboard.parent_guard import hold


def mark(path: str) -> None:
    """Note when the server has what it then sends to many, "<id> <monotonic time>" a line.

    In `path`: when the hub is told of a change. In `path`.drawn: when a page has been drawn up to a change.
    """
    from dashboard.live.hub import Hub
    from dashboard.live.redraw import SharedPage
    from dashboard.live.view_runner import Drawn

    hub_moved, screen_publish = Hub._moved, SharedPage._publish
    told = open(path, "w", buffering=1)  # noqa: SIM115 as long as the process
    shown = open(f"{path}.drawn", "w", buffering=1)  # noqa: SIM115

    def moved(self: Hub, entries: list[Any], lost: bool) -> None:
        at = time.monotonic()
        hub_moved(self, entries, lost)
        told.write("".join(f"{entry.id:.0f} {at}\n" for entry in entries if entry.id % 1 == 0))

    def publish(self: SharedPage, drawn: Drawn) -> None:
        at = time.monotonic()
        screen_publish(self, drawn)
        shown.write(f"{drawn.cursor.rpartition('.')[2]} {at}\n")

    Hub._moved, SharedPage._publish = moved, publish  # type: ignore[method-assign]


def main() -> None:
    hold()
    import django

    django.setup()
    if len(sys.argv) > 2:
        mark(sys.argv[2])
    from dashboard import web

    asyncio.run(web.serve(web.listen("127.0.0.1", int(sys.argv[1]))))


if __name__ == "__main__":
    main()
