"""Routes of the sockets. They are ASGI applications, which Channels' URLRouter takes where pages have views."""

from django.urls import path

from dashboard.live.consumers import ChangesSocket, PageSocket

urlpatterns = [
    # /ws/
    path("ws/live/", PageSocket.app),  # type: ignore[arg-type]
    path("ws/changes/", ChangesSocket.app),  # type: ignore[arg-type]
]
