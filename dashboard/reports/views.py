"""`/reports/week/`: a week as a page that prints, and as a file."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.reports.week import HEAD, table, week_report
from dashboard.reports.weeks import Week, week_named, week_of
from regions.domain.tables import as_csv, file_name
from regions.reliability import objective
from regions.requests import ViewedRequest, for_programs


@require_safe
def this_week(request: ViewedRequest) -> HttpResponse:
    """/reports/week/: leads to the week that is on."""
    return redirect("reports:week", week_of(timezone.now()).name)


@require_safe
def week(request: ViewedRequest, name: str) -> HttpResponse:
    """/reports/week/2026-W48/: a picture of the past, so not live."""
    found = _named(name)
    report = week_report(found, request.viewer)
    coming, before = found.later(1), found.later(-1).name
    context = {
        "report": report,
        "objective": objective(),
        "before": before if week_named(before) else "",
        "after": coming.name if coming.start <= report.now else "",
    }
    return render(request, "reports/week.html", context)


@for_programs
@require_safe
def export(request: ViewedRequest, name: str) -> HttpResponse:
    """/reports/week/2026-W48.csv: a row a region and deployment."""
    found = _named(name)
    text = as_csv(HEAD, table(week_report(found, request.viewer)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name("pane", "week", found.name, ending="csv")}"'
    return response


def _named(name: str) -> Week:
    found = week_named(name)
    if found is None:
        raise Http404("A week is called by its year and number, such as 2026-W48.")
    if found.start > timezone.now():
        raise Http404("That week has not come yet.")
    return found
