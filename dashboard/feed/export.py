"""The feed as a file."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from regions.domain.feed_filters import parse
from regions.inventory.feed_export import FORMS, Export
from regions.requests import ViewedRequest, for_programs


@for_programs
@require_GET
def export(request: ViewedRequest, form: str) -> HttpResponseBase:
    """/feed/changes.csv, /feed/changes.jsonl: what fits the filters of the address, oldest first."""
    if form not in FORMS:
        raise Http404("The feed is saved as CSV or as JSON lines.")
    now = timezone.now()
    filters, problems = parse(request.GET.dict(), now)
    if problems:
        # A file that silently holds something else than was asked for would be believed.
        text = "".join(f"{name}: {problem}\n" for name, problem in problems.items())
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(_pieces(Export(filters, form, viewer=request.viewer)), content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="pane-changes-{now:%Y%m%d-%H%M}.{form}"'
    return response


async def _pieces(export: Export) -> AsyncIterator[str]:
    # Asynchronous, for a server would first collect whatever a synchronous iterator gives.
    piece = sync_to_async(export.piece)
    while text := await piece():
        yield text
