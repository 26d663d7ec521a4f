"""The shapes of services in the API: kept stable."""

from typing import Any

from rest_framework import serializers

from deployments.lists.serializers import ItemSerializer
from regions.serializers import ConditionSerializer, LengthField, Time


class ServiceSerializer(serializers.Serializer[Any]):
    """A service on a cluster."""

    name = serializers.CharField()
    namespace = serializers.CharField()
    template = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField(help_text="Deployed, Provisioning, Failed, Pending, Deleting or Deleted.")
    message = serializers.CharField(help_text="Why it failed.")
    since = Time()
    upgrades = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField(help_text="The MultiClusterService it comes from; empty: the deployment itself.")  # type: ignore[assignment]


class MatchSerializer(serializers.Serializer[Any]):
    """A cluster that a MultiClusterService serves."""

    namespace = serializers.CharField(source="target.namespace")
    name = serializers.CharField(source="target.name")
    deployed = serializers.BooleanField()
    message = serializers.CharField()


class MultiClusterServiceSerializer(ItemSerializer):
    """A MultiClusterService with the clusters that it serves."""

    selector = serializers.CharField()
    services = ServiceSerializer(many=True, help_text="At most 200.")
    services_total = LengthField(source="services")
    clusters = MatchSerializer(source="first_matches", many=True, help_text="At most 200, those not deployed first.")
    clusters_total = LengthField(source="matches")
    conditions = ConditionSerializer(many=True, help_text="At most 60, those that are not good first.")
    conditions_total = LengthField(source="conditions")
