"""Changing and deleting a deployment in the API: the same rules, preview and request as the forms'."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import submissions
from deployments.clusterdeployments.create_api import AskedServiceSerializer, service_of
from deployments.clusterdeployments.delete import WHY as GOES
from deployments.clusterdeployments.edit import WHY
from deployments.clusterdeployments.opened import Opened, UnreadableDeployment, open_deployment
from deployments.domain.diffs import patched, unpatchable
from deployments.domain.drafts import DeploymentDraft
from deployments.domain.editing import edited
from deployments.domain.findings import Problem, error, errors
from deployments.domain.manifests import deletion
from deployments.domain.patches import change
from deployments.domain.problems import problems
from deployments.submissions.api import KEY, Unanswered, answer, done_before, key_of, only_tried, refused, told
from regions.api import viewer
from regions.domain import manifest as m


class Labels(serializers.DictField):
    child = serializers.CharField(allow_blank=True, allow_null=True)


class ChangedDeploymentSerializer(serializers.Serializer[Any]):
    """What shall be otherwise; what is left out stays. Null in `config` and `labels` removes."""

    template = serializers.CharField(required=False, help_text="One that its template chains allow.")
    credential = serializers.CharField(required=False, help_text="Of the same region.")
    config = serializers.DictField(required=False, help_text="A merge patch of the deployment's own values.")
    labels = Labels(required=False)
    services = AskedServiceSerializer(many=True, required=False, help_text="All of them: others go.")
    validate_only = serializers.BooleanField(required=False, help_text="k0rdent's spec.dryRun")
    propagate_credentials = serializers.BooleanField(required=False)
    cleanup_on_deletion = serializers.BooleanField(required=False)
    may_uninstall = serializers.BooleanField(default=False, help_text="Services that are no longer listed shall go.")
    despite = serializers.BooleanField(default=False, help_text="Change it though Git or Helm keeps it.")
    generation = serializers.IntegerField(required=False, help_text="409 unless it is of this metadata.generation.")
    key = serializers.RegexField(r"^[0-9a-f]{32}$", default="", help_text=str(KEY.description))


class Moved(APIException):
    status_code = 409
    default_detail = "The deployment is of another generation by now: read it again."
    default_code = "conflict"


def amend(request: Request, namespace: str, name: str) -> Response:
    """Preview or make a change. 200 when it stands, 422 with problems when not."""
    body = ChangedDeploymentSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    said, who = dict(body.validated_data), viewer(request)
    key = said.pop("key") or submissions.new_key()
    if before := done_before(key, who):
        return told(request, before, status=200)
    with submissions.ClusterSession(who) as session:
        return _amend(request, session, _opened(session, namespace, name), said, key)


def _amend(
    request: Request, session: submissions.ClusterSession, opened: Opened, said: dict[str, Any], key: str
) -> Response:
    if said.pop("generation", opened.generation) != opened.generation:
        raise Moved
    despite = said.pop("despite")
    draft = _draft(opened, said)
    known, _ = opened.known(session.viewer, draft.template)
    found = [*problems(draft, known, opened.manifest), *_unsayable(opened, draft)]
    preview = only_tried(request)
    if (held := opened.held) and not despite and not preview:
        found.append(error("despite", f"{held.sentence} {held.warning} Say despite: true to do it here."))
    if errors(found):
        return refused(found)
    made = change(opened.manifest, edited(opened.manifest, draft), WHY)
    if made is None:
        return refused([*found, error("", "Nothing would change.")])
    return answer(request, session, [made], found, key, 200)


def take_down(request: Request, namespace: str, name: str) -> Response:
    """Preview or ask for its deletion. 200 when that was accepted, 422 with problems when not."""
    who = viewer(request)
    key = key_of(request)
    if before := done_before(key, who):
        return told(request, before, status=200)
    with submissions.ClusterSession(who) as session:
        opened = _opened(session, namespace, name).manifest
        uid = m.text(m.part(opened, "metadata", "uid"))
        return answer(request, session, [deletion(opened, uid, GOES)], [], key, 200)


def _opened(session: submissions.ClusterSession, namespace: str, name: str) -> Opened:
    try:
        return open_deployment(session, namespace, name)
    except Http404 as missing:
        raise NotFound(str(missing)) from missing
    except UnreadableDeployment as problem:
        raise (PermissionDenied if problem.status == 403 else Unanswered)(str(problem)) from problem


def _draft(opened: Opened, said: Mapping[str, Any]) -> DeploymentDraft:
    draft = opened.draft
    changed: dict[str, Any] = {key: value for key, value in said.items() if key not in ("config", "labels", "services")}
    for part in ("config", "labels"):
        if part in said:
            changed[part] = patched(dict(getattr(draft, part)), said[part])
    if "services" in said:
        kept = {(one.namespace, one.name): one.kept for one in draft.services}
        services = [service_of(one) for one in said["services"]]
        changed["services"] = tuple(replace(one, kept=kept.get((one.namespace, one.name), {})) for one in services)
    return replace(draft, **changed)


def _unsayable(opened: Opened, draft: DeploymentDraft) -> list[Problem]:
    places = unpatchable(opened.manifest, edited(opened.manifest, draft))
    return [error("config", f"{place} cannot be set to null by a change.") for place in places]
