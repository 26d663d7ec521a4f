"""`/upkeep/`: what is in maintenance or known of, and saying so."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regions.domain.health import Health
from regions.domain.maintenance import ACKNOWLEDGED, MAINTENANCE
from regions.inventory.basics import Target
from regions.inventory.visibility import look
from regions.maintenance import entries
from regions.models import Resource
from regions.requests import ViewedRequest

TIME = "Write a date and a time, such as 2026-11-25 18:00"
LASTS = [
    ("30", "30 minutes"),
    ("60", "1 hour"),
    ("120", "2 hours"),
    ("240", "4 hours"),
    ("480", "8 hours"),
    ("1440", "1 day"),
    ("", "until the time below"),
]


class UpkeepForm(forms.Form):
    """What is said, why, and for how long. Times are UTC, as everywhere on the pages."""

    what = forms.ChoiceField(choices=[(MAINTENANCE, "Maintenance"), (ACKNOWLEDGED, "I know of it")])
    reason = forms.CharField(max_length=200, error_messages={"required": "Say why, for whoever sees it next."})
    lasts = forms.ChoiceField(choices=LASTS, required=False)
    until = forms.DateTimeField(required=False, error_messages={"invalid": f"{TIME}."})
    starts_at = forms.DateTimeField(required=False, error_messages={"invalid": f"{TIME}, or leave it out."})

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        now = timezone.now()
        starts_at = found.get("starts_at") or now
        until = found.get("until")
        if starts_at - now > entries.LONGEST:
            self.add_error("starts_at", f"That is more than {entries.LONGEST.days} days ahead.")
            return {**found, "starts_at": None}
        if found.get("lasts") and not until:
            until = max(starts_at, now) + timedelta(minutes=int(found["lasts"]))
        if "until" not in self.errors and (wrong := entries.wrong_time(found.get("what", ""), starts_at, until, now)):
            self.add_error("until", wrong)
        return {**found, "until": until, "starts_at": starts_at if starts_at > now else None}


@require_GET
def index(request: ViewedRequest) -> HttpResponse:
    """What is in force, planned and over."""
    return render(request, "maintenance/list.html", entries.listing(viewer=request.viewer))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ViewedRequest) -> HttpResponse:
    """Say it of one object, which the address names."""
    kind, namespace, name = (request.GET.get(part, "") for part in ("kind", "namespace", "name"))
    try:
        row = entries.find(kind, namespace, name, viewer=request.viewer)
    except entries.NotThere as missing:
        return render(request, "maintenance/new.html", {"missing": str(missing)}, status=404)
    target = Target(row.kind, row.namespace, row.name, row.cluster, row.region)
    right = entries.right_to_say(row, request.viewer)
    if not right.allowed:
        status = 403 if right.known else 502
        return render(request, "maintenance/new.html", {"target": target, "right": right}, status=status)
    health = look().judge(row).health
    asked = {"what": request.GET.get("what", ""), "lasts": "60"}
    form = UpkeepForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        _say(request, row, form.cleaned_data, health)
        return redirect(target.url or "upkeep:list")
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "maintenance/new.html",
        {
            "form": form,
            "target": target,
            "health": health,
            "now": datetime.now(UTC),
            "what": form.data.get("what") or asked["what"] or (ACKNOWLEDGED if health.rank < 3 else MAINTENANCE),
        },
        status=status,
    )


def _say(request: ViewedRequest, row: Resource, said: dict[str, Any], health: Health) -> None:
    entries.begin(
        said["what"],
        row,
        said["reason"],
        said["until"],
        viewer=request.viewer,
        starts_at=said["starts_at"],
        health=health,
    )
    what = "Maintenance" if said["what"] == MAINTENANCE else "That you know of it"
    when = f"is planned from {said['starts_at']:%d %B %H:%M} UTC" if said["starts_at"] else "is noted"
    messages.success(request, f"{what} {when}.")


@require_POST
def end(request: ViewedRequest, pk: int) -> HttpResponse:
    """End it before its time."""
    row = entries.one(pk)
    if row and not (right := entries.right_to_end(row, request.viewer)).allowed:
        raise PermissionDenied(right.sentence)
    if entries.end(pk, viewer=request.viewer) is None:
        messages.info(request, "It had ended already.")
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        onward = "upkeep:list"
    return redirect(onward)
