"""Changing and giving up a region in the API: the same rules, preview and request as the forms'."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import submissions
from deployments.domain.editing import edited_region
from deployments.domain.findings import Problem, error, errors
from deployments.domain.gitops import held
from deployments.domain.manifests import Planned
from deployments.domain.patches import change
from deployments.registration import deregister, pause
from deployments.registration.dependents import RegionDependents, region_dependents
from deployments.registration.providers import WHY, providers_form
from deployments.submissions.api import (
    ANSWERS,
    KEY,
    PREVIEW,
    PreviewSerializer,
    SubmissionSerializer,
    Unanswered,
    answer,
    done_before,
    key_of,
    only_tried,
    refused,
    told,
)
from deployments.submissions.live_object import read, status_of
from deployments.submissions.snapshot import take_snapshot
from regions import api as regions_api
from regions.api import viewer
from regions.domain.manifest import Manifest
from regions.domain.viewer import Viewer
from regions.inventory import NotFound as Missing
from regions.kube.errors import KubeError

CHANGED: Any = {
    200: PolymorphicProxySerializer(
        component_name="ChangedRegion",
        serializers=[SubmissionSerializer, PreviewSerializer],
        resource_type_field_name=None,
    ),
    422: ANSWERS[422],
}


class ChangedRegionSerializer(serializers.Serializer[Any]):
    """What shall be otherwise: one of both."""

    providers = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="All that it shall have: others are uninstalled."
    )
    paused = serializers.BooleanField(required=False, help_text="Whether k0rdent leaves its deployments alone.")
    despite = serializers.BooleanField(default=False, help_text="Change it though Git or Helm keeps it.")
    key = serializers.RegexField(r"^[0-9a-f]{32}$", default="", help_text=str(KEY.description))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("providers" in attrs) == ("paused" in attrs):
            raise ValidationError("Say providers or paused: one of both.")
        return attrs


class Region(regions_api.Region):
    """One region."""

    @extend_schema(
        operation_id="regions_change", request=ChangedRegionSerializer, responses=CHANGED, parameters=[PREVIEW]
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change a region on behalf of whoever asks, or with `?preview=true` say how the cluster would answer."""
        body = ChangedRegionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said, who = dict(body.validated_data), viewer(request)
        key = said["key"] or submissions.new_key()
        if before := done_before(key, who):
            return told(request, before, status=200)
        found = _found(name, who)
        with submissions.ClusterSession(who) as session:
            live = _live(session, found)
            planned, problems = _paused(found, said) if "paused" in said else _with(found, live, said, who)
            if (kept := held(live)) and not said["despite"] and not only_tried(request):
                problems.append(error("despite", f"{kept.sentence} {kept.warning} Say despite: true to do it here."))
            if errors(problems) or planned is None:
                return refused(problems or [error("", "Nothing would change.")])
            return answer(request, session, [planned], problems, key, 200)

    @extend_schema(operation_id="regions_delete", request=None, responses=CHANGED, parameters=[PREVIEW, KEY])
    def delete(self, request: Request, name: str) -> Response:
        """Give a region up on behalf of whoever asks, or with `?preview=true` say how the cluster would answer.

        k0rdent uninstalls its components there first. It refuses while deployments live there.
        """
        who, key = viewer(request), key_of(request)
        if before := done_before(key, who):
            return told(request, before, status=200)
        found = _found(name, who)
        problems = deregister.problems(found)
        if errors(problems):
            return refused(problems)
        with submissions.ClusterSession(who) as session:
            return answer(request, session, deregister.planned(found), problems, key, 200)


def _found(name: str, who: Viewer) -> RegionDependents:
    try:
        return region_dependents(name, viewer=who)
    except Missing as missing:
        raise NotFound(str(missing)) from missing


def _live(session: submissions.ClusterSession, found: RegionDependents) -> Manifest:
    try:
        return read(session, found.ref, found.api_version)
    except KubeError as refusal:
        raise (PermissionDenied if status_of(refusal) == 403 else Unanswered)(refusal.message) from refusal


def _paused(found: RegionDependents, said: dict[str, Any]) -> tuple[Planned | None, list[Problem]]:
    return pause.planned(found, said["paused"]), pause.problems(found, said["paused"])


def _with(
    found: RegionDependents, live: Manifest, said: dict[str, Any], who: Viewer
) -> tuple[Planned | None, list[Problem]]:
    known = take_snapshot(viewer=who)
    form = providers_form(found, live, known, said["providers"], None, None)
    return change(form.opened, edited_region(form.opened, form.draft, known), WHY), list(form.problems)
