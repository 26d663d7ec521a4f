"""Which version of Pane's pages this server serves: a page left open for weeks finds out when it is an older one."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

SHOWN = (
    ("static", "*"),
    ("templates", "*.html"),
    *((folder, ending) for folder in ("dashboard", "deployments", "regions") for ending in ("*.py", "*.yaml")),
)
"""Folders of the checkout, and which of their files decide what a page shows."""


@cache
def version() -> str:
    """A name for the templates, scripts, styles, code and tables that this process began with."""
    found = hashlib.sha256()
    for folder, ending in SHOWN:
        for file in sorted(Path(settings.BASE_DIR, folder).rglob(ending)):
            if file.is_file():
                found.update(str(file.relative_to(settings.BASE_DIR)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]
