"""The shapes of causes in the API: kept stable."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from deployments.causes.values import SharedCause
from regions.serializers import CountsSerializer, HealthField, LastHealthField, RowSerializer, Time


class ObjectSerializer(serializers.Serializer[Any]):
    """Which object."""

    kind = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()
    cluster = serializers.CharField(help_text="`~management`, or the region that holds it.")


class CauseLinkSerializer(serializers.Serializer[Any]):
    """One object on the way from what was asked about to what is to blame."""

    kind = serializers.CharField(source="target.kind")
    namespace = serializers.CharField(source="target.namespace")
    name = serializers.CharField(source="target.name")
    cluster = serializers.CharField(source="target.cluster")
    health = HealthField()
    last_health = LastHealthField()
    message = serializers.CharField(help_text="Its own words.")
    since = Time()
    where = serializers.CharField()
    missing = serializers.BooleanField(help_text="It should be there, and is not.")


class OtherCauseSerializer(serializers.Serializer[Any]):
    """Something else that is wrong."""

    cause = serializers.CharField(source="key")
    sentence = serializers.CharField()
    advice = serializers.CharField()
    object = ObjectSerializer(source="target")


class ChainSerializer(serializers.Serializer[Any]):
    """Why an object is not as it should be. Without a culprit nothing is wrong."""

    cause = serializers.CharField(source="key", help_text="quota, …; `under-way` or `well` without one.")
    sentence = serializers.CharField()
    advice = serializers.CharField(help_text="What to do next.")
    culprit = CauseLinkSerializer(allow_null=True)
    chain = CauseLinkSerializer(source="links", many=True, help_text="From the object to the culprit, both included.")
    others = OtherCauseSerializer(many=True)
    heard = serializers.BooleanField(help_text="False: it was so at `as_of`; its cluster is silent.")
    as_of = Time(help_text="Null: now.")


class SharedCauseSerializer(serializers.Serializer[Any]):
    """What several deployments suffer from together."""

    cause = serializers.CharField(source="kind")
    sentence = serializers.CharField()
    advice = serializers.CharField()
    object = ObjectSerializer(source="what", help_text="What they have in common.")
    deployments = ObjectSerializer(source="members", many=True)
    count = serializers.SerializerMethodField()
    since = Time()

    def get_count(self, cause: SharedCause) -> int:
        return len(cause.members)


@extend_schema_serializer(component_name="Leaning")
class DependentGroupSerializer(serializers.Serializer[Any]):
    """Objects of one kind that depend on it."""

    kind = serializers.CharField()
    why = serializers.CharField(source="how")
    counts = CountsSerializer()
    worst = RowSerializer(source="rows", many=True, help_text="At most 20.")


@extend_schema_serializer(component_name="Blast")
class DependentsSerializer(serializers.Serializer[Any]):
    """Everything that depends on an object."""

    object = ObjectSerializer(source="what")
    total = serializers.IntegerField()
    groups = DependentGroupSerializer(many=True)
