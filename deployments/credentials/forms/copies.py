"""`/credentials/<namespace>/<name>/copies/`: whether the copies hold what the original holds, asked now; while they do
not, the page asks again by itself."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments.credentials.dependents import CredentialDependents, credential_dependents
from deployments.credentials.matrix.compare import compare
from deployments.domain.credentials.needs import Needed, Place
from deployments.models import Submission
from deployments.submissions import ClusterSession
from deployments.submissions.keys import is_key
from deployments.submissions.pages import FormRequest, form_view
from regions.inventory import NotFound

RENEWED = timedelta(minutes=15)
"""So often k0rdent looks at every Credential, and writes its copies anew."""

PATIENCE = timedelta(minutes=30)
AGAIN = 10  # seconds


@dataclass(frozen=True, slots=True)
class SecretCopy:
    """One copy of one object: in which region, for which credentials, and how it stands against its original."""

    credentials: tuple[str, ...]
    needed: Needed

    @property
    def arrived(self) -> bool:
        return self.needed.state == "same"


@dataclass(frozen=True, slots=True)
class Copies:
    """Every copy that depends on the same originals."""

    copies: tuple[SecretCopy, ...]
    request: Submission | None  # what they wait for
    asked_at: datetime

    @property
    def arrived(self) -> int:
        return sum(one.arrived for one in self.copies)

    @property
    def due_at(self) -> datetime | None:
        """When k0rdent will have looked again, at the latest."""
        return self.request.updated_at + RENEWED if self.request else None

    @property
    def waiting(self) -> bool:
        """Whether it is worth asking again: something is under way, and not for too long."""
        young = self.request is not None and self.asked_at - self.request.updated_at < PATIENCE
        return young and any(one.needed.state in ("differs", "missing") for one in self.copies)

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.asked_at > self.due_at and self.arrived < len(self.copies)


@require_safe
@form_view
def copies(request: FormRequest, namespace: str, name: str) -> HttpResponse:
    """The clusters are asked with the viewer's rights, and nothing is changed; `?request=` names what was sent."""
    try:
        found = credential_dependents(namespace, name, viewer=request.viewer)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    key = request.GET.get("request", "")
    sent = Submission.objects.filter(key=key).first() if is_key(key) else None
    if sent is not None and (sent.kind, sent.namespace, sent.name) != ("Credential", namespace, name):
        sent = None
    now = timezone.now()
    shown = Copies(_copies(request.clusters, found), sent, now)
    context = {"credential": found, "shown": shown, "again": AGAIN}
    return render(request, "credentials/copies.html", context)


def _copies(session: ClusterSession, found: CredentialDependents) -> tuple[SecretCopy, ...]:
    mine = [one for one in found.needed if one.need.copy]
    if not mine:
        return ()
    originals = {one.need.place for one in found.needed if one.need.original}
    rows: list[tuple[str, tuple[Needed, ...]]] = [(found.label, found.needed)]
    rows += [
        (label, needed)
        for label, needed in found.every
        if any(one.need.original and one.need.place in originals for one in needed)
    ]
    compared = compare(session, [needed for _, needed in rows])
    users: dict[Place, list[str]] = defaultdict(list)
    seen: dict[Place, Needed] = {}
    for (label, _), needed in zip(rows, compared, strict=True):
        for one in needed:
            if one.need.copy:
                users[one.need.place].append(label)
                seen.setdefault(one.need.place, one)
    return tuple(SecretCopy(tuple(users[place]), one) for place, one in seen.items())
