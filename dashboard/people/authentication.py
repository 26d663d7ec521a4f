"""`Authorization: Bearer <token>` for the API."""

from django.contrib.auth.models import User
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from dashboard.people import tokens
from dashboard.people.viewer import viewer_of


class BearerAuthentication(BaseAuthentication):
    """Signs a request in by API token and sets `request.viewer`. First in the list, so refusals are 401."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        if tokens.bearer(request.headers.get("Authorization", "")) is None:
            return None
        token = tokens.admit(request._request)
        if token is None:
            raise AuthenticationFailed("This token is not known, is over, or was revoked.")
        request._request.viewer = viewer_of(token.user)  # type: ignore[attr-defined]
        return token.user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Pane"'


class BearerScheme(OpenApiAuthenticationExtension):
    """How the API's own description names it."""

    target_class = "dashboard.people.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
