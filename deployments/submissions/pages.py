"""The one way from a form to its request: previewed, confirmed, sent, and what became of it, as one answer.

A form works out what it asks for from what was posted (`PageRequest`); this walks it to the clusters. The whole of a
form is posted each time, and nothing is kept between preview and confirmation. The button's name says what is wanted:
`preview`, `send`, or something of the form's own that only shows it again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from deployments import submissions
from deployments.domain.findings import Problem, by_field, error, errors
from deployments.domain.manifests import Planned
from deployments.domain.patches import touches
from deployments.domain.rendering import public
from deployments.submissions import ClusterSession, Preview, Sent
from deployments.submissions.confirm_form import Confirmed, confirm, done_before, key_of
from deployments.submissions.live_object import status_of
from deployments.submissions.outcomes import Looked
from regions.kube.errors import KubeError
from regions.requests import ViewedRequest

__all__ = [
    "FormPage",
    "FormRequest",
    "PageRequest",
    "action_of",
    "answer",
    "as_data",
    "done_before",
    "form_view",
    "not_given",
]

P = ParamSpec("P")
Context: TypeAlias = Mapping[str, Any] | Callable[[tuple[Problem, ...]], Mapping[str, Any]]


class FormRequest(ViewedRequest):
    """The request of a page with a form: `clusters` are asked on behalf of its viewer, and closed with it."""

    clusters: ClusterSession


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a form asks for by now; it may be tried and sent when none of `problems` is an error."""

    planned: Sequence[Planned] = ()
    problems: tuple[Problem, ...] = ()
    despite: str = ""  # what speaks against it: it is sent only when somebody says that they mean it all the same
    shown: bool = False  # the form is only to be seen again: nothing is asked of any cluster
    separate: bool = False  # each object is a request of its own: what fails for one does not stop the others

    @property
    def sound(self) -> bool:
        return bool(self.planned) and not errors(self.problems)


@dataclass(frozen=True, slots=True)
class FormPage:
    """Where it is asked: a template that extends `submissions/acting.html`, its boxes, and what its button says."""

    template: str
    label: str
    boxes: Sequence[str] = ()
    context: Context | None = None  # or a function of all that is wrong, clusters' words included
    after: Callable[[str], str] | None = None  # where to look when the request of this key was accepted; None: at it
    at_once: bool = False  # nothing has to be filled in: it is tried as soon as the page is opened


Asked: TypeAlias = tuple[FormPage, PageRequest]
Again: TypeAlias = Callable[[Looked | None], Asked]
"""The same asked anew, of clusters as they are now; of an object that somebody changed meanwhile, as that is now."""


def form_view(
    view: Callable[Concatenate[FormRequest, P], HttpResponse],
) -> Callable[Concatenate[ViewedRequest, P], HttpResponse]:
    """A page with a form: kept in no cache, told of no secret in an error report, with one session of clusters."""

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def viewed(request: ViewedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with ClusterSession(request.viewer) as session:
            asked = cast(FormRequest, request)
            asked.clusters = session
            return view(asked, *args, **kwargs)

    return cast(Callable[Concatenate[ViewedRequest, P], HttpResponse], viewed)


def not_given(request: ViewedRequest, template: str, refusal: KubeError, context: Mapping[str, Any]) -> HttpResponse:
    """In place of a form: the cluster does not give what it is about, and says why. `forbidden`: to whoever asks."""
    status = status_of(refusal)
    said = {"why": refusal.message, "forbidden": status == 403}
    return render(request, template, {**context, **said}, status=status)


def as_data(posted: Any) -> dict[str, str]:
    """What a browser posted, last value of each name."""
    return {name: posted[name] for name in posted}


def action_of(request: ViewedRequest) -> str:
    """What the button says that was pressed; `show` when nothing is posted yet."""
    return request.POST.get("action", "preview") if request.method == "POST" else "show"


def answer(request: FormRequest, page: FormPage, asked: PageRequest, again: Again | None = None) -> HttpResponse:
    """The page with what is wrong, with its preview, or with what became of it; a redirect when it was accepted."""
    way = _Way(request, again)
    if request.method != "POST":
        return way.preview(page, asked) if page.at_once and asked.sound else way.draw(page, asked)
    if asked.shown:
        return way.draw(page, asked)
    if not asked.sound:
        if page.at_once and asked.planned and all(one.field for one in errors(asked.problems)):
            return way.preview(page, asked)  # only what confirms it is missing: what was shown stays
        return way.draw(page, asked, 422 if errors(asked.problems) else 200)
    if action_of(request) != "send":
        return way.preview(page, asked)
    if asked.despite and "despite" not in request.POST:
        return way.preview(page, asked, error("despite", f"Say that you mean it. {asked.despite}"))
    return way.send(page, asked)


class _Way:
    """One request on its way."""

    def __init__(self, request: FormRequest, again: Again | None) -> None:
        self.request = request
        self.again = again
        self.key = key_of(request)

    def preview(self, page: FormPage, asked: PageRequest, *said: Problem, changed: bool = False) -> HttpResponse:
        seen = submissions.preview(self.request.clusters, asked.planned, self.key)
        if self._moved(seen):
            return self._anew(seen)
        status = 422 if said or errors(asked.problems) else 200
        return self.draw(page, _with(asked, *seen.problems, *said), status, preview=seen, changed=changed)

    def send(self, page: FormPage, asked: PageRequest) -> HttpResponse:
        confirmed = confirm(self.request, self.request.clusters, asked.planned, self.key, separate=asked.separate)
        self.key = confirmed.key
        if confirmed.sent is None:
            page, asked = self.again(None) if self.again else (page, asked)
            return self.preview(page, asked, changed=True) if asked.sound else self.draw(page, asked, 422)
        if confirmed.accepted:
            return redirect(page.after(self.key)) if page.after else redirect("deployments:submission", key=self.key)
        return self._refused(page, asked, confirmed, confirmed.sent)

    def _refused(self, page: FormPage, asked: PageRequest, confirmed: Confirmed, sent: Sent) -> HttpResponse:
        if self.again and any(one.verb == "patch" for one in asked.planned):
            seen = submissions.preview(self.request.clusters, asked.planned, self.key)
            if self._moved(seen):
                return self._anew(seen)
        return self.draw(page, _with(asked, *sent.problems), 422, sent=sent, digest=confirmed.digest)

    def _moved(self, seen: Preview) -> bool:
        return self.again is not None and seen.moved is not None and bool(seen.moved.differences)

    def _anew(self, seen: Preview) -> HttpResponse:
        """What was asked, laid over what it has become, and shown again."""
        assert self.again is not None
        assert seen.moved is not None
        page, asked = self.again(seen.moved)
        lines = seen.moved.differences
        moved = tuple((line, touches(seen.moved.planned.manifest, line.path)) for line in lines)
        if not asked.sound:
            return self.draw(page, asked, 409, moved=moved)
        fresh = submissions.preview(self.request.clusters, asked.planned, self.key)
        return self.draw(page, _with(asked, *fresh.problems), 409, preview=fresh, moved=moved)

    def draw(self, page: FormPage, asked: PageRequest, status: int = 200, **more: Any) -> HttpResponse:
        problems = asked.problems
        context = {
            "key": self.key,
            "label": page.label,
            "problems": by_field(problems, page.boxes),
            "unsound": self.request.method == "POST" and bool(errors(problems)),
            "must": asked.despite,
            "despite": "despite" in self.request.POST,
            "patch": public(asked.planned[:1]) if asked.despite and "preview" in more else None,
            **(page.context(problems) if callable(page.context) else page.context or {}),
            **more,
        }
        return render(self.request, page.template, context, status=status)


def _with(asked: PageRequest, *more: Problem) -> PageRequest:
    return replace(asked, problems=tuple(dict.fromkeys((*asked.problems, *more))))
