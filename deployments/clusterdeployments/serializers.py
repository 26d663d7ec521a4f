"""The shapes of what runs in the API: kept stable."""

from typing import Any, TypeAlias

from rest_framework import serializers

from regions.serializers import ConditionSerializer, HealthField, LastHealthField, RowSerializer, Time

AnyField: TypeAlias = "serializers.Field[Any, Any, Any, Any]"


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
    labels = serializers.DictField(source="row.labels", child=serializers.CharField())
    kubernetes_version = serializers.CharField()
    conditions = ConditionSerializer(many=True)
    services = ServiceSerializer(many=True)


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


class TemplateSerializer(RowSerializer):
    """A ClusterTemplate, ServiceTemplate or ProviderTemplate."""

    kind = serializers.CharField()
    chart = serializers.CharField()
    version = serializers.CharField()
    description = serializers.CharField()
    error = serializers.CharField(help_text="Why it is not valid.")
    providers = serializers.ListField(child=serializers.CharField())
    upgrades = serializers.ListField(child=serializers.CharField())
    used = serializers.IntegerField(help_text="Deployments made from it.")

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return _of_row(super().get_fields(), RowSerializer)


class MatchSerializer(serializers.Serializer[Any]):
    """A cluster that a MultiClusterService serves."""

    namespace = serializers.CharField(source="target.namespace")
    name = serializers.CharField(source="target.name")
    deployed = serializers.BooleanField()
    message = serializers.CharField()


class MultiClusterServiceSerializer(RowSerializer):
    """A MultiClusterService with the clusters that it serves."""

    selector = serializers.CharField()
    services = ServiceSerializer(many=True)
    clusters = MatchSerializer(source="matches", many=True)
    conditions = ConditionSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return _of_row(super().get_fields(), RowSerializer)


class BackupSerializer(RowSerializer):
    """A ManagementBackup."""

    schedule = serializers.CharField(help_text="Cron; empty: once.")
    location = serializers.CharField()
    phase = serializers.CharField()
    last_name = serializers.CharField()
    last_at = Time()
    next_at = Time()
    error = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return _of_row(super().get_fields(), RowSerializer)


class LastBackupSerializer(serializers.Serializer[Any]):
    """How one region was last backed up. `good_at` is null when no good backup is known."""

    region = serializers.CharField()
    good_at = Time()
    good_name = serializers.CharField()
    good_by = serializers.CharField()
    phase = serializers.CharField(help_text="Of the newest attempt.")
    tried_at = Time()
    error = serializers.CharField()
    next_at = Time()


def _of_row(fields: dict[str, "AnyField"], row: type[serializers.Serializer[Any]]) -> dict[str, "AnyField"]:
    """Let the fields that every object has read from `row`."""
    for name in row._declared_fields:
        field = fields[name]
        field.source = f"row.{field.source or name}"
    return fields
