"""How requests go through the API, whatever they ask for: previewed or sent, and what they came to."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from deployments import submissions
from deployments.domain.findings import Problem
from deployments.domain.manifests import Planned
from deployments.models import Submission
from deployments.submissions import ClusterSession
from deployments.submissions.keys import fingerprint, is_key
from regions.domain.viewer import Viewer

PREVIEW = OpenApiParameter("preview", bool, description="Try it on the cluster; nothing is made.")
KEY = OpenApiParameter(
    "key",
    {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    description="Names this request, 32 hexadecimal digits: sent twice, it is done once.",
)


class ProblemSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Empty: the whole.")
    sentence = serializers.CharField()
    severity = serializers.CharField(help_text="error, warning or note")
    detail = serializers.CharField(help_text="The server's own sentence, where this one is ours.")


class LineSerializer(serializers.Serializer[Any]):
    """One place that differs, as YAML; empty: not there."""

    path = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class TriedSerializer(serializers.Serializer[Any]):
    """One object as the cluster would take it."""

    cluster = serializers.CharField(source="ref.cluster")
    kind = serializers.CharField(source="ref.kind")
    namespace = serializers.CharField(source="ref.namespace")
    name = serializers.CharField(source="ref.name")
    outcome = serializers.CharField(help_text="create, change, delete, same, taken, moved, refused or unchecked")
    sentence = serializers.CharField()
    differences = LineSerializer(many=True, help_text="Of a change: what would be otherwise.")
    detail = serializers.CharField()
    yaml = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """How the clusters would answer."""

    sendable = serializers.BooleanField()
    objects = TriedSerializer(many=True)
    problems = ProblemSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    unchecked = serializers.ListField(child=serializers.CharField(), help_text="What this preview could not check.")


class StepSerializer(serializers.Serializer[Any]):
    """What became of one object."""

    verb = serializers.CharField(help_text="create, patch or delete")
    cluster = serializers.CharField()
    kind = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField(help_text="stands, shared, refused, unknown, waiting, sending or removed")
    answer = serializers.CharField(help_text="The cluster's own sentence.")
    warnings = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="Submission")
class SubmissionSerializer(serializers.Serializer[Any]):
    """A request and what it came to."""

    key = serializers.CharField()
    state = serializers.CharField(help_text="done, partial, refused, writing or removed")
    steps = StepSerializer(many=True)
    problems = ProblemSerializer(many=True)
    url = serializers.CharField()


ANSWERS: Any = {
    200: PreviewSerializer,
    201: SubmissionSerializer,
    422: PolymorphicProxySerializer(
        component_name="NotMade", serializers=[SubmissionSerializer, PreviewSerializer], resource_type_field_name=None
    ),
}


class Unanswered(APIException):
    status_code = 502
    default_detail = "The management cluster does not give it now."
    default_code = "unreachable"


class NotTheirs(APIException):
    status_code = 409
    default_detail = "This key is of another request."
    default_code = "conflict"


def only_tried(request: Request) -> bool:
    """Whether `?preview=true` is asked for. However else somebody says it: only a clear no is one, for that writes."""
    said = request.query_params.get("preview")
    return said is not None and said.strip().lower() not in ("0", "false", "no", "off")


def answer(
    request: Request, session: ClusterSession, planned: list[Planned], found: list[Problem], key: str, status: int = 201
) -> Response:
    """Try a plan without errors (`?preview=true`), or send it. `found` are warnings and notes about it."""
    if only_tried(request):
        seen = submissions.preview(session, planned, key)
        return Response(
            PreviewSerializer(
                {
                    "sendable": seen.sendable,
                    "objects": seen.objects,
                    "problems": (*found, *seen.problems),
                    "warnings": seen.warnings,
                    "unchecked": seen.unchecked,
                }
            ).data
        )
    try:
        sent = submissions.submit(session, planned, fingerprint(planned, session.viewer, key), key)
    except (submissions.NotTheirs, submissions.NotAsPreviewed) as error:
        raise NotTheirs from error
    return told(request, sent.submission, (*found, *sent.problems), status)


def told(request: Request, row: Submission, found: tuple[Problem, ...] = (), status: int = 201) -> Response:
    """What a request came to: this status when it was accepted, 422 when not."""
    made = row.state in (Submission.State.DONE, Submission.State.WRITING)
    answer = {
        "key": row.key,
        "state": row.state,
        "steps": row.steps.all(),
        "problems": found,
        "url": reverse("deployments:submission", [row.key], request=request),
    }
    return Response(SubmissionSerializer(answer).data, status=status if made else 422)


def key_of(request: Request) -> str:
    """The key that names this request in its address; a new one where there is none."""
    said = request.query_params.get("key", "")
    return said if is_key(said) else submissions.new_key()


def done_before(key: str, who: Viewer) -> Submission | None:
    """A request of this key that is done: asked again, it answers the same, whatever has become of the object since."""
    return Submission.of(who).filter(key=key, state=Submission.State.DONE).first()


def refused(found: list[Problem]) -> Response:
    """422: what is wrong, before any cluster was asked."""
    return Response(
        PreviewSerializer({"sendable": False, "objects": (), "problems": found, "warnings": (), "unchecked": ()}).data,
        status=422,
    )
