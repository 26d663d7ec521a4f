"""The way in for an ASGI server: `uvicorn dashboard.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
pages = get_asgi_application()  # before anything that needs the app registry

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from dashboard.live.lifespan import lifespan  # noqa: E402
from dashboard.live.routing import urlpatterns  # noqa: E402
from dashboard.people.sockets import Signed  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": Signed(URLRouter(urlpatterns)), "lifespan": lifespan})
