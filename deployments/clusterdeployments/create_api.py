"""Asking for a deployment in the API: the same rules, preview and request as the form's."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import submissions
from deployments.domain.drafts import DeploymentDraft, ServiceDraft
from deployments.domain.manifests import plan
from deployments.domain.problems import errors, problems
from deployments.models import Submission
from deployments.submissions.api import answer, refused
from deployments.submissions.snapshot import take_snapshot
from regions.api import viewer


class AskedServiceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    template = serializers.CharField()
    namespace = serializers.CharField(default="default")
    values = serializers.CharField(default="", allow_blank=True, trim_whitespace=False, help_text="YAML")
    depends_on = serializers.ListField(child=serializers.CharField(), default=list, help_text="namespace/name")


class AskedDeploymentSerializer(serializers.Serializer[Any]):
    """A deployment to be made."""

    namespace = serializers.CharField()
    name = serializers.CharField()
    template = serializers.CharField()
    credential = serializers.CharField()
    config = serializers.DictField(default=dict, help_text="Only what differs from the template's own values.")
    labels = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    services = AskedServiceSerializer(many=True, default=list)
    validate_only = serializers.BooleanField(default=False, help_text="k0rdent's spec.dryRun")
    propagate_credentials = serializers.BooleanField(default=True)
    cleanup_on_deletion = serializers.BooleanField(default=False)
    key = serializers.RegexField(
        r"^[0-9a-f]{32}$",
        default="",
        help_text="Names this request, 32 hexadecimal digits: sent twice, it is done once.",
    )


def ask(request: Request) -> Response:
    """Preview or make a deployment. 201 when every object stands, 422 with problems when not."""
    body = AskedDeploymentSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    said = dict(body.validated_data)
    key = said.pop("key") or submissions.new_key()
    services = tuple(service_of(one) for one in said.pop("services"))
    draft = DeploymentDraft(**said, services=services)
    who = viewer(request)
    known = take_snapshot(viewer=who, namespace=draft.namespace, template=draft.template)
    again = Submission.objects.filter(key=key).exists()
    # Of a request that was sent before, what it made is there already: that is no problem of this one.
    found = [one for one in problems(draft, known) if not (again and one.field == "name")]
    if errors(found):
        return refused(found)
    with submissions.ClusterSession(who) as session:
        return answer(request, session, plan(draft, known), found, key)


def service_of(said: dict[str, Any]) -> ServiceDraft:
    waits = tuple((one.rpartition("/")[0] or said["namespace"], one.rpartition("/")[2]) for one in said["depends_on"])
    return ServiceDraft(**{**said, "depends_on": waits})
