"""The shapes of objects of k0rdent in the API: kept stable."""

from typing import Any

from rest_framework import serializers

from deployments.lists.serializers import ItemSerializer
from regions.serializers import ConditionSerializer, LengthField


class KindSerializer(serializers.Serializer[Any]):
    """A kind of k0rdent, and how many objects of it there are."""

    kind = serializers.CharField(source="of.kind")
    means = serializers.CharField(source="of.means")
    total = serializers.IntegerField(source="counts.total")
    by_health = serializers.DictField(source="counts.by_health", child=serializers.IntegerField())
    served = serializers.SerializerMethodField(help_text="False: the management cluster does not know this kind.")

    def get_served(self, one: Any) -> bool:
        return not one.absent


class FactSerializer(serializers.Serializer[Any]):
    """One thing that an object says."""

    label = serializers.CharField(help_text="What it is called on the page.")  # type: ignore[assignment]
    values = serializers.ListField(child=serializers.CharField())


class ObjectItemSerializer(ItemSerializer):
    """One object of k0rdent in a list."""

    facts = FactSerializer(many=True)


class UserSerializer(serializers.Serializer[Any]):
    """A deployment that names the object."""

    namespace = serializers.CharField()
    name = serializers.CharField()


class ReleaseComponentSerializer(serializers.Serializer[Any]):
    """One component of a Release beside that of the installed one."""

    name = serializers.CharField()
    now = serializers.CharField(help_text="Its template in the installed release; empty: it is not in it.")
    then = serializers.CharField(help_text="Its template in this release; empty: it is not in it.")
    word = serializers.CharField(help_text="stays, changes, new or goes")


class ObjectDetailSerializer(ItemSerializer):
    """One object of k0rdent."""

    facts = FactSerializer(source="said", many=True)
    conditions = ConditionSerializer(many=True, help_text="At most 60, those that are not good first.")
    conditions_total = LengthField(source="conditions")
    used_by = UserSerializer(many=True, help_text="At most 200 deployments.")
    components = ReleaseComponentSerializer(many=True, help_text="Of a Release: those that would change first.")
