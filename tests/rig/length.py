"""How long a test of many random moments goes on: enough to find a fault of the kind, or as before a release.

`PANE_TEST_LONG=1` asks for the long form.
"""

import os

LONG = os.environ.get("PANE_TEST_LONG") == "1"


def times(usual: int, long: int) -> int:
    """How often: `long` only where it was asked for."""
    return long if LONG else usual
