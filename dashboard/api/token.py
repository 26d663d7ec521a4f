"""`/api/v1/token/`: what the token is for that a program sends."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.description import ErrorSerializer
from dashboard.people import tokens


class TokenSerializer(serializers.Serializer[Any]):
    account = serializers.CharField(source="user.username", help_text="As whom it acts.")
    name = serializers.CharField(help_text="What it is for, in its owner's words.")
    writes = serializers.BooleanField(help_text="Else it is for reading alone.")
    regions = serializers.ListField(child=serializers.CharField(), help_text="For these alone; empty: for all.")
    namespaces = serializers.ListField(child=serializers.CharField(), help_text="For these alone; empty: for all.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: when it is revoked")


class Token(APIView):
    """The token of this request."""

    @extend_schema(
        operation_id="token",
        responses={200: TokenSerializer, 404: OpenApiResponse(ErrorSerializer, description="It came with no token.")},
    )
    def get(self, request: Request) -> Response:
        found = tokens.of(request._request)
        if found is None:
            raise Http404("You came by a session, not by a token.")
        return Response(TokenSerializer(found).data)
