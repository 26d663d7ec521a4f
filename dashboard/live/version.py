"""Which version of Pane's pages this server serves: a page left open for weeks finds out when it is an older one."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings


@cache
def version() -> str:
    """A name for the templates, scripts, styles and code that this process began with."""
    found = hashlib.sha256()
    for folder, ending in (("static", "*"), ("templates", "*.html"), ("dashboard", "*.py"), ("regions", "*.py")):
        for file in sorted(Path(settings.BASE_DIR, folder).rglob(ending)):
            if file.is_file():
                found.update(str(file.relative_to(settings.BASE_DIR)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]
