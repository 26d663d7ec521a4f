"""Tables as text that programs and spreadsheets read."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

Cell = str | int | float | bool | datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNSEEN = " \u00a0\u200b\u2060\ufeff"
"""What a spreadsheet may drop before it looks whether a cell begins like a formula."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Comma-separated, with CRLF; moments as ISO 8601 with their offset. What is not known is empty, never 0.

    Text is quoted, for a spreadsheet that parts cells by semicolons, and never begins as a formula does.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_said(cell) for cell in head])
    writer.writerows([_said(cell) for cell in row] for row in rows)
    return out.getvalue()


def _said(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) else ""
    # A cluster may be called or say anything; a spreadsheet must take it for words.
    # Full-width signs count as the plain ones where such are typed.
    begins = unicodedata.normalize("NFKC", cell[:64].lstrip(_UNSEEN)[:1])
    return f"'{cell}" if cell.startswith(_FORMULA) or begins.startswith(_FORMULA) else cell


def as_json(cell: Cell) -> str | int | float | bool | None:
    """A cell as JSON can say it: moments as ISO 8601, no NaN."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def file_name(*words: str, ending: str) -> str:
    """A name that any file system takes: letters, digits, dots, dashes; never empty, never hidden."""
    stem = "-".join(part for word in words if (part := _UNSAFE.sub("-", word).strip("-.")))
    return f"{stem[:100] or 'pane'}.{ending}"
