"""The shapes of deployments in the API: kept stable."""

from typing import Any

from rest_framework import serializers

from deployments.services.serializers import ServiceSerializer
from regions.serializers import ConditionSerializer, HealthField, LabelsField, LastHealthField, LengthField, Time


class DeploymentSerializer(serializers.Serializer[Any]):
    """A ClusterDeployment."""

    namespace = serializers.CharField(source="row.target.namespace")
    name = serializers.CharField(source="row.target.name")
    region = serializers.CharField(source="row.region")
    template = serializers.CharField(source="row.template")
    credential = serializers.CharField(source="row.credential", help_text="namespace/name")
    health = HealthField(source="row.health")
    last_health = LastHealthField(source="row.last_health")
    message = serializers.CharField(source="row.message")
    since = Time(source="row.since")
    as_of = Time(source="row.as_of")
    created_at = Time(source="row.created_at")
    deleting_at = Time(source="row.deleting_at")
    labels = LabelsField(source="row.labels")
    labels_total = LengthField(source="row.labels")
    kubernetes_version = serializers.CharField()
    conditions = ConditionSerializer(many=True, help_text="At most 60, those that are not good first.")
    conditions_total = LengthField(source="conditions")
    services = ServiceSerializer(many=True, help_text="At most 200, those that failed first.")
    services_total = LengthField(source="services")


class MachineSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="row.target.name")
    health = HealthField(source="row.health")
    last_health = LastHealthField(source="row.last_health")
    message = serializers.CharField(source="row.message")
    phase = serializers.CharField()
    version = serializers.CharField()
    node = serializers.CharField()
    address = serializers.CharField()
    zone = serializers.CharField()


class MachineGroupSerializer(serializers.Serializer[Any]):
    """Machines of one control plane, MachineDeployment or MachinePool."""

    title = serializers.CharField()
    desired = serializers.IntegerField(allow_null=True)
    ready = serializers.IntegerField(allow_null=True)
    machines = MachineSerializer(many=True)


class OwnerSerializer(serializers.Serializer[Any]):
    """Who manages it from outside: change it there."""

    tool = serializers.CharField()
    what = serializers.CharField()
    name = serializers.CharField()


class DeploymentDetailSerializer(DeploymentSerializer):
    """A ClusterDeployment with what it is made of."""

    dry_run = serializers.BooleanField(help_text="Validated only: nothing is deployed.")
    machines = MachineGroupSerializer(many=True)
    upgrades = serializers.ListField(child=serializers.CharField(), help_text="Templates that it may move to.")
    owner = OwnerSerializer(allow_null=True)
