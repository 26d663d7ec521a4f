#!/usr/bin/env python
import os
import signal
import sys

if __name__ == "__main__":
    # A shell without job control starts what runs in its background deaf to SIGINT; one that is sent to us is meant.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
