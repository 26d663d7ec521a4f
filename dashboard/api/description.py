"""The description of the API, complete: what every operation may answer."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class ErrorSerializer(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField(help_text="A sentence for people.")


def _error(said: str) -> OpenApiResponse:
    return OpenApiResponse(ErrorSerializer, description=said)


BAD = OpenApiResponse(
    OpenApiTypes.OBJECT, description="It makes no sense: sentences by parameter or field, or one as `detail`."
)


class Description(AutoSchema):
    """Adds to each operation what is not its own to say: refusals that every request may meet."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        for status, answer in self._common().items():
            if status not in found:
                found[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    answer, status, direction=direction
                )
        return dict(sorted(found.items()))

    def _common(self) -> dict[str, OpenApiResponse]:
        common = {
            "400": BAD,
            "401": _error("No token, or one that is not known, revoked or expired."),
            "406": _error("Only JSON is spoken here."),
        }
        if "{" in self.path:
            common["404"] = _error("There is no such thing.")
        if self.method in UNSAFE:
            common["403"] = _error("Whoever asks may not do this.")
            common["409"] = _error("It was changed meanwhile, or its key is of another request.")
            common["413"] = _error("The body is too large.")
            common["415"] = _error("The body is not JSON.")
            common["502"] = _error("A cluster that must be asked first does not answer.")
        return common
