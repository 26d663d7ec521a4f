"""`/audit/`: the audit trail, searched and as a file, for administrators."""

import json
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from regions.audit import trail
from regions.domain.tables import Cell, as_csv
from regions.models import AuditEntry
from regions.requests import ViewedRequest, for_programs

SOME = 100
COLUMNS = (*trail.SEALED, "digest")
FORMS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@never_cache
@require_GET
def audit(request: ViewedRequest) -> HttpResponse:
    """Newest first; by words in who, what, on what object, and by what came of it."""
    rows = _found(request)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(id__lt=int(before))
    shown = list(rows.order_by("-id")[: SOME + 1])
    return render(
        request,
        "people/audit.html",
        {
            "rows": shown[:SOME],
            "in_doubt": trail.in_doubt(shown[:SOME]),
            "before": shown[SOME - 1].id if len(shown) > SOME else None,
            "text": request.GET.get("q", ""),
            "outcome": request.GET.get("outcome", ""),
            "outcomes": ("asked", "done", "refused", "failed", "partial"),
            "query": request.GET.urlencode(),
        },
    )


@never_cache
@for_programs
@require_GET
def export(request: ViewedRequest, form: str) -> StreamingHttpResponse:
    """The same rows, oldest first, all of them."""
    if form not in FORMS:
        raise Http404("The trail is given as csv or jsonl")
    answer = StreamingHttpResponse(_lines(_found(request), form), content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return answer


def _found(request: HttpRequest) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.all()
    for word in request.GET.get("q", "").split()[:8]:
        rows = rows.filter(
            Q(actor__icontains=word)
            | Q(action__icontains=word)
            | Q(kind__iexact=word)
            | Q(namespace__iexact=word)
            | Q(name__icontains=word)
            | Q(address=word)
        )
    if outcome := request.GET.get("outcome", ""):
        rows = rows.filter(outcome=outcome)
    return rows


def _lines(rows: QuerySet[AuditEntry], form: str) -> Iterator[str]:
    """A piece at a time: the trail may be long."""
    last = 0
    while piece := list(rows.filter(id__gt=last).order_by("id")[: trail.CHUNK]):
        if form == "csv":
            text = as_csv(COLUMNS, [_cells(row) for row in piece])
            yield text if not last else text.partition("\r\n")[2]
        else:
            yield "".join(json.dumps(trail.told(row)) + "\n" for row in piece)
        last = piece[-1].id


def _cells(row: AuditEntry) -> list[Cell]:
    told = trail.told(row)
    return [json.dumps(told[name]) if name == "detail" else told[name] for name in COLUMNS]
