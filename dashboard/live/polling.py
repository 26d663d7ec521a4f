"""`/-/live/`: what a live page shows now, for a browser to whose sockets something on the way says no."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dashboard.live import view_runner
from dashboard.live.outbox import beat
from dashboard.people.screens import for_screens
from regions import inventory


@for_screens
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`?url=`: the path and query of a live page. The answer is what its socket would say first, and a beat."""
    url = request.GET.get("url")
    if not view_runner.acceptable(url):
        return JsonResponse({"detail": "Say which page you show, as a path."}, status=400)
    drawn = view_runner.draw(url, request.user, request.viewer)  # type: ignore[attr-defined]
    if drawn is None:
        return JsonResponse({"detail": "That page is not live."}, status=400)
    fresh = inventory.freshness()
    said = beat(fresh.alive, fresh.beat_at) | {"gone": drawn.gone}
    if not drawn.gone:
        said |= {"cursor": drawn.cursor, "fragments": drawn.fragments, "orders": drawn.orders}
    return JsonResponse(said)
