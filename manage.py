#!/usr/bin/env python
"""Every command of Pane: `python manage.py …` in a clone, `pane …` where the wheel is installed."""

import os
import signal
import sys


def main() -> None:
    # The wheel holds this folder as the package `pane`, and what runs finds its packages here as in a clone.
    here = os.path.dirname(os.path.abspath(__file__))
    if here not in sys.path:
        sys.path.insert(0, here)
    # A shell without job control starts what runs in its background deaf to SIGINT; one that is sent to us is meant.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
