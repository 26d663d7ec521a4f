"""Asking for a region in the API: the same rules, preview and request as the form's. A kubeconfig is write-only."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import submissions
from deployments.domain.drafts import ProviderDraft, RegionDraft, Secret
from deployments.domain.findings import Problem, errors
from deployments.domain.manifests import plan
from deployments.domain.problems import problems
from deployments.models import Submission
from deployments.registration.form import probed
from deployments.submissions.api import ANSWERS, PREVIEW, answer, refused
from deployments.submissions.snapshot import take_snapshot
from regions import api as regions_api
from regions.api import viewer
from regions.paging import PAGE, PAGE_SIZE, page_serializer
from regions.serializers import RegionSerializer


class AskedProviderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As the Release names it, such as cluster-api-provider-aws.")
    template = serializers.CharField(default="", allow_blank=True, help_text="Empty: the one that the Release names.")
    config = serializers.DictField(default=None, allow_null=True)


class AskedKubeconfigSecretSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="A Secret in the system namespace.")
    key = serializers.CharField(default="value")


class AskedDeploymentRefSerializer(serializers.Serializer[Any]):
    namespace = serializers.CharField()
    name = serializers.CharField()


class AskedRegionSerializer(serializers.Serializer[Any]):
    """A region to be registered: by exactly one of kubeconfig, secret and cluster_deployment."""

    name = serializers.CharField(help_text="At most 21 characters.")
    providers = AskedProviderSerializer(many=True, default=list)
    kubeconfig = serializers.CharField(
        write_only=True,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        style={"input_type": "password"},
        help_text="Of the cluster; a Secret is made of it.",
    )
    secret = AskedKubeconfigSecretSerializer(default=None, allow_null=True)
    cluster_deployment = AskedDeploymentRefSerializer(default=None, allow_null=True)
    certificates_by_kof = serializers.BooleanField(default=False, help_text="k0rdent's own cert-manager stays off.")
    key = serializers.RegexField(
        r"^[0-9a-f]{32}$",
        default="",
        help_text="Names this request, 32 hexadecimal digits: sent twice, it is done once.",
    )


class Regions(regions_api.Regions):
    """Every region and the management cluster, worst first."""

    @extend_schema(
        operation_id="regions_list",
        responses=page_serializer("Regions", RegionSerializer),
        parameters=[PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(operation_id="regions_ask", request=AskedRegionSerializer, responses=ANSWERS, parameters=[PREVIEW])
    def post(self, request: Request) -> Response:
        """Register a region on behalf of whoever asks, or with `?preview=true` say how the cluster would answer."""
        body = AskedRegionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(body.validated_data)
        key = said["key"] or submissions.new_key()
        draft = _draft(said)
        who = viewer(request)
        known = take_snapshot(viewer=who, hosted=True)
        again = Submission.objects.filter(key=key).exists()
        # Of a request that was sent before, what it made is there already: that is no problem of this one.
        found: list[Problem] = [
            one for one in problems(draft, known) if not (again and one.field in ("name", "kubeconfig", "secret_name"))
        ]
        with submissions.ClusterSession(who) as session:
            if not errors(found) and not again:
                found += probed(draft, session)
            if errors(found):
                return refused(found)
            return answer(request, session, plan(draft, known), found, key)


def _draft(said: dict[str, Any]) -> RegionDraft:
    secret, made = said["secret"], said["cluster_deployment"]
    pasted = said["kubeconfig"]
    return RegionDraft(
        name=said["name"],
        providers=tuple(ProviderDraft(**one) for one in said["providers"]),
        kubeconfig=Secret(pasted) if pasted.strip() else None,
        secret_name=secret["name"] if secret else "",
        secret_key=secret["key"] if secret else "",
        cluster_deployment=(made["namespace"], made["name"]) if made else None,
        certificates_by_kof=said["certificates_by_kof"],
    )
