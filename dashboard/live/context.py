"""What every template knows of the live page it belongs to."""

from typing import Any

from django.http import HttpRequest


def live(request: HttpRequest) -> dict[str, Any]:
    """`live` in templates: the page's `Live` (cursor, topics), or None when the view did not call `follow`.

    Read late, so that a view may follow more topics until its template is rendered.
    """
    return {"live": getattr(request, "live", None)}
