"""What every object of a list has in the API."""

from typing import Any

from rest_framework import serializers

from regions.serializers import RowSerializer


class ItemSerializer(RowSerializer):
    """An object with more to say than its row: what every row has is read from its `row`."""

    def get_fields(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        fields = super().get_fields()
        for name in RowSerializer._declared_fields:
            field = fields[name]
            field.source = f"row.{field.source or name}"
        return fields
