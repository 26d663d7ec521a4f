"""What an operation of the API does not describe, it refuses."""

from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView  # reads the settings that name this module

EVERYWHERE = {"format"}  # of Django REST framework itself: the only one is json


class KnownParameters(BasePermission):
    """Refuses a query with a parameter that this operation does not have: what is mistyped would be ignored.

    Answers 400 and names those that there are, as the operation describes them. A list that was filtered by a word
    that nobody reads would be all of it.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        unknown = [name for name in request.query_params if name not in EVERYWHERE]
        if unknown:
            known = parameters_of(request, view)
            wrong = {name: [_sentence(known)] for name in unknown if name not in known}
            if wrong:
                raise ValidationError(wrong)
        return True


def _sentence(known: list[str]) -> str:
    there = f"There are: {', '.join(known)}." if known else "There are none here."
    return f"There is no such parameter. {there}"


def parameters_of(request: Request, view: "APIView") -> list[str]:
    """The names of the query parameters that the operation of this request describes."""
    method = "GET" if request.method == "HEAD" else str(request.method)
    handler = getattr(view, method.lower(), None)
    described = getattr(handler, "kwargs", {}).get("schema")
    if described is None:
        return []
    schema = described()
    schema.view, schema.method = view, method
    return [
        one.name
        for one in schema.get_override_parameters()
        if isinstance(one, OpenApiParameter) and one.location == OpenApiParameter.QUERY
    ]
