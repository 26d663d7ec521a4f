"""Tables and charts as files: CSV for spreadsheets, JSON for programs."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse

from regions.domain.tables import as_csv, as_json, file_name
from regions.metrics.pages.tables import Table
from regions.metrics.pages.values import ChartPanel


def answer(table: Table, ending: str, now: datetime, *words: str) -> HttpResponse:
    """A table as an attachment. JSON rows are objects by column; what is not known is null there, and empty in CSV."""
    name = file_name("pane", table.name, *words, f"{now:%Y%m%dT%H%MZ}", ending=ending)
    if ending == "json":
        rows = [{key: as_json(cell) for key, cell in zip(table.head, row, strict=True)} for row in table.rows]
        body = {"table": table.name, "as_of": as_json(now), "count": len(rows), "rows": rows}
        return _named(JsonResponse(body), name)
    return _named(HttpResponse(as_csv(table.head, table.rows), content_type="text/csv; charset=utf-8"), name)


def chart_answer(panel: ChartPanel, ending: str, *words: str) -> HttpResponse:
    """A chart: in CSV one row a moment and one column a series; a gap is empty there, and null in JSON."""
    drawing = panel.drawing
    name = file_name("pane", *words, f"{drawing.end:%Y%m%dT%H%MZ}", ending=ending)
    count = max((len(line.points) for line in drawing.lines), default=0)
    moments = [drawing.start + drawing.step * place for place in range(count)]
    if ending == "json":
        gap = panel.missing
        body: dict[str, Any] = {
            "title": panel.title,
            "unit": drawing.unit,
            "promql": panel.behind.promql,
            "store": panel.behind.store,
            "start": as_json(drawing.start),
            "end": as_json(drawing.end),
            "step": drawing.step.total_seconds(),
            "missing": {"reason": str(gap.reason), "sentence": gap.sentence} if gap else None,
            "notice": panel.notice,
            "series": [
                {"name": line.name, "points": [as_json(point) for point in line.points]} for line in drawing.lines
            ],
        }
        return _named(JsonResponse(body), name)
    head = ["time", *(line.name or panel.title for line in drawing.lines)]
    rows = [[at, *(line.points[place] for line in drawing.lines)] for place, at in enumerate(moments)]
    return _named(HttpResponse(as_csv(head, rows), content_type="text/csv; charset=utf-8"), name)


def _named(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
