"""Static files under an address that holds their version, so that browsers may keep them for a year.

The version stands before the path and is one for all of them: what scripts import and styles refer to by a relative
address is then of the same version, and no file needs to be rewritten.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import FileSystemStorage

from dashboard import modules

KEPT = "public, max-age=31536000, immutable"
OTHER = "no-store"  # an address of another version: another process may be newer or older

TOGETHER = {
    "css/pane.css": ("css/tokens.css", "css/frame.css", "css/parts.css", "css/pages.css"),
    "js/pane.js": tuple(
        f"js/{name}.js"
        for name in (
            *("home", "morph", "ages", "zone", "lists", "theme", "copy", "nav", "dialog"),
            *("palette", "session", "yaml", "live"),
        )
    ),
}
"""What every page needs, as one file each; of scripts, what is imported stands before what imports it."""


@cache
def version() -> str:
    """A name for all static files as this process found them."""
    found = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in sorted(finder.list([]), key=lambda one: str(one[0])):
            found.update(path.encode() + b"\0" + Path(storage.path(path)).read_bytes())
    return found.hexdigest()[:12]


def prefix() -> str:
    """Where files of this version lie."""
    return f"{settings.STATIC_URL}v-{version()}/"


class Versioned(StaticFilesStorage):
    """Addresses with the version, where this process serves the files itself and nobody edits them meanwhile."""

    def url(self, name: str | None) -> str:
        plain = settings.DEBUG or settings.STATIC_ROOT
        return super().url(name) if plain else prefix() + (name or "").lstrip("/")


class Together(BaseFinder):
    """Finds the files that are made of several; each is made again whenever it is looked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(settings.DATA / "static", base_url="")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in TOGETHER:
            return []
        return [self._made(path)] if find_all else self._made(path)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in TOGETHER:
            self._made(path)
            yield path, self.storage

    def _made(self, path: str) -> str:
        parts = {part: Path(settings.BASE_DIR, "static", part).read_bytes() for part in TOGETHER[path]}
        text = modules.bundled(parts) if path.endswith(".js") else b"\n".join(parts.values())
        made = Path(self.storage.path(path))
        if not made.exists() or made.read_bytes() != text:
            made.parent.mkdir(parents=True, exist_ok=True)
            beside = made.with_suffix(f".{id(self)}")
            beside.write_bytes(text)
            beside.replace(made)  # at once: others may be reading it
        return str(made)
