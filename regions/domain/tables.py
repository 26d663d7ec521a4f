"""Tables as text that programs and spreadsheets read."""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

Cell = str | int | float | bool | datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Comma-separated, with CRLF. What is not known is empty, never 0; text that a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
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
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


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
