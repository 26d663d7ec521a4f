"""The shapes of metrics in the API: kept stable. A figure is a number with unit and time, or says why there is none."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from regions.domain.metrics.measures import Aggregate, Figure, Missing, Reading, Why
from regions.domain.wire import time_as_json
from regions.metrics.stores.queries import QUERIES
from regions.serializers import HealthField, Time

REASONS = [why.value for why in Why]

_TIME = {"type": "string", "format": "date-time", "nullable": True}
_FIGURE = {
    "type": "object",
    "description": "`value` is null when there is no number; then `reason` and `sentence` say why.",
    "properties": {
        "value": {"type": "number", "nullable": True},
        "unit": {"type": "string"},
        "at": _TIME,
        "reason": {"type": "string", "enum": [*REASONS, ""]},
        "sentence": {"type": "string"},
        "since": _TIME,
        "last": {"type": "number", "nullable": True, "description": "What was read before; says nothing of now."},
        "lacks": {"type": "string", "description": "What is known not to be in the value: it is at least so."},
    },
    "required": ["value", "unit", "at", "reason", "sentence", "since", "last", "lacks"],
}
_NAMES = {"type": "array", "items": {"type": "string"}}
_AGGREGATE = {
    "type": "object",
    "description": "One number of several, and of how many. `whole` only when everybody was heard.",
    "properties": {
        "value": {"type": "number", "nullable": True},
        "unit": {"type": "string"},
        "heard": {"type": "integer"},
        "of": {"type": "integer"},
        "noun": {"type": "string"},
        "coverage": {"type": "string"},
        "whole": {"type": "boolean"},
        "missing": _NAMES,
        "stale": _NAMES,
        "least": {**_NAMES, "description": "Members whose own value is known to be too small."},
    },
    "required": ["value", "unit", "heard", "of", "noun", "coverage", "whole", "missing", "stale", "least"],
}


def figure_as_json(id: str, figure: Figure) -> dict[str, Any]:
    """A figure as JSON types."""
    if isinstance(figure, Reading):
        at = time_as_json(figure.at)
        return {
            "value": figure.value,
            "unit": figure.unit,
            "at": at,
            "reason": "",
            "sentence": "",
            "since": None,
            "last": None,
            "lacks": figure.lacks,
        }
    last = figure.last
    return {
        "value": None,
        "unit": QUERIES[id].unit if id in QUERIES else "",
        "at": None,
        "reason": figure.reason.value,
        "sentence": figure.sentence,
        "since": time_as_json(figure.since),
        "last": last.value if last else None,
        "lacks": "",
    }


def aggregate_as_json(sum: Aggregate) -> dict[str, Any]:
    """An aggregate as JSON types."""
    return {
        "value": sum.value,
        "unit": sum.unit,
        "heard": sum.heard,
        "of": sum.of,
        "noun": sum.noun,
        "coverage": sum.coverage,
        "whole": sum.whole,
        "missing": list(sum.missing),
        "stale": list(sum.stale),
        "least": list(sum.least),
    }


@extend_schema_field(_AGGREGATE)
class AggregateField(serializers.Field):  # type: ignore[type-arg]
    """One aggregate."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Aggregate) -> dict[str, Any]:
        return aggregate_as_json(value)


@extend_schema_field({"type": "object", "additionalProperties": _AGGREGATE})
class AggregatesField(serializers.Field):  # type: ignore[type-arg]
    """Aggregates by the id of their query."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {id: aggregate_as_json(sum) for id, sum in value.items()}


@extend_schema_field({"type": "object", "additionalProperties": _FIGURE})
class FiguresField(serializers.Field):  # type: ignore[type-arg]
    """Figures by the id of their query."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {id: figure_as_json(id, figure) for id, figure in value.items()}


@extend_schema_field({**_FIGURE, "nullable": True})
class TroubleField(serializers.Field):  # type: ignore[type-arg]
    """Why there is nothing; null when all is well."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Missing) -> dict[str, Any]:
        return figure_as_json("", value)


class RungSerializer(serializers.Serializer[Any]):
    """One step of a ladder."""

    name = serializers.CharField()
    done = serializers.BooleanField(allow_null=True, help_text="Null: not to be told.")
    sentence = serializers.CharField()


class StoreSerializer(serializers.Serializer[Any]):
    """Where metrics are asked for: how it was found, and what happened at the last try."""

    key = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    found = serializers.CharField()
    route = serializers.ChoiceField(choices=["direct", "proxy"])
    credentials = serializers.CharField(help_text="Where they lie; never what they are.")
    tls = serializers.CharField()
    answers = serializers.BooleanField()
    trouble = TroubleField()
    asked_at = Time()
    answered_at = Time()
    next_at = Time(help_text="While it is left in peace: not asked before.")
    took_ms = serializers.IntegerField(allow_null=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]
    complete = serializers.BooleanField(help_text="False: it hides who is missing.")
    warnings = serializers.ListField(child=serializers.CharField())
    skew = serializers.FloatField(allow_null=True, help_text="Seconds by which its clock is ahead of ours.")
    broken = serializers.DictField(child=serializers.CharField(), help_text="Queries that it does not answer: why.")
    clusters = serializers.ListField(child=serializers.CharField(), help_text="Those that report to it now.")
    lost = serializers.ListField(child=serializers.CharField(), help_text="Those that should, and do not.")
    figures = FiguresField()
    ladder = RungSerializer(many=True)


class ClusterMeasuresSerializer(serializers.Serializer[Any]):
    """The figures of one cluster."""

    namespace = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField()
    role = serializers.CharField()
    tenant = serializers.CharField()
    store = serializers.SerializerMethodField()
    reporting = serializers.BooleanField()
    figures = FiguresField()

    @extend_schema_field({"type": "string", "nullable": True, "description": "Key of the store where it reports."})
    def get_store(self, one: Any) -> str | None:
        return one.store.key if one.store else None


class ClusterDetailSerializer(ClusterMeasuresSerializer):
    """The figures of one cluster, what they are made of, and an hour of the past."""

    ladder = RungSerializer(many=True)
    parts = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "value": {"type": "number"},
                    },
                },
            },
        }
    )
    def get_parts(self, one: Any) -> dict[str, Any]:
        return {
            id: [{"labels": dict(labels), "value": value} for labels, value in parts] for id, parts in one.parts.items()
        }

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"at": _TIME, "value": {"type": "number", "nullable": True}},
                },
            },
        }
    )
    def get_history(self, one: Any) -> dict[str, Any]:
        return {
            id: [{"at": time_as_json(at), "value": value} for at, value in line] for id, line in one.history.items()
        }


class RegionMeasuresSerializer(serializers.Serializer[Any]):
    """The figures of a Region: those of its clusters, wherever they report."""

    name = serializers.CharField()
    clusters_heard = serializers.IntegerField()
    clusters_of = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField(), help_text="Clusters that should report, and do not.")
    stores = serializers.SerializerMethodField()
    figures = FiguresField()
    sums = AggregatesField()

    @extend_schema_field({**_NAMES, "description": "Keys of the stores where its clusters report."})
    def get_stores(self, region: Any) -> list[str]:
        return [view.key for view in region.stores]


class RegionMeasuresDetailSerializer(RegionMeasuresSerializer):
    """The figures of a Region, and of each of its clusters."""

    clusters = ClusterMeasuresSerializer(many=True)


class KofPartSerializer(serializers.Serializer[Any]):
    """One part of KOF."""

    kind = serializers.CharField()
    namespace = serializers.CharField()
    name = serializers.CharField()
    health = HealthField()
    message = serializers.CharField()
    done = serializers.IntegerField(allow_null=True, help_text="Of a MultiClusterService: clusters that have it.")
    of = serializers.IntegerField(allow_null=True)


class KofSerializer(serializers.Serializer[Any]):
    """How KOF itself is doing."""

    installed = serializers.BooleanField(allow_null=True)
    sentence = serializers.CharField()
    health = HealthField()
    version = serializers.CharField()
    releases = KofPartSerializer(many=True)
    services = KofPartSerializer(many=True)
    behind = serializers.ListField(child=serializers.CharField())


class FiringSerializer(serializers.Serializer[Any]):
    """An alert."""

    fingerprint = serializers.CharField()
    name = serializers.CharField()
    severity = serializers.CharField()
    region = serializers.CharField()
    cluster = serializers.CharField()
    deployment = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    runbook = serializers.CharField()
    since = Time()
    ended_at = Time()
    state = serializers.ChoiceField(choices=["active", "suppressed", "pending"])
    silenced_by = serializers.ListField(child=serializers.CharField(), help_text="Ids of silences.")
    inhibited_by = serializers.ListField(child=serializers.CharField(), help_text="Fingerprints of other alerts.")
    muted_by = serializers.ListField(child=serializers.CharField(), help_text="Names of time intervals.")
    source = serializers.ChoiceField(choices=["alertmanager", "promxy", "series"])  # type: ignore[assignment]
    labels = serializers.DictField(child=serializers.CharField())


class FleetMeasuresSerializer(serializers.Serializer[Any]):
    """What is measured of the whole fleet. `installed` false: there is nothing to measure, and nothing is wrong."""

    installed = serializers.BooleanField(allow_null=True)
    as_of = Time()
    kof = KofSerializer()
    coverage = AggregateField(help_text="Stores that answer.")
    clusters = AggregateField(help_text="Clusters that report.")
    sums = AggregatesField()
    stores = StoreSerializer(many=True)
    regions = RegionMeasuresSerializer(many=True)
    alerts_firing = serializers.SerializerMethodField()
    alerts_trouble = TroubleField()

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_alerts_firing(self, fleet: Any) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in fleet.alerts:
            if one.state == "active":
                found[one.severity or "none"] = found.get(one.severity or "none", 0) + 1
        return found
