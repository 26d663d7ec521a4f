"""What the API answers when something is raised."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard.api.parsing import TooLarge


def failure(error: Exception, context: dict[str, Any]) -> Response | None:
    """What the API answers to an exception: as Django REST framework does, and 413 for a body that Django refused."""
    return exception_handler(TooLarge() if isinstance(error, RequestDataTooBig) else error, context)
