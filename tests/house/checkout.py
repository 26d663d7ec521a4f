"""The files of this checkout, as git has them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def tracked(*patterns: str) -> Iterator[tuple[str, str]]:
    """Name and text of every tracked text file that matches (all, without patterns)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def lines_with(words: list[str], *patterns: str, but: tuple[str, ...] = ()) -> list[str]:
    """`file:line: text` wherever one of these words stands."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tracked(*patterns)
        if name not in but
        for number, line in enumerate(text.splitlines(), 1)
        if any(word in line for word in words)
    ]
