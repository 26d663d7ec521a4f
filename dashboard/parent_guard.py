"""Runs a management command that ends when whoever started it does: `python -m dashboard.parent_guard watch`.

Its standard input is a pipe that only the parent holds. However the parent ends, killed included, the pipe closes.
"""

import os
import signal
import sys
import threading
import time

GRACE = 10.0  # seconds for the command to end by itself


def hold(pipe: int = 0) -> None:
    """End this process, politely and then not, once the other end of the pipe is gone."""

    def wait() -> None:
        while os.read(pipe, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=wait, name="tether", daemon=True).start()


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    hold()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
