"""Pages that change or delete something: the form, its preview beside it, and its confirmation, as one answer.

What a form asks for is worked out by its view from what was posted (`PageRequest`); this walks it to the clusters. As
with every form the whole of it is posted each time, and nothing is kept between preview and confirmation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from deployments import submissions
from deployments.domain.findings import Problem, by_field, errors
from deployments.domain.manifests import Planned
from deployments.models import Submission
from deployments.submissions.confirm_form import confirm, key_of, went
from deployments.submissions.keys import is_key
from regions.requests import ViewedRequest


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a form asks for by now; it may be tried and sent when none of `problems` is an error."""

    planned: Sequence[Planned] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        return bool(self.planned) and not errors(self.problems)


@dataclass(frozen=True, slots=True)
class FormPage:
    """Where it is asked: a template that extends `submissions/acting.html`, its boxes, and what its button says."""

    template: str
    label: str
    boxes: Sequence[str] = ()
    context: Mapping[str, Any] | None = None
    after: str = ""  # where to look when it was accepted; else the request's own page


def answer(request: ViewedRequest, page: FormPage, asked: PageRequest) -> HttpResponse:
    """The page with what is wrong, with its preview, or with what became of it; a redirect when it was accepted."""
    if request.method != "POST":
        return _draw(request, page, asked, {"key": submissions.new_key()})
    key = key_of(request)
    if not asked.sound:
        return _draw(request, page, asked, {"key": key}, status=422 if errors(asked.problems) else 200)
    if request.POST.get("action") == "probe":  # what it found is among the problems
        return _draw(request, page, asked, {"key": key})
    if request.POST.get("action") == "send":
        return _send(request, page, asked, key)
    return _preview(request, page, asked, key)


def done_before(request: ViewedRequest) -> HttpResponse | None:
    """Where a request went that was sent before: for what is not there any more because of it."""
    key = request.POST.get("key", "")
    found = Submission.objects.filter(key=key, person=request.viewer.name).first() if is_key(key) else None
    return redirect("deployments:submission", key=key) if found else None


def _preview(
    request: ViewedRequest, page: FormPage, asked: PageRequest, key: str, changed: bool = False
) -> HttpResponse:
    seen = submissions.preview(asked.planned, request.viewer, key)
    asked = replace(asked, problems=tuple(dict.fromkeys((*asked.problems, *seen.problems))))
    return _draw(request, page, asked, {"key": key, "preview": seen, "changed": changed})


def _send(request: ViewedRequest, page: FormPage, asked: PageRequest, key: str) -> HttpResponse:
    sent, next_key = confirm(request, asked.planned, key)
    if sent is None:
        return _preview(request, page, asked, next_key, changed=True)
    if went(sent):
        return redirect(f"{page.after}?request={key}") if page.after else redirect("deployments:submission", key=key)
    asked = replace(asked, problems=tuple(dict.fromkeys((*asked.problems, *sent.problems))))
    return _draw(request, page, asked, {"key": key, "sent": sent, "digest": request.POST.get("digest", "")}, status=422)


def _draw(
    request: ViewedRequest, page: FormPage, asked: PageRequest, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        **(page.context or {}),
        "problems": by_field(asked.problems, page.boxes),
        "label": page.label,
        "unsound": request.method == "POST" and bool(errors(asked.problems)),
        "asked": asked,
        **more,
    }
    return render(request, page.template, context, status=status)
