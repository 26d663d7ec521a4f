"""`/notices/`: what turned, who is told of it, and what became of each message."""

import secrets

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.models import Delivery, Notice, NoticeRule, NoticeSeen
from dashboard.notices import making
from dashboard.notices.channels import CHANNELS, channel_of
from dashboard.notices.forms import RuleForm
from dashboard.notices.messages import secret
from dashboard.notices.turns import TEST, TURNS
from regions.domain.viewer import Viewer
from regions.permitted import permitted_notices
from regions.requests import ViewedRequest

SOME = 100
TOASTS = 3


@never_cache
@require_GET
def index(request: ViewedRequest) -> HttpResponse:
    """What turned, newest first. Having looked is remembered, so that the bell falls silent."""
    before, what = request.GET.get("before", ""), request.GET.get("what", "")
    rows = _mine(request.viewer).order_by("-id")
    if what in TURNS:
        rows = rows.filter(what=what)
    older = rows.filter(id__lt=int(before)) if before.isdecimal() and len(before) < 19 else rows
    shown = list(older[: SOME + 1])
    newest = Notice.objects.aggregate(newest=Max("id"))["newest"] or 0
    NoticeSeen.objects.update_or_create(user=request.user, defaults={"notice": newest})
    return render(
        request,
        "notices/list.html",
        {
            "notices": shown[:SOME],
            "before": shown[SOME - 1].pk if len(shown) > SOME else None,
            "turns": TURNS,
            "what": what,
            "rules": NoticeRule.objects.count(),
        },
    )


def _mine(viewer: Viewer) -> QuerySet[Notice]:
    """The notices that this person may be told of."""
    return Notice.objects.filter(permitted_notices(viewer)).exclude(what=TEST)


@never_cache
@require_GET
def bell(request: ViewedRequest) -> HttpResponse:
    """The bell of the header, asked for now and then: how many are new to this person, and the newest as they come."""
    seen = NoticeSeen.objects.filter(user__username=request.viewer.name).values_list("notice", flat=True).first() or 0
    fresh = _mine(request.viewer).filter(id__gt=seen)
    last = request.GET.get("last", "")
    came: list[Notice] = []
    newest = fresh.aggregate(newest=Max("id"))["newest"] or seen
    if last.isdecimal() and len(last) < 19:
        came = list(fresh.filter(id__gt=int(last), muted="").order_by("-id")[:TOASTS])
    count = fresh.count()
    return render(request, "notices/bell.html", {"count": count, "newest": newest, "came": came})


@require_GET
def rules(request: ViewedRequest) -> HttpResponse:
    """Who is told of what, and how the last message to each went."""
    found = list(NoticeRule.objects.order_by("name", "id"))
    for rule in found:
        rule.last = rule.deliveries.order_by("-id").first()  # type: ignore[attr-defined]
        rule.told = [TURNS[name] for name in rule.turns if name in TURNS]  # type: ignore[attr-defined]
    return render(request, "notices/rules.html", {"rules": found})


@require_GET
def rule(request: ViewedRequest, pk: int) -> HttpResponse:
    """One rule, and what became of its messages."""
    found = get_object_or_404(NoticeRule, pk=pk)
    rows = list(found.deliveries.order_by("-id")[:SOME])
    told = Notice.objects.filter(permitted_notices(request.viewer)).in_bulk(
        [pk for row in rows for pk in row.notices[:5]]
    )
    for row in rows:
        row.told = [told[pk] for pk in row.notices[:5] if pk in told]  # type: ignore[attr-defined]
    return render(
        request,
        "notices/rule.html",
        {
            "rule": found,
            "channel": channel_of(found.url),
            "deliveries": rows,
            "told": [TURNS[name] for name in found.turns if name in TURNS],
        },
    )


@never_cache
@sensitive_variables()
@sensitive_post_parameters("url", "key")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ViewedRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a rule."""
    found = get_object_or_404(NoticeRule, pk=pk) if pk else None
    form = RuleForm(request.POST or None, rule=found)
    if request.method == "POST" and form.is_valid():
        saved = form.save(request.viewer.name, request.build_absolute_uri("/").rstrip("/"))
        messages.success(request, f"The rule {saved.name} is kept. Send a test to see that it arrives.")
        return redirect("notices:rule", saved.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "notices/edit.html", {"form": form, "rule": found, "channels": CHANNELS}, status=status)


@never_cache
@sensitive_variables()
@require_POST
def reveal(request: ViewedRequest, pk: int) -> HttpResponse:
    """Show the signing secret, or make another one first (`renew`)."""
    found = get_object_or_404(NoticeRule, pk=pk)
    if "renew" in request.POST:
        found.salt = secrets.token_hex(16)
        found.save(update_fields=["salt"])
    return render(request, "notices/secret.html", {"rule": found, "secret": secret(found)})


@require_POST
def test(request: ViewedRequest, pk: int) -> HttpResponse:
    """Send a test message."""
    found = get_object_or_404(NoticeRule, pk=pk)
    making.test(found, request.viewer.name, timezone.now())
    messages.info(request, "A test is on its way; what became of it appears below within seconds.")
    return redirect("notices:rule", found.pk)


@require_POST
def again(request: ViewedRequest, pk: int) -> HttpResponse:
    """Try a message once more that was given up."""
    row = get_object_or_404(Delivery, pk=pk, state=Delivery.State.GIVEN_UP)
    Delivery.objects.filter(pk=row.pk, state=Delivery.State.GIVEN_UP).update(
        state=Delivery.State.RETRYING, ended_at=None, attempts=0, due_at=timezone.now()
    )
    return redirect("notices:rule", row.rule_id)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a rule with the record of its messages."""
    found = get_object_or_404(NoticeRule, pk=pk)
    found.delete()
    messages.success(request, f"The rule {found.name} is gone; nothing more is sent by it.")
    return redirect("notices:rules")
