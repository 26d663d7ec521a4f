"""The shapes of the ground in the API: kept stable."""

from typing import Any, get_args

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from regions.domain.bounds import LABELS, Some
from regions.domain.health_scale import Health
from regions.domain.links import State
from regions.domain.wire import time_as_json
from regions.inventory import ChangeItem, Counts, RegionDetail

HEALTHS = [health.value for health in Health]


@extend_schema_field(OpenApiTypes.DATETIME)
class Time(serializers.Field):  # type: ignore[type-arg]
    """ISO 8601 in UTC with milliseconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> str | None:
        return time_as_json(value)


@extend_schema_field({"type": "string", "enum": HEALTHS})
class HealthField(serializers.CharField):
    """One of the healths, worst first."""


class LastHealthField(serializers.CharField):
    """The health that something had when we last knew."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, help_text="What it was when we last knew, while Unknown to us.", **options)


class LinkSerializer(serializers.Serializer[Any]):
    """How we hear a cluster. When `blind`, what is said of it is only what was known."""

    state = serializers.ChoiceField(choices=list(get_args(State)))
    blind = serializers.BooleanField()
    message = serializers.CharField()
    since = Time()
    heard_at = Time()
    expires_at = Time(help_text="When the certificate or token that we use ends.")


class CountsSerializer(serializers.Serializer[Any]):
    """How many, and how many of each health."""

    total = serializers.IntegerField()
    by_health = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "object",
            "properties": {health: {"type": "integer"} for health in HEALTHS},
            "required": HEALTHS,
        }
    )
    def get_by_health(self, counts: Counts) -> dict[str, int]:
        return {health: counts.by_health.get(health, 0) for health in HEALTHS}


class ComponentSerializer(serializers.Serializer[Any]):
    """A part of k0rdent installed in a region."""

    name = serializers.CharField()
    template = serializers.CharField()
    wanted = serializers.CharField(help_text="The template that the Release names for it.")
    success = serializers.BooleanField(help_text="What the Region said when it was last reconciled.")
    health = HealthField()
    message = serializers.CharField()


class VersionsSerializer(serializers.Serializer[Any]):
    kubernetes = serializers.CharField()
    release = serializers.CharField()
    kcm = serializers.CharField()


class LabelsField(serializers.DictField):
    """The labels of an object: of more than sixty, the first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(), help_text="At most 60; labels_total says how many.", **options)

    def to_representation(self, value: Any) -> dict[str, str]:
        return dict(list(super().to_representation(value).items())[:LABELS])


class LengthField(serializers.IntegerField):
    """How many there are, of which the answer may hold only the first."""

    def to_representation(self, value: Any) -> int:
        return value.total if isinstance(value, Some) else len(value)


class ConditionSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField()
    message = serializers.CharField()
    since = Time()


class RegionSerializer(serializers.Serializer[Any]):
    """One region; the management cluster is `~management`."""

    name = serializers.CharField()
    health = HealthField()
    last_health = LastHealthField()
    message = serializers.CharField()
    since = Time()
    as_of = Time()
    link = LinkSerializer()
    deployments = CountsSerializer()
    components = ComponentSerializer(many=True)
    providers = serializers.ListField(child=serializers.CharField())
    versions = VersionsSerializer()
    paused = serializers.BooleanField()
    same_cluster_as = serializers.ListField(
        source="twins",
        child=serializers.CharField(),
        help_text="Other Regions (or ~management) whose kubeconfig leads to this very cluster.",
    )
    created_at = Time()
    deleting_at = Time()


class RegionDetailSerializer(RegionSerializer):
    """One region with what k0rdent says of it."""

    conditions = ConditionSerializer(many=True, help_text="At most 60, those that are not good first.")
    conditions_total = LengthField(source="conditions")
    labels = LabelsField()
    labels_total = LengthField(source="labels")

    def to_representation(self, instance: RegionDetail) -> dict[str, Any]:
        names = ("conditions", "conditions_total", "labels", "labels_total")
        own = {name: self.fields[name].to_representation(getattr(instance, name.partition("_")[0])) for name in names}
        return {**RegionSerializer(instance.card).data, **own}


class RowSerializer(serializers.Serializer[Any]):
    """What every object says."""

    namespace = serializers.CharField(source="target.namespace")
    name = serializers.CharField(source="target.name")
    region = serializers.CharField()
    health = HealthField()
    last_health = LastHealthField()
    message = serializers.CharField()
    since = Time()
    as_of = Time()
    created_at = Time()
    deleting_at = Time()
    labels = LabelsField()
    labels_total = LengthField(source="labels")


class CredentialSerializer(RowSerializer):
    """A Credential, without anything secret."""


class ChangeSerializer(serializers.Serializer[Any]):
    """One change: what became of an object, was reported of it, or said of it by a person."""

    id = serializers.IntegerField()
    cursor = serializers.CharField(help_text="Continues after this change.")
    at = Time()
    cluster = serializers.CharField(source="target.cluster")
    region = serializers.CharField()
    kind = serializers.CharField(source="target.kind")
    namespace = serializers.CharField(source="target.namespace")
    name = serializers.CharField(source="target.name")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["observed", "reported", "said"],
        help_text="Between two states of an object, by an Event of a cluster, or by a person (maintenance).",
    )
    severity = serializers.ChoiceField(choices=["normal", "warning", "error"])
    reason = serializers.CharField()
    message = serializers.CharField()
    series = serializers.CharField(help_text="The same for all repeats of one Event; empty for what was observed.")

    def to_representation(self, instance: ChangeItem) -> dict[str, Any]:
        return {**super().to_representation(instance), "source": str(instance.source)}


class GapSerializer(serializers.Serializer[Any]):
    """A stretch of time of which nothing is known. `from` is null when not even its beginning is."""

    to = Time(source="until")
    why = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return {"from": Time(source="since"), **super().get_fields()}


class ChangesSerializer(serializers.Serializer[Any]):
    """A piece of the log, oldest first."""

    count = serializers.IntegerField(help_text="How many changes are kept from the cursor asked for on.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True, help_text="Always null: the log is read forwards.")
    cursor = serializers.CharField(help_text="Ask for what comes after this.")
    gaps = GapSerializer(many=True, help_text="Where we were blind, or changes are no longer kept.")
    results = ChangeSerializer(many=True)
